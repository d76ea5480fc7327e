"""Weeks of history, made through the database's own functions on a clock that is set.

Customers pay, search, chat, extend and return, and some searches fail. Mitras work in shifts, lose their network, and
leave some offers unanswered. Operators decide on most of the money. All choices are pseudo-random and the same in each
run. Nothing happens after the present moment, so some chats still run and some mitras are online.
"""

import heapq
import itertools
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from tests.conftest import Connection

SECRET = "RAHASIA"
"""Part of every message. No operator's screen may show it."""
OPERATORS = ("oka@curhat.example", "ratna@curhat.example", "adi@curhat.example")

NOW = Path(__file__).parents[3] / "sql" / "foundation" / "now.sql"
JAKARTA = ZoneInfo("Asia/Jakarta")
SEED = 37
FIRST_NAMES = """
    Ayu Bagas Citra Dimas Eka Fitri Galih Hana Intan Joko Kartika Lukman Maya Nanda Oki Putri Raka Sinta Tari
    Umar Vina Wahyu Yoga Zahra Anisa Bayu Dewi Farhan Gita Rizky
"""
LAST_NAMES = """
    Pratama Lestari Wijaya Saputra Anggraini Nugroho Rahmawati Hidayat Permata Santoso Kusuma
"""
MITRA_NAMES = "Sari Dewi Melati Arum Bintang Laras Kirana Ratih Gendis Wulan Seruni Tirta"
# The weight of each hour of the day in Jakarta. Evenings are busiest.
BUSY = (6, 4, 2, 1, 1, 1, 2, 3, 3, 3, 4, 4, 5, 4, 4, 4, 5, 5, 6, 8, 10, 11, 11, 9)
PER_DAY = 10

ANOTHER_CLOCK = (
    b"create schema test",
    b"""
    create function test.set_clock(p_at timestamptz) returns void language sql volatile as $$
        select set_config('test.now', p_at::text, false)
    $$
    """,
    b"""
    create function test.lease(p_mitra_id uuid, p_until timestamptz) returns void language sql volatile as $$
        update data.mitras set reachable_until = p_until where id = p_mitra_id and declared_online
    $$
    """,
    b"""
    create or replace function logic.now() returns timestamptz language sql stable as $$
        select current_setting('test.now')::timestamptz
    $$
    """,
)
CUSTOMERS = 70


class Timeline:
    """A queue of events in order of time; an event may schedule others."""

    def __init__(self, connection: Connection, until: datetime) -> None:
        self._connection = connection
        self._until = until
        self._waiting: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self.chance = random.Random(SEED)
        self.now = until

    def at(self, when: datetime, happen: Callable[[], object]) -> None:
        heapq.heappush(self._waiting, (when, next(self._numbers), happen))

    def after(self, seconds: float, happen: Callable[[], object]) -> None:
        self.at(self.now + timedelta(seconds=seconds), happen)

    def run(self) -> None:
        while self._waiting and self._waiting[0][0] < self._until:
            self.now, _, happen = heapq.heappop(self._waiting)
            happen()

    def call(self, function: str, *arguments: object) -> Any:  # noqa: ANN401
        """The result of a function at this moment; None if it refuses."""
        places = ", ".join(["%s"] * len(arguments))
        query = f"select test.set_clock(%s), {function}({places})"
        try:
            row = self._connection.execute(query.encode(), [self.now, *arguments]).fetchone()
        except psycopg.Error as error:
            if (error.sqlstate or "").startswith("PT"):
                return None
            raise
        assert row is not None
        return row[1]

    def rows(self, query: str, *arguments: object) -> list[Any]:
        return self._connection.execute(query.encode(), arguments).fetchall()

    def tick(self) -> None:
        """Fire due deadlines."""
        self.call("api.fire_due", 100)


class Mitra:
    def __init__(self, timeline: Timeline, number: int, mitra_id: uuid.UUID) -> None:
        self.timeline = timeline
        self.id = mitra_id
        self.begins = (8, 13, 17, 18, 19, 20)[number % 6] + timeline.chance.random()
        self.hours = 4 + 4 * timeline.chance.random()
        self.willing = 0.2 + 0.5 * timeline.chance.random()

    def work(self, midnight: datetime) -> None:
        """Schedule one day's shift, now and then with a lost connection."""
        if self.timeline.chance.random() < 0.15:
            return
        begin = midnight + timedelta(hours=self.begins)
        end = begin + timedelta(hours=self.hours)
        self.timeline.at(begin, lambda: self.come(end))
        self.timeline.at(end, lambda: self.timeline.call("api.set_mitra_status", self.id, False))
        if self.timeline.chance.random() < 0.3:
            lost = begin + (end - begin) * self.timeline.chance.uniform(0.2, 0.7)
            back = lost + timedelta(minutes=self.timeline.chance.uniform(3, 25))
            self.timeline.at(lost, self.lose)
            self.timeline.at(back, lambda: self.come(end))

    def come(self, until: datetime) -> None:
        self.timeline.call("api.set_mitra_status", self.id, True)
        self.timeline.call("test.lease", self.id, until + timedelta(hours=1))

    def lose(self) -> None:
        self.timeline.call("test.lease", self.id, self.timeline.now)
        self.timeline.tick()


