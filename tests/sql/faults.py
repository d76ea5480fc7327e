"""Planted faults: damage that manual SQL, a restore or a bug might leave, past all triggers, constraints and indexes.

Each fault is planted in a database whose history was made through the functions. It states the invariant that the
audit must report broken, and the entity. In its SQL and its entity, `{name}` is an id of the baseline.
"""

from dataclasses import dataclass, fields

from tests.conftest import Connection
from tests.sql.sign_ins import operator, signed_in
from tests.sql.world import World


@dataclass(frozen=True)
class Baseline:
    """The ids that the faults refer to."""

    customer: str
    mitra: str
    chat: str
    chat_payment: str
    chat_search: str
    extension: str
    extension_payment: str
    pending_extension: str
    continued: str
    successor: str
    search: str
    search_payment: str
    searcher: str
    trial: str
    trial_customer: str
    pending: str
    failed_payment: str
    failure: str
    superseded: str
    withdrawn_search: str
    device: str
    clerk: str
    key: str


def superseded_failure(world: World, mitra: str) -> str:
    """The failure before a fallback to a blast, which is cancelled in turn."""
    customer = world.customer()
    world.acquaint(customer, mitra)
    world.wait(1, connected=[mitra])
    payment = world.pay(customer, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    failure: str = world.failure(payment)["id"]
    world.api("fallback_to_blast", customer, payment)
    world.api("cancel_request", customer, payment)
    return failure


def build(world: World) -> Baseline:
    """Make at least one row of everything, and deliver all events."""
    customer, mitra = world.customer(), world.mitra()
    first = world.chat(customer, mitra)
    world.say(first)
    world.say(first, "mitra")
    world.api("mark_read", first["id"], "mitra", mitra, 1)
    world.clock.advance(minutes=10)
    world.wait(1, connected=[mitra])
    second = world.accept(world.ask_again(customer, mitra), mitra)
    world.wait(1, connected=[mitra])
    granted = world.extend(second)
    world.api("approve_extension", granted["id"], mitra)
    superseded = superseded_failure(world, mitra)
    trial = world.chat(world.customer(), mitra, 15)
    world.say(trial)
    world.extend(trial)
    cancelled = world.search(world.customer())
    world.api("mark_offer_seen", cancelled["id"], mitra)
    payer = world.row("payment_sessions", cancelled["payment_session_id"])
    world.api("cancel_request", payer["customer_id"], payer["id"])
    failure = world.failure(payer["id"])["id"]
    world.ops("action_failure", failure, "refunded", "Ratna", "transfer 8812")

    world.ops("block_person", world.customer(), "Ratna")
    world.configure("extension_default_action_on_timeout", "auto_reject")
    world.configure("otp_ttl_seconds", 240)
    signed_in(world)
    clerk = operator(world)
    pending = world.api("create_payment_session", world.customer(), 30, None, None, False, "key-1")["id"]
    searcher = world.customer()
    search = world.search(searcher)
    world.drain()
    assert world.ops("audit") == []
    world.sound = False
    return Baseline(
        customer=customer,
        mitra=mitra,
        chat=trial["id"],
        chat_payment=trial["payment_session_id"],
        chat_search=trial["request_id"],
        extension=granted["id"],
        extension_payment=granted["payment_session_id"],
        pending_extension=world.value("select id::text from data.extensions where status = 'requested'"),
        continued=first["id"],
        successor=second["id"],
        search=search["id"],
        search_payment=search["payment_session_id"],
        searcher=searcher,
        trial=trial["payment_session_id"],
        trial_customer=trial["customer"]["id"],
        pending=pending,
        failed_payment=payer["id"],
        failure=failure,
        superseded=superseded,
        withdrawn_search=cancelled["id"],
        device=world.value("select id::text from data.sign_ins limit 1"),
        clerk=clerk,
        key="key-1",
    )


@dataclass(frozen=True)
class Fault:
    """The damage done by `sql`, the invariant it breaks, and of which entity. `drop` names an index to drop first."""

    name: str
    sql: str
    says: str
    of: str
    drop: str = ""

    def __str__(self) -> str:
        return self.name

    def plant(self, world: World, baseline: Baseline, superuser: Connection) -> str:
        """Plant it as a superuser with triggers disabled. Return the id that the audit must report."""
        ids = {field.name: getattr(baseline, field.name) for field in fields(Baseline)}
        superuser.execute("set session_replication_role = replica")
        for table, constraint in superuser.execute(CHECKS).fetchall():
            superuser.execute(f'alter table {table} drop constraint "{constraint}"'.encode())
        for index in filter(None, self.drop.split(", ")):
            superuser.execute(f"drop index data.{index}".encode())
        superuser.execute(self.sql.format(**ids).encode())
        of = self.of.format(**ids)
        return str(world.value(of)) if of.startswith("select ") else of


CHECKS = """
select conrelid::regclass::text, conname from pg_constraint
where connamespace = 'data'::regnamespace and contype = 'c' and coninhcount = 0
"""

FAULTS = [
    # Payments
    Fault(
        "a chat on another customer's payment",
        "update data.chat_sessions set payment_session_id = '{failed_payment}' where id = '{chat}'",
        "a payment that is not consumed bought nothing",
        "{failed_payment}",
    ),
    Fault(
        "a missing chat",
        "delete from data.chat_sessions where id = '{chat}'",
        "a consumed payment bought one chat or one extension",
        "{chat_payment}",
    ),
    Fault(
        "a chat on an extension's payment",
        "update data.payment_sessions set is_extension = true where id = '{chat_payment}'",
        "a first chat is no extension, an extension no chat",
        "{chat_payment}",
    ),
    Fault(
        "a missing failure",
        "delete from data.pairing_failures where id = '{failure}'",
        "a failed payment has one open failure",
        "{failed_payment}",
    ),
    Fault(
        "a failure of an open payment",
        "update data.pairing_failures set payment_session_id = '{search_payment}' where id = '{failure}'",
        "only a failed payment has an open failure",
        "{search_payment}",
    ),
    Fault(
        "a search on a failed payment",
        "update data.pairing_requests set payment_session_id = '{failed_payment}' where id = '{search}'",
        "only a confirmed payment has a search or a pending extension",
        "{failed_payment}",
    ),
    Fault(
        "an extension on a searching payment",
        "update data.extensions set payment_session_id = '{search_payment}' where id = '{pending_extension}'",
        "a payment has one thing running at most",
        "{search_payment}",
    ),
    Fault(
        "a refund that is not due",
        "update data.pairing_failures set refund_due = false where id = '{failure}'",
        "money is due back when it was taken, and only then",
        "{failed_payment}",
    ),
    Fault(
        "a missing charge",
        "update data.payment_sessions set charged_at = null where id = '{search_payment}'",
        "a payment was charged when its state says so",
        "{search_payment}",
    ),
    Fault(
        "a pending payment that was charged",
        "update data.payment_sessions set charged_at = created_at where id = '{pending}'",
        "a payment was charged when its state says so",
        "{pending}",
    ),
    Fault(
        "a confirmation without its time",
        "update data.payment_sessions set confirmed_at = null where id = '{chat_payment}'",
        "what has happened to a row says when",
        "{chat_payment}",
    ),
    Fault(
        "a payment reset to pending",
        "update data.payment_sessions set status = 'pending' where id = '{search_payment}'",
        "a row's events end in its present state",
        "{search_payment}",
    ),
    Fault(
        "a payment expired by hand",
        "update data.payment_sessions set status = 'expired' where id = '{pending}'",
        "a row's events end in its present state",
        "{pending}",
    ),
    # Amounts
    Fault(
        "a changed amount of a failure",
        "update data.pairing_failures set amount = amount + 1 where id = '{failure}'",
        "a failure is about the amount of its payment",
        "{failure}",
    ),
    Fault(
        "a changed amount of a consumed payment",
        "update data.payment_sessions set amount = 99 where id = '{extension_payment}'",
        "a payment is what its events say",
        "{extension_payment}",
    ),
    Fault(
        "amounts of payment and failure, changed alike",
        "update data.payment_sessions set amount = 9 where id = '{failed_payment}'; "
        "update data.pairing_failures set amount = 9 where id = '{failure}'",
        "a payment is what its events say",
        "{failed_payment}",
    ),
    Fault(
        "a charged payment marked as free",
        "update data.payment_sessions set is_free_trial = true where id = '{search_payment}'",
        "only a free trial costs nothing",
        "{search_payment}",
    ),
    Fault(
        "changed minutes of a payment",
        "update data.payment_sessions set duration_minutes = 60 where id = '{search_payment}'",
        "a payment is for the minutes and the price of its tier",
        "{search_payment}",
    ),
    Fault(
        "a free tier",
        "update data.price_tiers set amount = 0 where duration_minutes = 60 and not for_extension",
        "a tier costs something and is there once",
        "0b3c9d1e-0001-4000-8000-000000000060",
    ),
    Fault(
        "a duplicate tier",
        "insert into data.price_tiers (duration_minutes, amount) values (60, 1)",
        "a tier costs something and is there once",
        "0b3c9d1e-0001-4000-8000-000000000060",
        "price_tiers_one_per_duration",
    ),
    # Searches and offers
    Fault(
        "a search cancelled by hand",
        "update data.pairing_requests set status = 'cancelled', closed_at = now() where id = '{search}'",
        "a search that is over has no open offer",
        "{search}",
    ),
    Fault(
        "an accepted offer marked as declined",
        "update data.pairing_offers set status = 'declined' where request_id = '{chat_search}' "
        "and status = 'accepted'",
        "a matched search has one accepted offer and one chat",
        "{chat_search}",
    ),
    Fault(
        "an offer accepted by hand",
        "update data.pairing_offers set status = 'accepted', closed_at = now() where request_id = '{search}'",
        "a search that did not match has neither",
        "{search}",
    ),
    Fault(
        "a second accepted offer",
        "insert into data.pairing_offers (request_id, mitra_id, status, sent_at, closed_at) "
        "select request_id, mitra_id, status, sent_at, closed_at from data.pairing_offers where "
        "request_id = '{chat_search}'",
        "a matched search has one accepted offer and one chat",
        "{chat_search}",
        "pairing_offers_one_accepted",
    ),
    Fault(
        "a failure without its search",
        "update data.pairing_failures set pairing_request_id = null where id = '{failure}'",
        "a search that came to nothing has its failure",
        "{withdrawn_search}",
    ),
    Fault(
        "a running search on a consumed payment",
        "update data.payment_sessions set status = 'consumed', consumed_at = now() where id = "
        "'{search_payment}'",
        "a search is where its payment is",
        "{search}",
    ),
    Fault(
        "a running search with a closing time",
        "update data.pairing_requests set closed_at = created_at where id = '{search}'",
        "what has happened to a row says when",
        "{search}",
    ),
    Fault(
        "an offer to an unreachable mitra",
        "update data.mitras set reachable_until = null, status_changed_at = status_changed_at - "
        "interval '1 minute' where id = '{mitra}'",
        "an offer is open only to a mitra in reach",
        "select id from data.pairing_offers where request_id = '{search}'",
    ),
    Fault(
        "an offer to a full mitra",
        "update data.app_config set value = '1' where key = 'max_customers_per_mitra'",
        "an offer of a blast is open only to a mitra with room",
        "select id from data.pairing_offers where request_id = '{search}'",
    ),
    Fault(
        "an available mitra without an offer",
        "delete from data.pairing_offers where request_id = '{search}'; "
        "update data.pairing_requests set created_at = created_at - interval '1 minute' where id "
        "= '{search}'; "
        "update data.mitras set status_changed_at = status_changed_at - interval '1 minute' "
        "where id = '{mitra}'",
        "a blast that runs is offered to every free mitra in reach",
        "{search}",
    ),
    Fault(
        "an offer to a blocked mitra",
        "update data.mitras set blocked_at = now() where id = '{mitra}'",
        "an offer is open only to who is not blocked",
        "select id from data.pairing_offers where request_id = '{search}'",
    ),
    # Chats
    Fault(
        "a chat on a payment that is not consumed",
        "update data.payment_sessions set status = 'confirmed', consumed_at = null where id = "
        "'{chat_payment}'",
        "a chat stands on a consumed payment",
        "{chat}",
    ),
    Fault(
        "a chat without a payment",
        "delete from data.payment_sessions where id = '{chat_payment}'",
        "a chat stands on a consumed payment",
        "{chat}",
    ),
    Fault(
        "a chat without a deadline",
        "update data.chat_sessions set deadline_at = null where id = '{successor}'",
        "a running chat waits for its deadline or for an extension",
        "{successor}",
    ),
    Fault(
        "an ended chat with a deadline",
        "update data.chat_sessions set deadline_at = now() + interval '1 hour' where id = '{continued}'",
        "a chat that has ended waits for nothing",
        "{continued}",
    ),
    Fault(
        "an ended chat without a reason",
        "update data.chat_sessions set end_reason = null where id = '{continued}'",
        "what has happened to a row says when",
        "{continued}",
    ),
    Fault(
        "a chat continued for another customer",
        "update data.chat_sessions set customer_id = '{searcher}' where id = '{successor}'",
        "a chat that was continued has its successor",
        "{continued}",
    ),
    Fault(
        "a chat beyond capacity",
        "update data.app_config_history set value = '0' where key = 'max_customers_per_mitra'",
        "no mitra accepted beyond their capacity",
        "{chat}",
    ),
    Fault(
        "two active chats",
        "update data.chat_sessions set status = 'active', ended_at = null, end_reason = null, "
        "deadline_at = ends_at where id = '{continued}'",
        "there is one at a time",
        "{continued}",
        "chat_sessions_one_active",
    ),
    # Minutes
    Fault(
        "an end later than paid for",
        "update data.chat_sessions set ends_at = ends_at + interval '5 minutes' where id = '{chat}'",
        "the minutes that are given are those that were bought",
        "{chat}",
    ),
    Fault(
        "an end earlier than paid for",
        "update data.chat_sessions set ends_at = ends_at - interval '1 second', deadline_at = "
        "deadline_at - interval '1 second' where id = '{successor}'",
        "the minutes that are given are those that were bought",
        "{successor}",
    ),
    Fault(
        "changed minutes of a chat",
        "update data.chat_sessions set duration_minutes = 60, ends_at = ends_at + interval '45 "
        "minutes' where id = '{chat}'",
        "the minutes that are given are those that were bought",
        "{chat}",
    ),
    Fault(
        "changed minutes of an extension",
        "update data.extensions set duration_minutes = 30 where id = '{extension}'",
        "the minutes that are given are those that were bought",
        "{extension}",
    ),
    Fault(
        "changed minutes left of a continued chat",
        "update data.chat_sessions set ends_at = ends_at + interval '1 hour' where id = '{continued}'",
        "the minutes that are given are those that were bought",
        "{continued}",
    ),
    # Messages
    Fault(
        "a missing message",
        "delete from data.chat_messages where chat_session_id = '{chat}'",
        "the messages of a chat are numbered without a gap",
        "{chat}",
    ),
    Fault(
        "a message renumbered",
        "update data.chat_messages set seq = seq + 9 where chat_session_id = '{continued}'",
        "the messages of a chat are numbered without a gap",
        "{continued}",
    ),
    Fault(
        "a duplicate message",
        "insert into data.chat_messages select chat_session_id, 2, sender, client_message_id, body, sent_at "
        "from data.chat_messages where chat_session_id = '{chat}'; update data.chat_sessions set "
        "last_seq = 2 where id = '{chat}'",
        "a message is stored once",
        "{chat}",
    ),
    Fault(
        "a read mark beyond the last message",
        "update data.chat_sessions set mitra_read_seq = 9 where id = '{chat}'",
        "nobody has read what was not said",
        "{chat}",
    ),
    Fault(
        "a message outside its chat's time",
        "update data.chat_messages set sent_at = sent_at + interval '2 hours' where "
        "chat_session_id = '{continued}'",
        "a message is of the time of its chat",
        "{continued}",
    ),
    # Extensions
    Fault(
        "a pending extension of an ended chat",
        "update data.extensions set chat_session_id = '{continued}' where id = '{pending_extension}'",
        "only a running chat has a pending extension",
        "{pending_extension}",
    ),
    Fault(
        "an approved extension marked as rejected",
        "update data.extensions set status = 'rejected' where id = '{extension}'",
        "an extension is where its payment is",
        "{extension}",
    ),
    Fault(
        "a pending extension with a closing time",
        "update data.extensions set closed_at = requested_at where id = '{pending_extension}'",
        "what has happened to a row says when",
        "{pending_extension}",
    ),
    # People
    Fault(
        "a search of another customer",
        "update data.pairing_requests set customer_id = '{customer}' where id = '{withdrawn_search}'",
        "people are the same along a chain",
        "{withdrawn_search}",
    ),
    Fault(
        "a chat of another customer",
        "update data.chat_sessions set customer_id = '{searcher}' where id = '{chat}'",
        "people are the same along a chain",
        "{chat}",
    ),
    Fault(
        "a chat with a mitra who did not accept",
        "update data.chat_sessions set mitra_id = '{searcher}' where id = '{continued}'",
        "people are the same along a chain",
        "{continued}",
    ),
    Fault(
        "an extension of another customer",
        "update data.extensions set customer_id = '{searcher}' where id = '{extension}'",
        "people are the same along a chain",
        "{extension}",
    ),
    Fault(
        "a failure of another customer",
        "update data.pairing_failures set customer_id = '{searcher}' where id = '{failure}'",
        "people are the same along a chain",
        "{failure}",
    ),
    Fault(
        "a failure that names another mitra",
        "update data.pairing_failures set targeted_mitra_id = null where id = '{superseded}'",
        "people are the same along a chain",
        "{superseded}",
    ),
    Fault(
        "a failure of another customer's search",
        "update data.pairing_failures set pairing_request_id = '{search}' where id = '{failure}'",
        "people are the same along a chain",
        "{failure}",
    ),
    # One at a time
    Fault(
        "two searches",
        "update data.pairing_requests set status = 'searching', closed_at = null, customer_id = "
        "'{searcher}' where id = '{withdrawn_search}'",
        "there is one at a time",
        "{withdrawn_search}",
        "pairing_requests_one_search",
    ),
    Fault(
        "two offers to one mitra",
        "insert into data.pairing_offers (request_id, mitra_id, sent_at) select request_id, "
        "mitra_id, sent_at "
        "from data.pairing_offers where request_id = '{search}'",
        "there is one at a time",
        "select max(id) from data.pairing_offers where request_id = '{search}'",
        "pairing_offers_one_open",
    ),
    Fault(
        "two pending extensions",
        "update data.extensions set status = 'requested', closed_at = null, chat_session_id = "
        "'{chat}' where id = '{extension}'",
        "there is one at a time",
        "{pending_extension}",
        "extensions_one_pending",
    ),
    Fault(
        "two pending payments",
        "insert into data.payment_sessions (customer_id, amount, duration_minutes, tier_id, "
        "created_at, expires_at) "
        "select customer_id, amount, duration_minutes, tier_id, created_at, expires_at from "
        "data.payment_sessions where id = '{pending}'",
        "there is one at a time",
        "{pending}",
        "payment_sessions_one_pending",
    ),
    Fault(
        "two free trials",
        "update data.payment_sessions set is_free_trial = true, customer_id = '{trial_customer}' "
        "where id = '{search_payment}'",
        "there is one free trial for each customer",
        "{trial}",
        "payment_sessions_one_free_trial",
    ),
    Fault(
        "two customers with one phone number",
        "alter table data.users drop constraint users_phone_key; "
        "update data.users set phone = (select phone from data.users where id = '{customer}') "
        "where id = '{searcher}'",
        "a phone number is one person's",
        "{searcher}",
    ),
    Fault(
        "two operators with one address",
        "insert into data.cc_users (email, display_name, role, created_at) "
        "select email, 'Wati', 'viewer', now() from data.cc_users where id = '{clerk}'",
        "there is one at a time",
        "{clerk}",
        "cc_users_email",
    ),
    # Times and deadlines
    Fault(
        "a chat that ended before it began",
        "update data.chat_sessions set ended_at = started_at - interval '1 day' where id = '{continued}'",
        "things happen one after the other",
        "{continued}",
    ),
    Fault(
        "a payment from the future",
        "update data.payment_sessions set confirmed_at = confirmed_at + interval '1 year' where "
        "id = '{search_payment}'",
        "nothing has happened in the future",
        "{search_payment}",
    ),
    Fault(
        "a decision before the failure",
        "update data.pairing_failures set actioned_at = created_at - interval '1 day' where id = '{failure}'",
        "things happen one after the other",
        "{failure}",
    ),
    Fault(
        "a payment's deadline a year late",
        "update data.payment_sessions set expires_at = expires_at + interval '1 year' where id = '{pending}'",
        "a deadline is as far off as its setting says",
        "{pending}",
    ),
    Fault(
        "a search's deadline a year late",
        "update data.pairing_requests set deadline_at = deadline_at + interval '1 year' where id "
        "= '{search}'",
        "a deadline is as far off as its setting says",
        "{search}",
    ),
    Fault(
        "a search's deadline a second late",
        "update data.pairing_requests set deadline_at = deadline_at + interval '1 second' where "
        "id = '{search}'",
        "a deadline is as far off as its setting says",
        "{search}",
    ),
    Fault(
        "an extension's deadline a year late",
        "update data.extensions set deadline_at = deadline_at + interval '1 year' where id = "
        "'{pending_extension}'",
        "a deadline is as far off as its setting says",
        "{pending_extension}",
    ),
    Fault(
        "a chat's deadline a year late",
        "update data.chat_sessions set deadline_at = deadline_at + interval '1 year' where id = "
        "'{successor}'",
        "a running chat is looked at for a warning or its end",
        "{successor}",
    ),
    Fault(
        "a skipped warning",
        "update data.chat_sessions set deadline_at = ends_at where id = '{successor}'",
        "a running chat is looked at for a warning or its end",
        "{successor}",
    ),
    Fault(
        "a lease of a year",
        "update data.mitras set reachable_until = reachable_until + interval '1 year' where id = '{mitra}'",
        "nothing holds longer than its setting allows",
        "{mitra}",
    ),
    Fault(
        "offers that are due in a year",
        "update data.mitras set offers_due_at = now() + interval '1 year' where id = '{mitra}'",
        "nothing holds longer than its setting allows",
        "{mitra}",
    ),
    Fault(
        "a sign-in of a year",
        "update data.sign_ins set expires_at = expires_at + interval '1 year' where id = '{device}'",
        "nothing holds longer than its setting allows",
        "{device}",
    ),
    Fault(
        "a lock-out of a year",
        "insert into data.sign_in_attempts (audience, name, locked_until, touched_at) "
        "values ('customer', '+62811999', now() + interval '1 year', now())",
        "nothing holds longer than its setting allows",
        "+62811999",
    ),
    Fault(
        "a deadline that cannot be fired",
        "insert into data.deadline_errors (kind, id, error, first_at, retry_at) "
        "values ('pairing_request', '{search}', 'broken', now(), now())",
        "every deadline can be fired",
        "{search}",
    ),
    Fault(
        "an overdue deadline while pg_cron works",
        "update data.pairing_requests set deadline_at = logic.now() - interval '6 seconds' where "
        "id = '{search}'; "
        "insert into data.heartbeats (process, at, since) values ('pg_cron', logic.now(), "
        "logic.now() - interval '2 minutes')",
        "no deadline is overdue by more than five seconds",
        "{search}",
    ),
    Fault(
        "an undelivered event while the relay works",
        "insert into data.outbox (event_id, at) values (1, logic.now() - interval '11 seconds'); "
        "update data.heartbeats set at = logic.now(), since = logic.now() - interval '2 minutes'",
        "no event waits undelivered for more than ten seconds",
        "1",
    ),
    # Presence, sign-ins, settings
    Fault(
        "a reachable blocked mitra",
        "update data.mitras set blocked_at = logic.now() where id = '{mitra}'",
        "whoever is blocked is out of reach",
        "{mitra}",
    ),
    Fault(
        "a blocked customer whose chat runs",
        "update data.users set blocked_at = logic.now() where id = '{trial_customer}'",
        "whoever is blocked has nothing running",
        "{chat}",
    ),
    Fault(
        "a blocked customer who searches",
        "update data.users set blocked_at = logic.now() where id = '{searcher}'",
        "whoever is blocked has nothing running",
        "{search}",
    ),
    Fault(
        "a lease of an offline mitra",
        "update data.mitras set declared_online = false where id = '{mitra}'",
        "only who is declared online has a lease",
        "{mitra}",
    ),
    Fault(
        "a mitra offline without an event",
        "update data.mitras set declared_online = false, reachable_until = null where id = '{mitra}'",
        "presence is what was last told of it",
        "{mitra}",
    ),
    Fault(
        "a mitra online without an event",
        "insert into data.mitras (phone, display_name, created_at, status_changed_at, "
        "idle_since, declared_online, reachable_until) "
        "values ('+62811777777', 'Nobody', logic.now(), logic.now(), logic.now(), true, "
        "logic.now() + interval '20 seconds')",
        "presence is what was last told of it",
        "select id from data.mitras where phone = '+62811777777'",
    ),
    Fault(
        "a blocked customer who is signed in",
        "update data.users set blocked_at = logic.now() where id = (select person_id from "
        "data.sign_ins where id = '{device}')",
        "whoever is blocked is signed in nowhere",
        "select person_id from data.sign_ins where id = '{device}'",
    ),
    Fault(
        "an ended sign-in without a reason",
        "update data.sign_ins set ended_at = now() where id = '{device}'",
        "whoever is signed out was so for a reason",
        "{device}",
    ),
    Fault(
        "a changed role of an operator",
        "update data.cc_users set role = 'admin' where id = '{clerk}'",
        "an operator is what was last told of them",
        "{clerk}",
    ),
    Fault(
        "no active admin",
        "update data.cc_users set role = 'admin', active = false where id = '{clerk}'",
        "somebody can give roles to others",
        "{clerk}",
    ),
    Fault(
        "a setting out of bounds",
        "update data.app_config set value = '0' where key = 'pairing_blast_timeout_seconds'",
        "a setting is within its bounds",
        "pairing_blast_timeout_seconds",
    ),
    Fault(
        "a setting changed by hand",
        "update data.app_config set value = '90' where key = 'pairing_blast_timeout_seconds'",
        "a setting is the newest of its history",
        "pairing_blast_timeout_seconds",
    ),
    Fault(
        "a setting that is no number",
        "update data.app_config set value = 'many' where key = 'max_customers_per_mitra'",
        "every part of the audit can be run",
        "audit_offers",
    ),
    Fault(
        "a missing version of a setting",
        "delete from data.app_config_history where key = 'otp_ttl_seconds' and version = 1",
        "the versions of a setting are numbered without a gap",
        "otp_ttl_seconds",
    ),
    Fault(
        "a change of a setting without its event",
        "delete from data.events where type = 'CONFIG_CHANGED'",
        "every change of a setting is an event",
        "otp_ttl_seconds",
    ),
    # Keys
    Fault(
        "a kept reply about another customer's payment",
        "update data.idempotency_keys set owner_id = '{customer}' where key = '{key}'",
        "a reply that is kept is about what it names",
        "{key}",
    ),
    Fault(
        "a kept reply with a changed amount",
        """update data.idempotency_keys set reply = reply || '{{"amount": 1}}' where key = '{key}'""",
        "a reply that is kept is about what it names",
        "{key}",
    ),
    Fault(
        "a key without a reply",
        "update data.idempotency_keys set reply = null where key = '{key}'",
        "a reply that is kept is about what it names",
        "{key}",
    ),
    # Events
    Fault(
        "a transition without its event",
        "delete from data.events where entity_id = '{search_payment}' and to_status = 'pending'",
        "a row's events form an unbroken chain",
        "{search_payment}",
    ),
    Fault(
        "a payment without its last event",
        "delete from data.events where entity_id = '{search_payment}' and to_status = 'confirmed'",
        "a row's events end in its present state",
        "{search_payment}",
    ),
    Fault(
        "a decision without its event",
        "delete from data.events where type = 'PAIRING_FAILURE_ACTIONED'",
        "whatever is done is an event",
        "{failure}",
    ),
    Fault(
        "a decision without its customer's event",
        "delete from data.events where type = 'MONEY'",
        "the customer was told what was decided about their money",
        "{failure}",
    ),
    Fault(
        "a changed decision",
        "update data.pairing_failures set operator_action = 'credited' where id = '{failure}'",
        "whatever is done is an event",
        "{failure}",
    ),
    Fault(
        "a decision with a changed operator",
        "update data.pairing_failures set actioned_by = 'Wati' where id = '{failure}'",
        "whatever an event tells of was done",
        "{failure}",
    ),
    Fault(
        "a missing decision",
        "update data.pairing_failures set operator_action = null, actioned_by = null, "
        "actioned_at = null where id = '{failure}'",
        "whatever an event tells of was done",
        "{failure}",
    ),
    Fault(
        "a changed cause of a failure",
        "update data.pairing_failures set cause_tag = 'no_mitra_available' where id = '{failure}'",
        "whatever is done is an event",
        "{failure}",
    ),
    Fault(
        "a failure that is not superseded",
        "update data.pairing_failures set superseded_at = null where id = '{superseded}'",
        "whatever an event tells of was done",
        "{superseded}",
        "pairing_failures_one_open",
    ),
    Fault(
        "an offer without its event",
        "delete from data.events where type = 'CHAT_REQUEST' and entity_id = '{search}'",
        "whatever is done is an event",
        "{search}",
    ),
    Fault(
        "an offer marked as seen by hand",
        "update data.pairing_offers set seen_at = sent_at where request_id = '{search}'",
        "whatever is done is an event",
        "{search}",
    ),
    Fault(
        "a block without its event",
        "update data.users set blocked_at = logic.now() - interval '1 hour' where id = '{searcher}'",
        "whatever is done is an event",
        "{searcher}",
    ),
    Fault(
        "a read mark without its event",
        "update data.chat_sessions set mitra_read_seq = 1 where id = '{chat}'",
        "whatever is done is an event",
        "{chat}",
    ),
    Fault(
        "a changed reason of an end",
        "update data.chat_sessions set end_reason = 'time_up', ended_at = greatest(ended_at, "
        "ends_at) where id = '{continued}'",
        "whatever is done is an event",
        "{continued}",
    ),
    Fault(
        "missing last messages",
        "delete from data.chat_messages where chat_session_id = '{chat}'; update "
        "data.chat_sessions set last_seq = 0 where id = '{chat}'",
        "whatever an event tells of was done",
        "{chat}",
    ),
    # The log
    Fault(
        "a changed body of an event",
        """update data.events set body = body || '{{"note": "nothing"}}' where type = 'PAIRING_FAILURE_ACTIONED'""",
        "an event says what it said when it was appended",
        "select id from data.events where type = 'PAIRING_FAILURE_ACTIONED'",
    ),
    Fault(
        "a changed actor of an event",
        "update data.events set actor = 'operator:Wati' where type = 'PERSON_BLOCKED'",
        "an event says what it said when it was appended",
        "select id from data.events where type = 'PERSON_BLOCKED'",
    ),
    Fault(
        "a changed time of an event",
        "update data.events set at = at - interval '1 hour' where type = 'CHAT_READ'",
        "an event says what it said when it was appended",
        "select id from data.events where type = 'CHAT_READ'",
    ),
    Fault(
        "an event without a digest",
        "update data.events set digest = null where type = 'CHAT_READ'",
        "an event says what it said when it was appended",
        "select id from data.events where type = 'CHAT_READ'",
    ),
    Fault(
        "an event neither delivered nor waiting",
        "update data.handed_on set event_ids = event_ids - int8multirange(int8range(5, 6))",
        "an event has been handed on or waits for it",
        "5",
    ),
    Fault(
        "an outbox row without an event",
        "insert into data.outbox (event_id, at) values (9999, logic.now())",
        "what waits to be handed on is an event",
        "9999",
    ),
    Fault(
        "a missing event",
        "delete from data.events where id = 7",
        "an event that was handed on is there",
        "7",
    ),
    Fault(
        "a duplicate event",
        "insert into data.events select id, at + interval '1 second', type, entity, entity_id, "
        "from_status, to_status, "
        "customer_id, mitra_ids, actor, http_request_id, body, digest from data.events where type = 'CHAT_READ'",
        "an event has an id of its own",
        "select id from data.events where type = 'CHAT_READ' limit 1",
    ),
    # Figures
    Fault(
        "a changed tally",
        "update data.failure_tallies set failures = failures + 1 where cause_tag = 'customer_cancelled'",
        "the tallies of failures are their counts",
        "select logic.day_of(logic.now()) || ' customer_cancelled'",
    ),
    Fault(
        "changed figures of a day",
        "insert into data.daily_figures select (logic.figures_of(logic.day_of(logic.now()) - 3)).*; "
        "update data.daily_figures set charged = 5",
        "the figures of a day are what its rows come to",
        "select logic.day_of(logic.now()) - 3",
    ),
    Fault(
        "a missing month",
        "update data.payment_sessions set created_at = created_at + interval '31 days'; "
        "do $$ begin execute 'drop table data.' || logic.partition_name('events', "
        "(date_trunc('month', logic.now()) + interval '1 month')::date); end $$",
        "no month that was kept is gone",
        "select logic.partition_name('events', (date_trunc('month', logic.now()) + interval '1 "
        "month')::date)",
    ),
]
