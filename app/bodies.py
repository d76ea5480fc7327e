"""What callers send, by type. Shapes only: what is allowed when is decided in the database.

Bounds are those of the SQL types, so that a number that no column could hold is a fault of the body.
"""

from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from sanic import Request

from app.db import Refusal
from app.envelope import DECODE_ERRORS

Whole = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]

Shape = TypeVar("Shape")


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON object with these fields and no others."""


class NewPaymentSession(Body):
    duration_minutes: Whole
    tier_id: UUID | None = None
    targeted_mitra_id: UUID | None = None
    is_extension: bool = False


class PaidRequest(Body):
    payment_session_id: UUID


class ReturningRequest(Body):
    payment_session_id: UUID
    mitra_id: UUID


class NewMessage(Body):
    client_message_id: UUID
    body: str


class NewExtension(Body):
    extension_payment_session_id: UUID


class MitraStatus(Body):
    online: bool


class Pricing(Body):
    extension: bool = False


class Page(Body):
    """A page of a list that grows: `cursor` is the `next` of the page before."""

    cursor: str | None = None
    limit: Limit = 50


class Messages(Body):
    after_seq: Sequence = 0
    limit: Limit = 100


def read_body(request: Request, shape: type[Shape]) -> Shape:
    """The request's JSON body as `shape`.

    Raises:
        Refusal: `invalid_body`, naming the field.
    """
    try:
        return msgspec.json.decode(request.body, type=shape)
    except DECODE_ERRORS as error:
        raise Refusal(400, "invalid_body", f"{error}.") from error


def read_query(request: Request, shape: type[Shape]) -> Shape:
    """The request's query parameters as `shape`.

    Raises:
        Refusal: `invalid_query`, naming the parameter.
    """
    given = request.get_args(keep_blank_values=True)
    try:
        return msgspec.convert({name: given.get(name) for name in given}, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal(400, "invalid_query", f"{error}.") from error
