"""Socket frames have the types that `logic.event_types` states."""

from typing import get_args

import pytest

from app.envelope import Role
from app.internal.frames import BODIES, EVENTS
from app.public import frames
from tests.conftest import Connection
from tests.frames import misfits
from tests.sql.world import World
from workshop.reference.generate import read_event_types

OF_NO_EVENT = {"snapshot", *(str(shape.__struct_config__.tag) for shape in get_args(frames.Answer))}


def test_every_event_has_its_type(db: Connection) -> None:
    """Its keys are held against the events themselves, here by `misfits` and in test_events.py."""
    types = read_event_types(db)
    assert set(EVENTS) == {one.type for one in types}
    assert BODIES.keys() - {"CHAT_MESSAGE"} == {
        one.type for one in types if not (one.to_customer or one.to_mitra)
    }


@pytest.mark.parametrize("role", frames.TO)
def test_a_side_hears_the_events_that_its_frames_say(db: Connection, role: Role) -> None:
    tags = {str(shape.__struct_config__.tag) for shape in get_args(frames.TO[role])}
    heard = {one.type for one in read_event_types(db) if getattr(one, f"to_{role}")}
    assert tags - OF_NO_EVENT == heard


def test_a_frame_that_does_not_fit_its_type_is_found(world: World) -> None:
    world.chat(world.customer(), world.mitra())
    world.owner.execute(
        "insert into data.events (at, type, entity, customer_id, actor, body) "
        "values (logic.now(), 'CHAT_ENDED', 'chat_session', gen_random_uuid(), 'system', '{\"end_reason\": \"tired\"}')"
    )
    (misfit,) = misfits(world.owner)
    assert "tired" in misfit
    world.sound = False


def test_a_body_that_does_not_fit_its_type_is_found(world: World) -> None:
    world.owner.execute(
        "insert into data.events (at, type, entity, actor, body) "
        "values (logic.now(), 'OPERATOR_SIGNED_IN', 'operator', 'system', '{\"operator_id\": \"Ratna\"}')"
    )
    (misfit,) = misfits(world.owner)
    assert "Ratna" in misfit
    world.sound = False
