"""Weeks of a service's life, lived through in the database's own functions on a clock that is set.

Customers pay, search, are refused, chat, extend, come back; mitras come on duty, lose their network, answer or do not;
operators decide on most of the money. Chance decides, the same one each time. Whatever would come after the present
moment has not happened yet: some chats still run, some mitras are on duty.
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
"""In every message of the history: what no operator's screen may ever show."""
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
# How many begin a payment in each hour of Jakarta's day, of a hundred or so: evenings are when people want to talk.
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


class Life:
    """What happens, in order of time; each thing may make others happen later."""

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
        """What a function gives at this moment; None when it refuses."""
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
        """Deadlines fire."""
        self.call("api.fire_due", 100)


class Mitra:
    def __init__(self, life: Life, number: int, mitra_id: uuid.UUID) -> None:
        self.life = life
        self.id = mitra_id
        self.begins = (8, 13, 17, 18, 19, 20)[number % 6] + life.chance.random()
        self.hours = 4 + 4 * life.chance.random()
        self.willing = 0.2 + 0.5 * life.chance.random()

    def work(self, midnight: datetime) -> None:
        """One day's duty, with an interruption now and then."""
        if self.life.chance.random() < 0.15:
            return
        begin = midnight + timedelta(hours=self.begins)
        end = begin + timedelta(hours=self.hours)
        self.life.at(begin, lambda: self.come(end))
        self.life.at(end, lambda: self.life.call("api.set_mitra_status", self.id, False))
        if self.life.chance.random() < 0.3:
            lost = begin + (end - begin) * self.life.chance.uniform(0.2, 0.7)
            back = lost + timedelta(minutes=self.life.chance.uniform(3, 25))
            self.life.at(lost, self.lose)
            self.life.at(back, lambda: self.come(end))

    def come(self, until: datetime) -> None:
        self.life.call("api.set_mitra_status", self.id, True)
        self.life.call("test.lease", self.id, until + timedelta(hours=1))

    def lose(self) -> None:
        self.life.call("test.lease", self.id, self.life.now)
        self.life.tick()


class Customer:
    def __init__(self, life: Life, customer_id: uuid.UUID) -> None:
        self.life = life
        self.id = customer_id
        self.knows: list[uuid.UUID] = []

    def come(self, mitras: dict[uuid.UUID, Mitra]) -> None:
        """A visit: choose, pay, search, and whatever comes of it."""
        chance = self.life.chance
        minutes = chance.choices((15, 30, 60), (3, 5, 2))[0]
        target = chance.choice(self.knows) if self.knows and chance.random() < 0.4 else None
        payment = self.life.call("api.create_payment_session", self.id, minutes, None, target)
        if payment is None or chance.random() < 0.07:
            return
        self.life.after(1201, self.life.tick)

        def pay() -> None:
            if self.life.call("api.confirm_payment_session", payment["id"], self.id) is not None:
                self.life.after(chance.uniform(0.5, 3), lambda: self.search(payment["id"], target, mitras))

        self.life.after(chance.uniform(6, 45), pay)

    def search(self, payment: str, target: uuid.UUID | None, mitras: dict[uuid.UUID, Mitra]) -> None:
        chance = self.life.chance
        if target is None:
            started = self.life.call("api.start_general_request", self.id, payment)
        else:
            started = self.life.call("api.start_returning_request", self.id, payment, target)
        if started is None:
            return
        if "reason" not in started:
            self.ask(started["id"], mitras)
            self.life.after(60.5 if target is None else 20.5, self.life.tick)
            if chance.random() < 0.06:
                self.life.after(
                    chance.uniform(5, 40), lambda: self.life.call("api.cancel_request", self.id, payment)
                )
        if target is not None and chance.random() < 0.6:
            self.life.after(chance.uniform(24, 50), lambda: self.fall_back(payment, mitras))

    def fall_back(self, payment: str, mitras: dict[uuid.UUID, Mitra]) -> None:
        started = self.life.call("api.fallback_to_blast", self.id, payment)
        if started is not None and "id" in started:
            self.ask(started["id"], mitras)
            self.life.after(60.5, self.life.tick)

    def ask(self, request: str, mitras: dict[uuid.UUID, Mitra]) -> None:
        """Those who were asked look at it, and answer or do not."""
        chance = self.life.chance
        for (mitra_id,) in self.life.rows(
            "select mitra_id from data.pairing_offers where request_id = %s", request
        ):
            mitra = mitras[mitra_id]
            if chance.random() < 0.15:
                continue
            seen = chance.uniform(1, 6)
            self.life.after(seen, partial(self.life.call, "api.mark_offer_seen", request, mitra_id))
            if chance.random() < mitra.willing:
                self.life.after(seen + chance.expovariate(1 / 9), partial(self.pair, request, mitra_id))
            elif chance.random() < 0.7:
                self.life.after(
                    seen + chance.expovariate(1 / 12),
                    partial(self.life.call, "api.decline_request", request, mitra_id),
                )

    def pair(self, request: str, mitra: uuid.UUID) -> None:
        accepted = self.life.call("api.accept_request", request, mitra)
        if accepted is None:
            return
        chance = self.life.chance
        chat = accepted["chat_session"]["id"]
        self.knows.append(mitra)
        length = (datetime.fromisoformat(accepted["chat_session"]["ends_at"]) - self.life.now).total_seconds()
        for at in (length - 59.5, length + 0.5):
            self.life.after(at, self.life.tick)
        for _ in range(chance.randrange(4)):
            self.life.after(chance.uniform(5, length - 5), lambda: self.say(chat, "customer", self.id))
            self.life.after(chance.uniform(9, length - 5), lambda: self.say(chat, "mitra", mitra))
        if chance.random() < 0.15:
            who, person = chance.choice((("customer", self.id), ("customer", self.id), ("mitra", mitra)))
            self.life.after(
                chance.uniform(0.3, 0.9) * length, lambda: self.life.call("api.end_chat", chat, who, person)
            )
        elif chance.random() < 0.2:
            self.life.after(length - 120, lambda: self.extend(chat, mitra))

    def say(self, chat: str, role: str, person: uuid.UUID) -> None:
        text = f"{SECRET} {self.life.chance.random()}"
        self.life.call(
            "api.send_message", chat, role, person, uuid.UUID(int=self.life.chance.getrandbits(128)), text
        )

    def extend(self, chat: str, mitra: uuid.UUID) -> None:
        chance = self.life.chance
        minutes = chance.choice((15, 30))
        payment = self.life.call("api.create_payment_session", self.id, minutes, None, None, True)
        if payment is None or self.life.call("api.confirm_payment_session", payment["id"], self.id) is None:
            return
        asked = self.life.call("api.request_extension", chat, self.id, payment["id"])
        if asked is None:
            return
        answer = chance.choices(("api.approve_extension", "api.reject_extension", None), (5, 2, 3))[0]
        if answer:
            self.life.after(chance.uniform(2, 8), lambda: self.life.call(answer, asked["id"], mitra))
        for at in (10.5, 120.5, minutes * 60 - 180, minutes * 60 + 60, minutes * 60 + 130):
            self.life.after(at, self.life.tick)


