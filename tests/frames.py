"""Checks every event of a database against the types of its frames."""

from typing import Any

import msgspec

from app.envelope import decode
from app.internal.frames import BODIES, OperatorEvent
from app.public import frames
from tests.conftest import Connection

DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    role: msgspec.json.Decoder(union) for role, union in frames.TO.items()
}
EVENTS_TO_OPERATORS = msgspec.json.Decoder(OperatorEvent)


def misfits(connection: Connection) -> list[str]:
    """The frames that do not fit their type, each with the reason. Messages must still be kept."""
    with connection.transaction(force_rollback=True):
        connection.execute(
            """
            insert into data.outbox (event_id, at)
            select e.id, e.at
            from data.events e
            left join data.chat_messages m on e.type = 'CHAT_MESSAGE'
                and m.chat_session_id = e.entity_id and m.seq = (e.body ->> 'seq')::bigint
            where e.type <> 'CHAT_MESSAGE' or m.seq is not null
            on conflict do nothing
            """
        )
        rows = connection.execute("select envelope from api.drain_events(1000000)").fetchall()
    return [misfit for (text,) in rows for misfit in _misfits(text)]


def _misfits(text: str) -> list[str]:
    envelope = decode(text)
    heard = {"customer": envelope.customer_id is not None, "mitra": bool(envelope.mitra_ids)}
    found = []
    for role, hears in heard.items():
        try:
            if hears:
                DECODERS[role].decode(bytes(envelope.frame))
        except msgspec.ValidationError as error:
            found.append(f"{role}: {bytes(envelope.frame).decode()}: {error}")
    try:
        event = EVENTS_TO_OPERATORS.decode(envelope.internal)
        if event.type in BODIES:
            msgspec.convert(event.body, BODIES[event.type])
    except msgspec.ValidationError as error:
        found.append(f"operator: {bytes(envelope.internal).decode()}: {error}")
    return found
