"""docs/reference/sockets.md, for authors of clients, from the types and limits in the code."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import msgspec

from app.auth import Audience
from app.described import refusals
from app.internal import frames as internal_frames
from app.public import conversation, frames
from app.public.replies import Failure
from app.sockets import hub, serving, websocket
from app.sockets.websocket import Code
from workshop.reference import markdown

Json = dict[str, Any]
Shape = type[msgspec.Struct]

ADDRESSES: Mapping[Audience, tuple[str, str]] = {
    "customer": ("/api/client/ws", "public"),
    "mitra": ("/api/mitra/ws", "public"),
    "operator": ("/internal/ws", "internal"),
}

# Types that are both objects of their own and the body of an event.
PARTS: Sequence[Shape] = (Failure,)

# The function behind a frame; the worker handles other frames itself.
FUNCTIONS: Mapping[str, str] = {"message": "api.send_message", "read": "api.mark_read"}

NORMAL, PROTOCOL_ERROR, INVALID_DATA, LOST = 1000, 1002, 1007, 1006

CLOSED: Mapping[int, tuple[str, str]] = {
    NORMAL: ("The client closed it.", ""),
    Code.GOING_AWAY: ("The server is stopping.", "Reconnect at once: another worker answers."),
    PROTOCOL_ERROR: ("The client violated RFC 6455.", "Fix the client's library."),
    LOST: (
        "No close frame arrived: the network failed, or a worker died.",
        "Reconnect with growing pauses.",
    ),
    INVALID_DATA: ("The reason in a close frame is not UTF-8.", "Fix the client's library."),
    Code.INTERNAL_ERROR: ("An error in the server.", "Reconnect with growing pauses."),
    Code.TRY_AGAIN_LATER: (
        "The database was unreachable when the socket opened.",
        "Reconnect with growing pauses.",
    ),
    Code.UNAUTHENTICATED: (
        (
            "The token is missing, invalid or expired, its sign-in has ended, its person is gone, or `auth` came too "
            "late."
        ),
        "Get a new token first.",
    ),
    Code.FORBIDDEN: ("The token is for another kind of user.", "Do not reconnect with it."),
    Code.TOO_SLOW: (
        "The client reads too slowly.",
        "Reconnect; the snapshot has everything that was missed.",
    ),
    Code.BAD_FRAME: (
        (
            "A frame is not text, not UTF-8, not a JSON object of a known `type`, or too large. From an operator who "
            "is signed in: anything but `ping`."
        ),
        "Fix the client.",
    ),
    Code.TOO_MANY: ("Too many frames, protocol pings and pongs included.", "Reconnect, and send fewer."),
}


def page(meanings: Mapping[str, str]) -> str:
    """The page; `meanings` are the database's descriptions of events by type."""
    shapes = _Shapes()
    return markdown.page(
        "Sockets",
        "The WebSocket frames of both servers. Every frame is a text frame with one JSON object, whose `type` names "
        "the frame. Times are RFC 3339 in UTC. Ids are UUIDs, but the `id` of an event is an integer. A client ignores "
        "every unknown `type` and key, since later versions may add some.",
        "## Signing in",
        _signing_in(),
        "## From the server",
        _from_the_server(shapes, meanings),
        "### To operators",
        _to_operators(shapes, meanings),
        "## From a client",
        _from_a_client(shapes),
        "## Refusals",
        _refusals(),
        "## Closing",
        _closing(),
        "## Limits",
        _limits(),
        "## What a client does",
        WHAT_A_CLIENT_DOES,
        "## Objects",
        *_objects(shapes),
    )


def _signing_in() -> str:
    addresses = markdown.table(
        ("address", "server", "for a token of"),
        (
            (markdown.code(path), listener, f"{'an' if role == 'operator' else 'a'} {role}")
            for role, (path, listener) in ADDRESSES.items()
        ),
    )
    return "\n\n".join(
        (
            addresses,
            (
                f"The client offers the subprotocols `{websocket.SUBPROTOCOL}` and "
                f"`{serving.BEARER}<access token>`, of which the server chooses the first. Or it sends `auth` as "
                f"its first frame, within {_number(serving.SIGN_IN_SECONDS)} s. The token is never part of the "
                "address. The server accepts no extensions, so frames are never compressed. A request that is not a "
                "WebSocket handshake gets 426 `upgrade_required`, a faulty handshake 400 `bad_request`. With an "
                "invalid token the handshake succeeds, then the socket is closed."
            ),
            (
                "The first frame from the server is `snapshot`. Events that happened while it was made follow it."
            ),
        )
    )


