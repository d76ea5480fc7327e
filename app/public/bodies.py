"""The types of request bodies and queries. They check shapes only; the database decides what is allowed.

Bounds are those of the SQL types: a number that no column could hold is an invalid body. Each `pattern` has a
`max_length`, since Python's `$` allows a line feed after it, and JSON Schema's does not.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.identity.passwords import LONGEST, SHORTEST
from app.identity.refresh import PATTERN as REFRESH_TOKEN
from app.public.replies import Method

Whole = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]
Password = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON object with these fields and no others."""


class PhoneNumber(Body, kw_only=True):
    """A phone number, in any common spelling, to send a code to.

    `device` is a secret of 256 random bits that the app makes once and keeps. A device that has signed in with the
    number before gets a code even while others exhaust the number's limit.
    """

    phone: Annotated[str, msgspec.Meta(max_length=100, examples=["0812 3456 7890"])]
    audience: Literal["customer", "mitra"]
    device: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$", max_length=43)] | None = None


class OneTimeCode(PhoneNumber, kw_only=True):
    """The code that was sent to a number; `display_name` is required of a new customer."""

    code: Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$", max_length=6)]
    display_name: str | None = None


class HeldToken(Body):
    """A refresh token."""

    refresh_token: Annotated[str, msgspec.Meta(pattern=REFRESH_TOKEN, max_length=64)]


class Credentials(Body):
    """An operator's e-mail address and password."""

    email: str
    password: Password


class NewPassword(Body):
    """An operator's present password, and the new one."""

    password: Password
    new_password: Annotated[str, msgspec.Meta(min_length=SHORTEST, max_length=LONGEST)]


class NewOperator(Body):
    """A new operator, with their first password."""

    email: str
    display_name: str
    role: str
    password: Annotated[str, msgspec.Meta(min_length=SHORTEST, max_length=LONGEST)]


class OperatorChange(Body):
    """Another role, or access; a field that is left out stays as it is."""

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


class NewCharge(Body):
    """How the customer wants to pay."""

    method: Method


class NewMitraStatus(Body):
    online: bool


class WhichTiers(Body):
    extension: bool = False


class Page(Body):
    """A page of a list that grows: `cursor` is the `next` of the page before."""

    cursor: str | None = None
    limit: Limit = 50


class ShortPage(Body):
    """A page of a list that grows: `cursor` is the `next` of the page before."""

    cursor: str | None = None
    limit: Limit = 20


class MessagePage(Body):
    """A page of a chat's messages: what comes after `after_seq`."""

    after_seq: Sequence = 0
    limit: Limit = 100
