"""What callers send, by type. Shapes only: what is allowed when is decided in the database.

Bounds are those of the SQL types, so that a number that no column could hold is a fault of the body.
"""

from typing import Annotated
from uuid import UUID

import msgspec

Whole = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON object with these fields and no others."""


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
    body: str


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
