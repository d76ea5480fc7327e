"""The types of the control center's bodies and queries. They check shapes only."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from app.internal.replies import RateKind
from app.public.bodies import Body, Limit, Whole
from app.public.replies import CauseTag, OperatorAction, Presence

LongLimit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Text = Annotated[str, msgspec.Meta(max_length=1000)]
Day = Annotated[str, msgspec.Meta(description="A day in Jakarta, as 2026-11-24.")]
Moment = Annotated[
    str,
    msgspec.Meta(
        description="A day in Jakarta (2026-11-24), or a time with its offset (2026-11-24T08:00:00+07:00)."
    ),
]
Some = Annotated[
    str,
    msgspec.Meta(description="A part of a name or phone number, three characters at least, or a whole id."),
]


class FailedPairingsFilter(Body):
    """A filter of failures. `date_to`: a day is included whole, a time is excluded."""

    cause_tags: tuple[CauseTag, ...] = ()
    date_from: Moment | None = None
    date_to: Moment | None = None
    needs_action: bool | None = None
    search: Some | None = None
    customer_id: UUID | None = None
    mitra_id: UUID | None = None
    limit: LongLimit = 50
    offset: Whole = 0


class NewPrice(Body):
    """What a duration costs from now on; `replaces`: only while this is its price."""

    for_extension: bool
    duration_minutes: Whole
    amount: Whole
    is_free_trial: bool
    replaces: UUID | None = None


class NewRate(Body):
    """A percentage, from a day in Jakarta on."""

    kind: RateKind
    percent: Annotated[float, msgspec.Meta(ge=0, le=100)]
    valid_from: date


class Gift(Body):
    """Credit for a customer; the same `gift_id` again gives nothing more."""

    gift_id: UUID
    amount: Whole
    note: Text
    payment_session_id: UUID | None = None


class Decision(Body):
    """A decision on the money of a failure."""

    action: OperatorAction
    note: Text | None = None


class Decisions(Body):
    """A decision on the money of many failures."""

    ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=200)]
    action: OperatorAction
    note: Text | None = None


class NewSetting(Body):
    """A setting's value; `version` makes the change conditional."""

    value: str | int
    version: Version | None = None


class HistoryPage(Body):
    """A page of the history of settings: `cursor` is the `next` of the page before."""

    key: str | None = None
    cursor: str | None = None
    limit: Limit = 50


class Part(Body):
    """A part of a list."""

    limit: LongLimit = 50
    offset: Whole = 0


class MitrasFilter(Body):
    """A filter of mitras."""

    search: Some | None = None
    presence: Presence | None = None
    limit: LongLimit = 50
    offset: Whole = 0


class UsersFilter(Body):
    """A filter of customers: the newest, from `cursor` on, or those that match a search."""

    search: Some | None = None
    cursor: str | None = None
    limit: Limit = 50


class WhichDay(Body):
    """A day in Jakarta; today when none is given."""

    day: Day | None = None


class WhichDays(Body):
    """A number of days, up to today."""

    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30


class Days(Body):
    """Days in Jakarta, both included; the last 31 when none are given."""

    first_day: Day | None = None
    last_day: Day | None = None


class Reason(Body):
    """The reason, which is recorded."""

    note: Text
