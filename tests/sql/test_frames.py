"""Socket frames have the types that `logic.event_types` states."""

from typing import get_args

import msgspec
import pytest

from app.envelope import Role
from app.internal import frames as internal_frames
from app.public import frames
from app.public.replies import Message
from tests.conftest import Connection
from tests.frames import misfits
from tests.sql.world import World
from workshop.reference.generate import EventType, read_event_types

OF_NO_EVENT = {"snapshot", *(str(shape.__struct_config__.tag) for shape in get_args(frames.Answer))}
IN_EVERY_FRAME = {"id", "at"}
JOINED_IN = {"CHAT_MESSAGE": {part.name for part in msgspec.structs.fields(Message)}}


def keys_of(shape: type[msgspec.Struct]) -> set[str]:
    """A frame's keys, written as in `logic.event_types`."""
    return {
        f"{part.encode_name}{'' if part.required else '?'}"
        for part in msgspec.structs.fields(shape)
        if part.encode_name not in IN_EVERY_FRAME
    }


def received_by(types: list[EventType], role: Role) -> dict[str, set[str]]:
    """The events that a role receives, with their keys."""
    return {
        one.type: set(one.body) | JOINED_IN.get(one.type, set())
        for one in types
        if (one.to_customer if role == "customer" else one.to_mitra)
    }


def test_operators_receive_every_event(db: Connection) -> None:
    assert set(get_args(internal_frames.EventType)) == {one.type for one in read_event_types(db)}


def test_every_event_for_operators_only_has_a_body_type(db: Connection) -> None:
    alone = [one for one in read_event_types(db) if not (one.to_customer or one.to_mitra)]
    assert {kind: keys_of(shape) for kind, shape in internal_frames.BODIES.items()} == {
        one.type: set(one.body) for one in alone
    }


@pytest.mark.parametrize("role", frames.TO)
def test_every_event_that_a_role_receives_has_a_frame_type(db: Connection, role: Role) -> None:
    shapes = {str(shape.__struct_config__.tag): shape for shape in get_args(frames.TO[role])}
    events = {tag: keys_of(shape) for tag, shape in shapes.items() if tag not in OF_NO_EVENT}
    assert events == received_by(read_event_types(db), role)


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