class Customer:
    def __init__(self, timeline: Timeline, customer_id: uuid.UUID) -> None:
        self.timeline = timeline
        self.id = customer_id
        self.knows: list[uuid.UUID] = []

    def come(self, mitras: dict[uuid.UUID, Mitra]) -> None:
        """One visit: choose, pay, search and so on."""
        chance = self.timeline.chance
        minutes = chance.choices((15, 30, 60), (3, 5, 2))[0]
        target = chance.choice(self.knows) if self.knows and chance.random() < 0.4 else None
        payment = self.timeline.call("api.create_payment_session", self.id, minutes, None, target)
        if payment is None or chance.random() < 0.07:
            return
        self.timeline.after(1201, self.timeline.tick)

        def pay() -> None:
            if self.timeline.call("api.confirm_payment_session", payment["id"], self.id) is not None:
                self.timeline.after(
                    chance.uniform(0.5, 3), lambda: self.search(payment["id"], target, mitras)
                )

        self.timeline.after(chance.uniform(6, 45), pay)

    def search(self, payment: str, target: uuid.UUID | None, mitras: dict[uuid.UUID, Mitra]) -> None:
        chance = self.timeline.chance
        if target is None:
            started = self.timeline.call("api.start_general_request", self.id, payment)
        else:
            started = self.timeline.call("api.start_returning_request", self.id, payment, target)
        if started is None:
            return
        if "reason" not in started:
            self.ask(started["id"], mitras)
            self.timeline.after(60.5 if target is None else 20.5, self.timeline.tick)
            if chance.random() < 0.06:
                self.timeline.after(
                    chance.uniform(5, 40), lambda: self.timeline.call("api.cancel_request", self.id, payment)
                )
        if target is not None and chance.random() < 0.6:
            self.timeline.after(chance.uniform(24, 50), lambda: self.fall_back(payment, mitras))

    def fall_back(self, payment: str, mitras: dict[uuid.UUID, Mitra]) -> None:
        started = self.timeline.call("api.fallback_to_blast", self.id, payment)
        if started is not None and "id" in started:
            self.ask(started["id"], mitras)
            self.timeline.after(60.5, self.timeline.tick)

    def ask(self, request: str, mitras: dict[uuid.UUID, Mitra]) -> None:
        """Let the mitras who are offered a search see it, and answer or not."""
        chance = self.timeline.chance
        for (mitra_id,) in self.timeline.rows(
            "select mitra_id from data.pairing_offers where request_id = %s", request
        ):
            mitra = mitras[mitra_id]
            if chance.random() < 0.15:
                continue
            seen = chance.uniform(1, 6)
            self.timeline.after(seen, partial(self.timeline.call, "api.mark_offer_seen", request, mitra_id))
            if chance.random() < mitra.willing:
                self.timeline.after(seen + chance.expovariate(1 / 9), partial(self.pair, request, mitra_id))
            elif chance.random() < 0.7:
                self.timeline.after(
                    seen + chance.expovariate(1 / 12),
                    partial(self.timeline.call, "api.decline_request", request, mitra_id),
                )

    def pair(self, request: str, mitra: uuid.UUID) -> None:
        accepted = self.timeline.call("api.accept_request", request, mitra)
        if accepted is None:
            return
        chance = self.timeline.chance
        chat = accepted["chat_session"]["id"]
        self.knows.append(mitra)
        length = (
            datetime.fromisoformat(accepted["chat_session"]["ends_at"]) - self.timeline.now
        ).total_seconds()
        for at in (length - 59.5, length + 0.5):
            self.timeline.after(at, self.timeline.tick)
        for _ in range(chance.randrange(4)):
            self.timeline.after(chance.uniform(5, length - 5), lambda: self.say(chat, "customer", self.id))
            self.timeline.after(chance.uniform(9, length - 5), lambda: self.say(chat, "mitra", mitra))
        if chance.random() < 0.15:
            who, person = chance.choice((("customer", self.id), ("customer", self.id), ("mitra", mitra)))
            self.timeline.after(
                chance.uniform(0.3, 0.9) * length,
                lambda: self.timeline.call("api.end_chat", chat, who, person),
            )
        elif chance.random() < 0.2:
            self.timeline.after(length - 120, lambda: self.extend(chat, mitra))

    def say(self, chat: str, role: str, person: uuid.UUID) -> None:
        text = f"{SECRET} {self.timeline.chance.random()}"
        self.timeline.call(
            "api.send_message", chat, role, person, uuid.UUID(int=self.timeline.chance.getrandbits(128)), text
        )

    def extend(self, chat: str, mitra: uuid.UUID) -> None:
        chance = self.timeline.chance
        minutes = chance.choice((15, 30))
        payment = self.timeline.call("api.create_payment_session", self.id, minutes, None, None, True)
        if (
            payment is None
            or self.timeline.call("api.confirm_payment_session", payment["id"], self.id) is None
        ):
            return
        asked = self.timeline.call("api.request_extension", chat, self.id, payment["id"])
        if asked is None:
            return
        answer = chance.choices(("api.approve_extension", "api.reject_extension", None), (5, 2, 3))[0]
        if answer:
            self.timeline.after(chance.uniform(2, 8), lambda: self.timeline.call(answer, asked["id"], mitra))
        for at in (10.5, 120.5, minutes * 60 - 180, minutes * 60 + 60, minutes * 60 + 130):
            self.timeline.after(at, self.timeline.tick)