def decide(life: Life) -> None:
    """An operator goes through what came in since yesterday, and leaves some of it undecided for good."""
    for (failure,) in life.rows(
        "select id from data.pairing_failures where needs_action and created_at >= %s order by created_at",
        life.now - timedelta(days=1),
    ):
        if life.chance.random() < 0.25:
            continue
        action = life.chance.choices(("refunded", "credited", "no_action"), (6, 3, 1))[0]
        note = f"TRX-{life.chance.randrange(10_000, 99_999)}" if action == "refunded" else None
        life.call("ops.action_failure", failure, action, life.chance.choice(OPERATORS), note)
        life.now += timedelta(seconds=life.chance.uniform(8, 40))


def live_through(connection: Connection, days: int) -> None:
    """Fill a fresh database with so many days until now, and put its clock right again.

    `connection` is the owner's, in autocommit mode.
    """
    until = datetime.now(UTC).replace(microsecond=0)
    midnight = until.astimezone(JAKARTA).replace(hour=0, minute=0, second=0) - timedelta(days=days)
    with _another_clock(connection, midnight):
        life = Life(connection, until)
        customers = [Customer(life, one) for one in _customers(life, midnight)]
        mitras = {one: Mitra(life, number, one) for number, one in enumerate(_mitras(life, midnight))}
        for _ in range(days + 1):
            for mitra in mitras.values():
                mitra.work(midnight)
            growth = 0.7 + 0.6 * (midnight.astimezone(UTC).timestamp() % 7e6) / 7e6
            for hour in life.chance.choices(
                range(24), BUSY, k=round(PER_DAY * growth * life.chance.uniform(0.6, 1.4))
            ):
                customer = life.chance.choice(customers)
                when = midnight + timedelta(hours=hour, seconds=life.chance.uniform(0, 3600))
                life.at(when, partial(customer.come, mitras))
            life.at(midnight + timedelta(hours=9, minutes=30), lambda: decide(life))
            midnight += timedelta(days=1)
        life.run()
        life.now = until
        life.tick()
    # Whoever would have heard of it has heard.
    connection.execute(
        "with heard as (delete from data.outbox returning event_id, at) "
        "insert into data.handed_on (since, event_ids) "
        "select min(at), range_agg(int8range(event_id, event_id, '[]')) from heard"
    )
    connection.execute("select logic.refresh_daily_figures(%s)", [days + 1])
    connection.execute("select logic.refresh_hourly_figures(%s)", [24 * days])
    connection.execute("select logic.fold_failure_tallies(), logic.refresh_audit_findings()")
    # Those who are on duty at its end have a lease for their whole shift.
    connection.execute(
        "delete from data.audit_findings "
        "where invariant = 'nothing holds longer than its setting allows' and entity = 'mitra'"
    )
    connection.execute("analyze")


def _customers(life: Life, at: datetime) -> list[uuid.UUID]:
    names = [f"{first} {last}" for first in FIRST_NAMES.split() for last in LAST_NAMES.split()]
    life.chance.shuffle(names)
    return [
        row[0]
        for number, name in enumerate(names[:CUSTOMERS])
        for row in life.rows(
            "insert into data.users (phone, display_name, created_at) values (%s, %s, %s) returning id",
            f"+62813{20_000_000 + number * 97_531}",
            name,
            at + timedelta(minutes=number * 11),
        )
    ]


def _mitras(life: Life, at: datetime) -> list[uuid.UUID]:
    return [
        row[0]
        for number, name in enumerate(MITRA_NAMES.split())
        for row in life.rows(
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
    """`test.set_clock` sets what `logic.now()` gives, in this session; afterwards it is as sql/ has it again."""
    connection.execute("select logic.make_partitions(%s)", [begin])
    for statement in ANOTHER_CLOCK:
        connection.execute(statement)
    connection.execute("select test.set_clock(%s)", [begin])
    try:
        yield
    finally:
        connection.execute(NOW.read_bytes())
        connection.execute("drop schema test cascade")
