"""docs/reference/sockets.md: all that a client of the sockets must know, from the types and limits of the code."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import msgspec

from app.auth import Audience
from app.described import markdown, refusals
from app.internal import frames as internal_frames
from app.replies import Failure
from app.sockets import conversation, frames, hub, websocket
from app.sockets.websocket import Code

Json = dict[str, Any]
Shape = type[msgspec.Struct]

ADDRESSES: Mapping[Audience, tuple[str, str]] = {
    "customer": ("/api/client/ws", "public"),
    "mitra": ("/api/mitra/ws", "public"),
    "operator": ("/internal/ws", "internal"),
}

# What is an object of its own as well as the body of an event.
PARTS: Sequence[Shape] = (Failure,)

# The function that a frame is carried out by; other frames are carried out by the worker itself.
FUNCTIONS: Mapping[str, str] = {"message": "api.send_message", "read": "api.mark_read"}

NORMAL, PROTOCOL_ERROR, INVALID_DATA, LOST = 1000, 1002, 1007, 1006

CLOSED: Mapping[int, tuple[str, str]] = {
    NORMAL: ("The client closed it.", ""),
    Code.GOING_AWAY: ("The server stops.", "Come back at once: another worker answers."),
    PROTOCOL_ERROR: ("This is not WebSocket: RFC 6455 was broken.", "A fault of the client's library."),
    LOST: (
        "No close frame came: the network, or a worker that died.",
        "Come back, a little later each time.",
    ),
    INVALID_DATA: ("The reason in a close frame is not UTF-8.", "A fault of the client's library."),
    Code.INTERNAL_ERROR: ("A fault on our side.", "Come back, a little later each time."),
    Code.TRY_AGAIN_LATER: (
        "The database could not be reached when the socket was to be opened.",
        "Come back, a little later each time.",
    ),
    Code.UNAUTHENTICATED: (
        (
            "No token, or none that holds, or it has expired meanwhile, or its person is no longer there; or no "
            "sign-in where one was due."
        ),
        "Get a new token first.",
    ),
    Code.FORBIDDEN: ("The token is for another kind of user.", "Do not come back with it."),
    Code.TOO_SLOW: ("The client does not read what it is sent.", "Come back; the snapshot says the rest."),
    Code.BAD_FRAME: (
        (
            "A frame that is no text, no JSON object of a known `type`, not UTF-8, or too large. Of an operator, "
            "whatever is no `ping`."
        ),
        "A fault of the client.",
    ),
    Code.TOO_MANY: ("Too many frames, protocol pings and pongs included.", "Come back, and say less."),
}


def page(meanings: Mapping[str, str]) -> str:
    """The page; `meanings` says what the events mean, as the database does."""
    shapes = _Shapes()
    return markdown.page(
        "Sockets",
        "What goes over the WebSockets of both listeners. Every frame is a text frame with one JSON object, whose "
        "`type` says which. Times are RFC 3339 in UTC, ids UUIDs, but the `id` of an event is an integer. "
        "A client ignores a `type` and a key that it does not know: there may be more one day.",
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
        ("address", "listener", "for a token of"),
        (
            (markdown.code(path), listener, f"{'an' if role == 'operator' else 'a'} {role}")
            for role, (path, listener) in ADDRESSES.items()
        ),
    )
    return "\n\n".join(
        (
            addresses,
            (
                f"Either the client offers the subprotocols `{websocket.SUBPROTOCOL}` and "
                f"`{conversation.BEARER}<access token>`, and the server chooses the first; or it sends `auth` as "
                f"its first frame, within {_number(conversation.SIGN_IN_SECONDS)} s. The token is never part of the "
                "address. No extension is agreed on, so frames are never compressed. A request that is no WebSocket "
                "handshake is answered by 426 `upgrade_required`, a handshake that is wrong by 400 `bad_request`; a "
                "token that does not hold closes a socket that is open."
            ),
            (
                "The first frame from the server is `snapshot`; nothing comes before it, and what happened while it "
                "was made comes after it."
            ),
        )
    )


class _Shapes:
    """Every type of the page as a JSON schema, and in which order they came."""

    def __init__(self) -> None:
        self.to: Mapping[Audience, Sequence[Shape]] = {
            **{role: get_args(union) for role, union in frames.TO.items()},
            "operator": get_args(internal_frames.ToOperator),
        }
        self.from_: Mapping[Audience, Sequence[Shape]] = {
            **{role: (conversation.Auth, *get_args(conversation.Said)) for role in frames.TO},
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
        """What is part of a frame, and none itself."""
        return sorted((name, schema) for name, schema in self.components.items() if name not in self._whole)


def _each(by_role: Mapping[Audience, Sequence[Shape]]) -> Sequence[Shape]:
    """Every shape once, in the order in which they come."""
    return list(dict.fromkeys(shape for shapes in by_role.values() for shape in shapes))


def _from_the_server(shapes: _Shapes, meanings: Mapping[str, str]) -> str:
    rows = []
    for shape in shapes.sent:
        tag = str(shape.__struct_config__.tag)
        meaning = meanings.get(tag) or inspect.cleandoc(shape.__doc__ or "")
        rows.append((markdown.code(tag), _roles(shape, shapes.to), meaning, _fields(shapes.of(shape))))
    return markdown.table(("type", "to", "when", "fields"), rows)


def _to_operators(shapes: _Shapes, meanings: Mapping[str, str]) -> str:
    """What customers and mitras do not hear, or hear in another form."""
    event = _fields(shapes.of(internal_frames.OperatorEvent)).replace("<br>", ", ")
    rows = (
        (markdown.code(kind), meanings[kind], _fields(shapes.of(shape)))
        for kind, shape in internal_frames.BODIES.items()
    )
    return "\n\n".join(
        (
            (
                "An operator's socket hears every event there is, of everybody, in this form: the event's `type`, "
                f"{event}. `entity` says what `entity_id` is the id of; `from_status` and `to_status` are null where "
                "no status changed; `actor` is `customer:<id>`, `mitra:<id>`, `operator:<who>`, `deadline` or "
                "`system`."
            ),
            (
                "`body` holds what customers and mitras get of the same type, without `id` and `at`. Of a "
                "`CHAT_MESSAGE` it is `chat_session_id` and `seq` alone: what was said comes to no operator. The types "
                "that operators alone hear:"
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
    """Whose frame it is, in words."""
    *others, last = (role for role, shapes in of.items() if shape in shapes)
    return " and ".join(filter(None, (", ".join(others), last)))


def _refusals() -> str:
    rows = [
        (markdown.code(frame), markdown.codes(refusals.of(function))) for frame, function in FUNCTIONS.items()
    ]
    return (
        "A customer's or mitra's frame of a known type that does not fit, or that is refused, is answered by `error`, "
        "in which `in_reply_to` is the frame's `type`; the next frame is carried out all the same. Frames are carried "
        "out in the order in which they came.\n\n"
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
                "frames that wait to be carried out",
                f"{websocket.MOST_UNREAD_FRAMES}",
                "the connection is not read until they are fewer",
            ),
            ("what waits to be sent", unsent, "4008"),
            ("taking nothing although something waits", f"{_number(websocket.STALL_SECONDS)} s", "4008"),
            ("frames held back until a snapshot is there", f"{hub.MOST_HELD_FRAMES}", "4008"),
            ("silence before sign-in", f"{_number(conversation.SIGN_IN_SECONDS)} s", "4001"),
            (
                "the server pings",
                f"every {_number(websocket.PING_SECONDS)} s",
                "nothing came before the next one is due: the connection is dropped",
            ),
            (
                "a close that is not answered",
                f"{_number(websocket.CLOSE_SECONDS)} s, after 4008 {_number(websocket.CUT_SECONDS)} s",
                "the connection is dropped",
            ),
            ("characters in a message", "1 to 4000", "`invalid_message`"),
        ),
    )


WHAT_A_CLIENT_DOES = """\
1. **A snapshot replaces everything.** It comes first, and again whenever the worker may have missed something; what \
is not in it is over.
2. **Drop what was seen.** Events come at least once, a reconnect or a retry may repeat them: an event whose `id` was \
seen already changes nothing. Ids do not come in order, and a gap between them means nothing. **Of two events about \
one thing the one with the higher `id` holds**, whichever comes last: a frame with a lower `id` than what the client \
has heard of the same thing is out of date.
3. **Look for gaps in `seq`.** Within a chat messages count from 1 without gaps. Who holds `seq` n and gets n + 2, or \
finds in a snapshot a `last_seq` beyond what it holds, asks `GET …/chat-sessions/:id/messages?after_seq=n` until \
`next` is null.
4. **Send a message again until it is acknowledged**, over either a socket or REST, with the same `client_message_id`: \
it is stored once. `ack` and `CHAT_MESSAGE` may come in either order.
5. **Come back after every close but those whose cause is the client**, with pauses that grow to half a minute and a \
share of chance in them.
6. **Show the server's deadlines.** `server_time` says how far the client's clock is off; a countdown runs to the \
`deadline_at` or `ends_at` that the server gave.
7. **An ack is the last word.** A socket that closed with something unacknowledged says nothing about whether it was \
carried out."""


def _objects(shapes: _Shapes) -> Iterable[str]:
    for name, schema in shapes.others:
        fields = "\n".join(f"- {told}" for told in _told_fields(schema))
        yield f"### {name}\n\n{schema['description']}\n\n{fields}"


def _fields(schema: Json) -> str:
    return "<br>".join(_told_fields(schema))


def _told_fields(schema: Json) -> Iterable[str]:
    required = set(schema.get("required", ()))
    for name, part in schema["properties"].items():
        if name != "type":  # what a frame is called says it already
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
