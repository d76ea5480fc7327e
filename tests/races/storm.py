"""Random calls about a few people from many connections at once. Any call may use what another has made."""

import os
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import psycopg

from tests.conftest import Connect, Connection
from tests.sql.world import Row, World

WORKERS = 12
ACTS = 250
"""Per worker. An act is one call or a few."""
SEED = int(os.environ.get("CURHAT_STORM_SEED", "1"))
"""The seed of the random choices. The interleaving is up to the machine."""

SETTINGS = {
    "max_customers_per_mitra": 2,
    "pairing_blast_timeout_seconds": 20,
    "returning_chat_confirmation_timeout_seconds": 10,
    "extension_timeout_seconds": 5,
    "payment_session_timeout_minutes": 2,
    "presence_ttl_seconds": 30,
    "auto_offline_after_missed_offers": 3,
}
"""Short, so that every deadline fires during the storm."""


EXTENSION = True
"""The arguments of create_payment_session for an extension."""


# Like the real clock it stands still within a transaction, even while another transaction advances it.
CLOCK = """
create or replace function logic.now()
returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
begin
    if coalesce(current_setting('test.now', true), '') = '' then
        perform set_config('test.now', (select at::text from test.clock), true);
    end if;
    return current_setting('test.now')::timestamptz;
end
$$
"""


class Storm:
    """A few people, everything that was ever made for them, and the outcomes of all calls."""

    def __init__(self, world: World, connect: Connect) -> None:
        self._connect = connect
        world.owner.execute(CLOCK)
        for key, value in SETTINGS.items():
            world.configure(key, value)
        self.world = world
        self.customers = [world.customer() for _ in range(6)]
        self.mitras = [world.mitra() for _ in range(4)]
        self.payments: list[tuple[str, str]] = []
        self.requests: list[str] = []
        self.chats: list[Row] = []
        self.extensions: list[tuple[str, str]] = []
        self.told: Counter[tuple[str, str]] = Counter()
        self.acts = ACTS
        self.connections: list[Connection] = []
        self._over = Event()

    def rage(self) -> None:
        """Run every worker to its end, with two deadline listeners and a relay beside them."""
        with ThreadPoolExecutor(WORKERS + 3) as threads:
            beside = [
                threads.submit(self._repeat, "select api.fire_due(20)"),
                threads.submit(self._repeat, "select api.fire_due(20)"),
                threads.submit(self._repeat, "select count(*) from api.drain_events(50)"),
            ]
            try:
                list(threads.map(lambda number: Worker(self, number).work(), range(WORKERS)))
            finally:
                self._over.set()
            for repeated in beside:
                repeated.result()

    def _repeat(self, query: str) -> None:
        connection = self.open("curhat_listener")
        while not self._over.is_set():
            connection.execute(query)

    def settle(self) -> None:
        """Let every remaining deadline pass, except those of chats and leases."""
        for _ in range(5):
            self.world.wait(1, connected=self.mitras)

    def open(self, role: str) -> Connection:
        """A connection without time limits."""
        connection = self._connect(role=role, lock_timeout="0", statement_timeout="60000")
        self.connections.append(connection)
        return connection


