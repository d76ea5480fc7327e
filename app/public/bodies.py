"""What callers send, by type. Shapes only: what is allowed when is decided in the database.

Bounds are those of the SQL types, so that a number that no column could hold is a fault of the body. A `pattern` has a
`max_length` beside it: Python's `$` lets a line feed follow, JSON Schema's does not.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.identity.passwords import LONGEST, SHORTEST
from app.identity.refresh import PATTERN as REFRESH_TOKEN

Whole = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]
Password = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON object with these fields and no others."""


class PhoneNumber(Body, kw_only=True):
    """A phone number, as people write it, of somebody who wants a code.

    `device` is 256 bits of chance that the app makes once and keeps: a device that has signed in with the number before
    gets a code although strangers try the same number.
    """

    phone: Annotated[str, msgspec.Meta(max_length=100, examples=["0812 3456 7890"])]
    audience: Literal["customer", "mitra"]
    device: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$", max_length=43)] | None = None


class OneTimeCode(PhoneNumber, kw_only=True):
    """The code that was sent to a number; `display_name` is needed once, of a customer who is new."""

    code: Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$", max_length=6)]
    display_name: str | None = None


class HeldToken(Body):
    """A refresh token."""

    refresh_token: Annotated[str, msgspec.Meta(pattern=REFRESH_TOKEN, max_length=64)]


class Credentials(Body):
    """What an operator signs in with."""

    email: str
    password: Password


class NewPassword(Body):
    """The password that an operator has, and the one that they want."""

    password: Password
    new_password: Annotated[str, msgspec.Meta(min_length=SHORTEST, max_length=LONGEST)]


class NewOperator(Body):
    """Somebody who is taken on in the control center, with their first password."""

    email: str
    display_name: str
    role: str
    password: Annotated[str, msgspec.Meta(min_length=SHORTEST, max_length=LONGEST)]


class OperatorChange(Body):
    """Another role, or access; what is left out stays as it is."""

    role: str | None = None
    active: bool | None = None


class NewPaymentSession(Body):
    duration_minutes: Annotated[Whole, msgspec.Meta(examples=[30])]
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
    body: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": 4000})]


class NewExtension(Body):
    extension_payment_session_id: UUID


class NewMitraStatus(Body):
    online: bool


class WhichTiers(Body):
    extension: bool = False


class Page(Body):
    """A page of a list that grows: `cursor` is the `next` of the page before."""

    cursor: str | None = None
    limit: Limit = 50


class MessagePage(Body):
    """A page of a chat's messages: what comes after `after_seq`."""

    after_seq: Sequence = 0
    limit: Limit = 100