def decide(timeline: Timeline) -> None:
    """Decide on the failures since yesterday, but leave some undecided for good."""
    for (failure,) in timeline.rows(
        "select id from data.pairing_failures where needs_action and created_at >= %s order by created_at",
        timeline.now - timedelta(days=1),
    ):
        if timeline.chance.random() < 0.25:
            continue
        action = timeline.chance.choices(("refunded", "credited", "no_action"), (6, 3, 1))[0]
        note = f"TRX-{timeline.chance.randrange(10_000, 99_999)}" if action == "refunded" else None
        timeline.call("ops.action_failure", failure, action, timeline.chance.choice(OPERATORS), note)
        timeline.now += timedelta(seconds=timeline.chance.uniform(8, 40))


def make_history(connection: Connection, days: int) -> None:
    """Fill a new database with so many days of history, then restore its real clock.

    `connection` is the owner's, in autocommit mode.
    """
    until = datetime.now(UTC).replace(microsecond=0)
    midnight = until.astimezone(JAKARTA).replace(hour=0, minute=0, second=0) - timedelta(days=days)
    with _another_clock(connection, midnight):
        timeline = Timeline(connection, until)
        customers = [Customer(timeline, one) for one in _customers(timeline, midnight)]
        mitras = {one: Mitra(timeline, number, one) for number, one in enumerate(_mitras(timeline, midnight))}
        for _ in range(days + 1):
            for mitra in mitras.values():
                mitra.work(midnight)
            growth = 0.7 + 0.6 * (midnight.astimezone(UTC).timestamp() % 7e6) / 7e6
            for hour in timeline.chance.choices(
                range(24), BUSY, k=round(PER_DAY * growth * timeline.chance.uniform(0.6, 1.4))
            ):
                customer = timeline.chance.choice(customers)
                when = midnight + timedelta(hours=hour, seconds=timeline.chance.uniform(0, 3600))
                timeline.at(when, partial(customer.come, mitras))
            timeline.at(midnight + timedelta(hours=9, minutes=30), lambda: decide(timeline))
            midnight += timedelta(days=1)
        timeline.run()
        timeline.now = until
        timeline.tick()
    # Mark all events as delivered.
    connection.execute(
        "with delivered as (delete from data.outbox returning event_id, at) "
        "insert into data.handed_on (since, event_ids) "
        "select min(at), range_agg(int8range(event_id, event_id, '[]')) from delivered"
    )
    connection.execute("select logic.refresh_daily_figures(%s)", [days + 1])
    connection.execute("select logic.refresh_hourly_figures(%s)", [24 * days])
    connection.execute("select logic.fold_failure_tallies(), logic.refresh_audit_findings()")
    # Mitras still online have a lease for their whole shift, which the audit would report.
    connection.execute(
        "delete from data.audit_findings "
        "where invariant = 'nothing holds longer than its setting allows' and entity = 'mitra'"
    )
    connection.execute("analyze")


def _customers(timeline: Timeline, at: datetime) -> list[uuid.UUID]:
    names = [f"{first} {last}" for first in FIRST_NAMES.split() for last in LAST_NAMES.split()]
    timeline.chance.shuffle(names)
    return [
        row[0]
        for number, name in enumerate(names[:CUSTOMERS])
        for row in timeline.rows(
            "insert into data.users (phone, display_name, created_at) values (%s, %s, %s) returning id",
            f"+62813{20_000_000 + number * 97_531}",
            name,
            at + timedelta(minutes=number * 11),
        )
    ]


def _mitras(timeline: Timeline, at: datetime) -> list[uuid.UUID]:
    return [
        row[0]
        for number, name in enumerate(MITRA_NAMES.split())
        for row in timeline.rows(
            "insert into data.mitras (phone, display_name, created_at, status_changed_at, idle_since) "
            "values (%s, %s, %s, %s, %s) returning id",
            f"+62857{30_000_000 + number * 86_421}",
            name,
            at,
            at,
            at,
        )
    ]


@contextmanager
def _another_clock(connection: Connection, begin: datetime) -> Iterator[None]:
    """Let `test.set_clock` set `logic.now()` for this session; restore sql/'s version at the end."""
    connection.execute("select logic.make_partitions(%s)", [begin])
    for statement in ANOTHER_CLOCK:
        connection.execute(statement)
    connection.execute("select test.set_clock(%s)", [begin])
    try:
        yield
    finally:
        connection.execute(NOW.read_bytes())
        connection.execute("drop schema test cascade")