class _Shapes:
    """Every type of the page as a JSON schema, in order of appearance."""

    def __init__(self) -> None:
        self.to: Mapping[Audience, Sequence[Shape]] = {
            **{role: get_args(union) for role, union in frames.TO.items()},
            "operator": get_args(internal_frames.ToOperator),
        }
        self.from_: Mapping[Audience, Sequence[Shape]] = {
            **{role: (serving.Auth, *get_args(conversation.Said)) for role in frames.TO},
            "operator": get_args(internal_frames.FromOperator),
        }
        self.sent, self.said = _each(self.to), _each(self.from_)
        bodies = (shape for shape in internal_frames.BODIES.values() if shape not in PARTS)
        named = [*self.sent, *self.said, internal_frames.OperatorEvent, *bodies]
        schemas, self.components = msgspec.json.schema_components([*named, *PARTS], ref_template="{name}")
        self._names = {shape: schema["$ref"] for shape, schema in zip([*named, *PARTS], schemas, strict=True)}
        self._whole = {self._names[shape] for shape in named}

    def of(self, shape: Shape) -> Json:
        found: Json = self.components[self._names[shape]]
        return found

    @property
    def others(self) -> Iterable[tuple[str, Json]]:
        """Types that are parts of frames but not frames."""
        return sorted((name, schema) for name, schema in self.components.items() if name not in self._whole)


def _each(by_role: Mapping[Audience, Sequence[Shape]]) -> Sequence[Shape]:
    """Every shape once, in order of appearance."""
    return list(dict.fromkeys(shape for shapes in by_role.values() for shape in shapes))


def _from_the_server(shapes: _Shapes, meanings: Mapping[str, str]) -> str:
    rows = []
    for shape in shapes.sent:
        tag = str(shape.__struct_config__.tag)
        meaning = meanings.get(tag) or inspect.cleandoc(shape.__doc__ or "")
        rows.append((markdown.code(tag), _roles(shape, shapes.to), meaning, _fields(shapes.of(shape))))
    return markdown.table(("type", "to", "when", "fields"), rows)


def _to_operators(shapes: _Shapes, meanings: Mapping[str, str]) -> str:
    """Events that customers and mitras do not get, or get in another form."""
    event = _fields(shapes.of(internal_frames.OperatorEvent)).replace("<br>", ", ")
    rows = (
        (markdown.code(kind), meanings[kind], _fields(shapes.of(shape)))
        for kind, shape in internal_frames.BODIES.items()
    )
    return "\n\n".join(
        (
            (
                "An operator's socket gets every event of everybody in this form: the event's `type`, "
                f"{event}. `entity` is the kind of thing that `entity_id` names. `from_status` and `to_status` are "
                "null if no status changed. `actor` is `customer:<id>`, `mitra:<id>`, `operator:<who>`, `deadline` or "
                "`system`."
            ),
            (
                "`body` is the frame that customers and mitras get, without `type`, `id` and `at`. For a "
                "`CHAT_MESSAGE` it contains only `chat_session_id` and `seq`: no operator gets message text. These "
                "types go to operators only:"
            ),
            markdown.table(("type", "when", "body"), rows),
        )
    )


def _from_a_client(shapes: _Shapes) -> str:
    return markdown.table(
        ("type", "from", "meaning", "fields"),
        (
            (
                markdown.code(str(shape.__struct_config__.tag)),
                _roles(shape, shapes.from_),
                inspect.cleandoc(shape.__doc__ or ""),
                _fields(shapes.of(shape)),
            )
            for shape in shapes.said
        ),
    )


def _roles(shape: Shape, of: Mapping[Audience, Sequence[Shape]]) -> str:
    """The roles of a frame, in words."""
    *others, last = (role for role, shapes in of.items() if shape in shapes)
    return " and ".join(filter(None, (", ".join(others), last)))


def _refusals() -> str:
    rows = [
        (markdown.code(frame), markdown.codes(refusals.by_function()[function]))
        for frame, function in FUNCTIONS.items()
    ]
    return (
        "If a customer's or mitra's frame of a known type is malformed or refused, the reply is `error`, with the "
        "frame's `type` as `in_reply_to`. Later frames are still handled. Frames are handled in order of arrival.\n\n"
        + markdown.table(("frame", "refused with"), rows)
        + "\n\nEach may also be refused with `invalid_body`, `busy`, `unavailable`, `internal_error` or "
        "`unknown_outcome` (send the same frame again), see [refusals](refusals.md)."
    )