class Worker:
    """One of many. It makes its calls in sequence, legal or not."""

    def __init__(self, storm: Storm, number: int) -> None:
        self._storm = storm
        self._chance = random.Random(SEED * 1000 + number)
        self._app = storm.open("curhat_app")
        self._operator = storm.open("curhat_operator")
        self._time = storm.open("curhat_owner")
        self._acts: tuple[Callable[[], None], ...] = (
            *(self._chance_of_a_chat,) * 3,
            *(self._answer,) * 4,
            *(self._talk,) * 2,
            *(self._extend,) * 2,
            *(self._answer_extension,) * 2,
            self._end,
            self._give_up,
            self._fall_back,
            self._presence,
            self._renew,
            self._operate,
            self._let_time_pass,
        )

    def work(self) -> None:
        """Make the calls."""
        for _ in range(self._storm.acts):
            self._chance.choice(self._acts)()

    # ---- What customers do -------------------------------------------------------------------------------

    def _chance_of_a_chat(self) -> None:
        """Choose, pay and search, mostly with the same payment, sometimes with one of another worker."""
        customer = self._chance.choice(self._storm.customers)
        mitra = self._chance.choice([None, *self._storm.mitras])
        made = self._api("create_payment_session", customer, self._chance.choice([15, 15, 30]), None, mitra)
        if made:
            self._storm.payments.append((customer, made["id"]))
        if made and self._chance.random() < 0.7:
            payment = made["id"]
        else:
            customer, payment = self._payment()
        self._api("confirm_payment_session", payment, customer, self._key())
        if mitra is None or self._chance.random() < 0.5:
            self._searching(self._api("start_general_request", customer, payment, self._key()))
        else:
            self._searching(self._api("start_returning_request", customer, payment, mitra))

    def _give_up(self) -> None:
        customer, payment = self._payment()
        self._api("cancel_payment_session", payment, customer)
        self._api("cancel_request", customer, payment)

    def _fall_back(self) -> None:
        for customer, payment in self._storm.payments[-6:]:
            self._searching(self._api("fallback_to_blast", customer, payment))

    def _extend(self) -> None:
        for chat in self._recent(self._storm.chats, 1):
            customer = chat["customer"]["id"]
            made = self._api("create_payment_session", customer, 15, None, None, EXTENSION)
            if made:
                self._api("confirm_payment_session", made["id"], customer)
                asked = self._api("request_extension", chat["id"], customer, made["id"], self._key())
                if asked:
                    self._storm.extensions.append((asked["id"], chat["mitra"]["id"]))

    # ---- What mitras do ----------------------------------------------------------------------------------

    def _answer(self) -> None:
        for request in self._recent(self._storm.requests, 2):
            for mitra in self._chance.sample(self._storm.mitras, 2):
                self._api("mark_offer_seen", request, mitra)
                if self._chance.random() < 0.5:
                    self._api("decline_request", request, mitra)
                else:
                    taken = self._api("accept_request", request, mitra)
                    if taken:
                        self._storm.chats.append(taken["chat_session"])

    def _answer_extension(self) -> None:
        for extension, mitra in self._recent(self._storm.extensions, 2):
            answer = self._chance.choice(["approve_extension", "reject_extension"])
            self._api(answer, extension, self._chance.choice([mitra, mitra, *self._storm.mitras]))

    def _presence(self) -> None:
        self._api("set_mitra_status", self._chance.choice(self._storm.mitras), self._chance.random() < 0.7)

    def _renew(self) -> None:
        self._api("renew_leases", self._chance.sample(self._storm.mitras, 3))

    # ---- What both do ------------------------------------------------------------------------------------

    def _talk(self) -> None:
        for chat in self._recent(self._storm.chats, 2):
            role = self._chance.choice(["customer", "mitra"])
            self._api("send_message", chat["id"], role, chat[role]["id"], str(uuid.uuid4()), "Halo")
            self._api("mark_read", chat["id"], role, chat[role]["id"], 3)

    def _end(self) -> None:
        for chat in self._recent(self._storm.chats, 1):
            role = self._chance.choice(["customer", "mitra"])
            self._api("end_chat", chat["id"], role, chat[role]["id"])

    # ---- What operators do, and time ---------------------------------------------------------------------

    def _operate(self) -> None:
        _, payment = self._payment()
        match self._chance.randrange(5):
            case 0:
                self._ops("fail_payment", payment, "no_mitra_available", "Ratna")
            case 1:
                self._ops("force_mitra_offline", self._chance.choice(self._storm.mitras), "Ratna")
            case 2:
                for chat in self._recent(self._storm.chats, 1):
                    self._ops("end_chat", chat["id"], "Ratna")
            case 3:
                action = self._chance.choice(["auto_approve", "auto_reject"])
                self._ops("set_config", "extension_default_action_on_timeout", action, "Ratna")
            case 4:
                query = "select id from data.pairing_failures order by created_at desc limit 3"
                for (failure,) in self._time.execute(query).fetchall():
                    self._ops("action_failure", failure, "no_action", "Ratna")

    def _let_time_pass(self) -> None:
        seconds = self._chance.choice([1, 1, 2, 3, 5, 8, 90])
        self._time.execute("update test.clock set at = at + %s * interval '1 second'", [seconds])

    # ---- Calls -------------------------------------------------------------------------------------------

    def _api(self, function: str, *arguments: object) -> Row | None:
        return self._call(self._app, "select api", function, arguments)

    def _ops(self, function: str, *arguments: object) -> None:
        self._call(self._operator, "select to_jsonb(r) from ops", function, arguments, " r")

    def _call(
        self,
        connection: Connection,
        source: str,
        function: str,
        arguments: tuple[object, ...],
        alias: str = "",
    ) -> Row | None:
        """The reply, or None for a refusal. Any other error ends the storm."""
        query = f"{source}.{function}({', '.join(['%s'] * len(arguments))}){alias}"
        try:
            row = connection.execute(query, arguments).fetchone()
        except psycopg.Error as error:
            if not re.fullmatch(r"PT4\d\d", error.sqlstate or ""):
                raise
            self._storm.told[function, str(error.diag.message_primary)] += 1
            return None
        assert row is not None
        self._storm.told[function, "done"] += 1
        reply: Row = row[0]
        return reply

    # ---- Chance ------------------------------------------------------------------------------------------

    def _payment(self) -> tuple[str, str]:
        """A customer and a payment, mostly a recent one, rarely one that does not exist."""
        if not self._storm.payments or self._chance.random() < 0.02:
            return self._chance.choice(self._storm.customers), str(uuid.uuid4())
        return self._chance.choice(self._storm.payments[-8:])

    def _recent(self, made: list[Any], number: int) -> list[Any]:
        latest = made[-8:]
        return self._chance.sample(latest, min(number, len(latest)))

    def _key(self) -> str | None:
        """Rarely a key, and one of few, so that keys are reused."""
        return self._chance.choice([None] * 9 + [f"key {self._chance.randrange(30)}"])

    def _searching(self, reply: Row | None) -> None:
        if reply and reply.get("status") == "searching":
            self._storm.requests.append(reply["id"])
