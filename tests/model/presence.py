"""Presence: a mitra's own switch, and the lease that open sockets renew."""

from collections.abc import Sequence
from datetime import timedelta

from tests.model.entities import Mitra
from tests.model.model import Model, refuse
from tests.model.pairing import set_presence


def set_mitra_status(model: Model, mitra: Mitra | None, online: bool) -> Mitra:
    """The mitra's own switch; online grants a lease."""
    if mitra is None:
        refuse("mitra_not_found")
    lease = model.now + model.seconds("presence_ttl_seconds") if online else None
    set_presence(model, mitra, online, lease)
    return mitra


def renew_leases(model: Model, mitras: Sequence[Mitra | None]) -> int:
    """Their sockets are open: leases move on, and one that had lapsed is a return. How many were renewed."""
    until = model.now + model.seconds("presence_ttl_seconds")
    declared = [mitra for mitra in mitras if mitra and mitra.declared_online]
    for mitra in declared:
        set_presence(model, mitra, True, max(until, mitra.reachable_until or until))
    return len(declared)


def release_lease(model: Model, mitra: Mitra | None, worker: None) -> Mitra | None:
    """Their app was closed: a lease that runs ends in five seconds at most, and nothing is approved for them."""
    if mitra is not None and mitra.reachable_until:
        mitra.app_closed = True
        mitra.reachable_until = min(mitra.reachable_until, model.now + timedelta(seconds=5))
    return mitra