def _closing() -> str:
    return markdown.table(
        ("code", "why", "what to do"),
        ((f"{int(number)}", *CLOSED[number]) for number in sorted(CLOSED)),
    )


def _limits() -> str:
    bytes_ = f"{websocket.MOST_FRAME_BYTES // 1024} KiB"
    unsent = f"{websocket.MOST_UNSENT_BYTES // 1024} KiB"
    per_second, burst = _number(websocket.FRAMES_PER_SECOND), _number(websocket.FRAME_BURST)
    return markdown.table(
        ("what", "how much", "beyond it"),
        (
            ("a frame, in one piece or several", bytes_, "4009"),
            (
                "frames from a client, protocol frames included",
                f"{per_second} a second, {burst} at once",
                "4029",
            ),
            (
                "frames that wait to be handled",
                f"{websocket.MOST_UNREAD_FRAMES}",
                "the connection is not read until fewer wait (backpressure)",
            ),
            ("bytes that wait to be sent", unsent, "4008"),
            ("no bytes read although some wait", f"{_number(websocket.STALL_SECONDS)} s", "4008"),
            ("frames held back until the snapshot is sent", f"{hub.MOST_HELD_FRAMES}", "4008"),
            ("time to sign in", f"{_number(serving.SIGN_IN_SECONDS)} s", "4001"),
            (
                "the server pings",
                f"every {_number(websocket.PING_SECONDS)} s",
                "nothing arrived before the next ping: the connection is dropped",
            ),
            (
                "waiting for the answer to a close",
                f"{_number(websocket.CLOSE_SECONDS)} s, after 4008 {_number(websocket.CUT_SECONDS)} s",
                "the connection is dropped",
            ),
            ("characters in a message", "1 to 4000", "`invalid_message`"),
        ),
    )


WHAT_A_CLIENT_DOES = """\
1. **A snapshot replaces everything.** It comes first, and again whenever the worker may have missed something. \
Anything that it does not contain is over.
2. **Drop duplicates.** Delivery is at least once: a reconnect or a retry may repeat events. Ignore an event whose \
`id` was seen before. Ids arrive out of order and with gaps. **Of two events about the same thing, the one with \
the higher `id` wins**, whichever arrives last.
3. **Look for gaps in `seq`.** Messages of a chat count from 1 without gaps. A client that has `seq` n and gets n + 2, \
or a snapshot with a higher `last_seq`, fetches `GET …/chat-sessions/:id/messages?after_seq=n` until `next` is null.
4. **Send a message again until it is acknowledged**, over a socket or REST, with the same `client_message_id`. It is \
stored once. `ack` and `CHAT_MESSAGE` may come in either order.
5. **Reconnect after every close that the client did not cause**, with pauses that grow to half a minute, and jitter.
6. **Show the server's deadlines.** `server_time` gives the offset of the client's clock. A countdown runs to the \
server's `deadline_at` or `ends_at`.
7. **Only an ack confirms.** After a close, an unacknowledged frame may or may not have taken effect."""


def _objects(shapes: _Shapes) -> Iterable[str]:
    for name, schema in shapes.others:
        fields = "\n".join(f"- {told}" for told in _told_fields(schema))
        yield f"### {name}\n\n{schema['description']}\n\n{fields}"


def _fields(schema: Json) -> str:
    return "<br>".join(_told_fields(schema))


def _told_fields(schema: Json) -> Iterable[str]:
    required = set(schema.get("required", ()))
    for name, part in schema["properties"].items():
        if name != "type":  # the frame's name already says it
            yield f"`{name}{'' if name in required else '?'}` {_kind(part)}"


def _kind(schema: Json) -> str:
    match schema:
        case {"$ref": str(name)}:
            return f"[{name}](#{name.lower()})"
        case {"anyOf": parts}:
            return " or ".join(_kind(part) for part in parts)
        case {"enum": values}:
            return " or ".join(markdown.code(str(value)) if value is not True else "true" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {_kind(items)}"
        case {"type": "string"}:
            return {"uuid": "uuid", "date-time": "time"}.get(schema.get("format", ""), "text")
        case {"type": str(kind)}:
            return kind
        case _:
            raise TypeError(f"{schema} has no name.")


def _number(value: float) -> str:
    return f"{value:g}"
