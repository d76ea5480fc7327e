"""The scenes of the races, each with every call that can touch the same payment, request or chat.

Budi is the customer, Rani another one. Sari and Yoga are online, Dewi is not. A call is told of them, and of
what the scene holds, by name. Calls that the scene's present refuses are there too: what runs beside them may
make them legal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.races.arena import Call, Scene, app, deadline, operator
from tests.sql.world import Row, World


@dataclass(frozen=True)
class Scenario:
    """How a scene is built, and the calls that may happen in it."""

    build: Callable[[World], Scene]
    calls: tuple[Call, ...]

    def __getitem__(self, name: str) -> Call:
        """A call by its name."""
        (call,) = (call for call in self.calls if call.name == name)
        return call


def people(world: World, lease: int = 600) -> Scene:
    """The people. Unless a scene shortens them, leases outlast every deadline but the payment's."""
    world.configure("presence_ttl_seconds", lease)
    world.configure("max_customers_per_mitra", 1)
    return {
        "budi": world.customer(),
        "rani": world.customer(),
        "sari": world.mitra(),
        "yoga": world.mitra(),
        "dewi": world.mitra(online=False),
        "words": world.uuid(),
    }


def moment(row: Row, key: str) -> datetime:
    """A time in a reply."""
    return datetime.fromisoformat(row[key])


def moments(world: World, scene: Scene, payment: str) -> None:
    """The moments of every scene: when a payment expires, when the leases lapse."""
    scene["expiry"] = moment(world.payment(payment), "expires_at")
    scene["lapse"] = moment(world.row("mitras", scene["sari"]), "reachable_until")


# ---- A payment that is chosen, and one that is paid ------------------------------------------------------


def chosen(world: World) -> Scene:
    """Budi's free trial is pending; so is an extension payment for no chat."""
    scene = people(world)
    scene["payment"] = world.choose(scene["budi"], 15)["id"]
    scene["extension_payment"] = world.choose(scene["budi"], 15, extension=True)["id"]
    moments(world, scene, scene["payment"])
    return scene


def paid(world: World) -> Scene:
    """Budi has paid twice and chosen a third time; neither payment has started a search."""
    scene = people(world)
    scene["payment"] = world.pay(scene["budi"], 30)
    scene["other_payment"] = world.pay(scene["budi"], 60)
    scene["third_payment"] = world.choose(scene["budi"], 15)["id"]
    moments(world, scene, scene["payment"])
    return scene


CONFIRM = app("confirm", "confirm_payment_session(%(payment)s, %(budi)s)")
CONFIRM_KEY = app("confirm with a key", "confirm_payment_session(%(payment)s, %(budi)s, 'confirm')")
CANCEL_PAYMENT = app("cancel_payment", "cancel_payment_session(%(payment)s, %(budi)s)")
CREATE = app("create", "create_payment_session(%(budi)s, 15)")
CREATE_KEY = app("create with a key", "create_payment_session(%(budi)s, 15, p_idempotency_key => 'create')")
CREATE_EXTENSION = app(
    "create an extension payment", "create_payment_session(%(budi)s, 15, p_is_extension => true)"
)
START = app("start", "start_general_request(%(budi)s, %(payment)s)")
START_KEY = app("start with a key", "start_general_request(%(budi)s, %(payment)s, 'start')")
START_OTHER = app("start another payment", "start_general_request(%(budi)s, %(other_payment)s)")
CANCEL = app("cancel", "cancel_request(%(budi)s, %(payment)s)")
FALLBACK = app("fallback", "fallback_to_blast(%(budi)s, %(payment)s)")
FALLBACK_KEY = app("fallback with a key", "fallback_to_blast(%(budi)s, %(payment)s, 'fallback')")
FAIL_PAYMENT = operator("ops.fail_payment", "fail_payment(%(payment)s, 'no_mitra_available', 'Ratna')")
EXPIRY = deadline("payment expiry", "expiry")
LAPSE = deadline("lease lapse", "lapse")
SARI_OFFLINE = app("Sari offline", "set_mitra_status(%(sari)s, false)")
SARI_ONLINE = app("Sari online", "set_mitra_status(%(sari)s, true)")
YOGA_OFFLINE = app("Yoga offline", "set_mitra_status(%(yoga)s, false)")
DEWI_ONLINE = app("Dewi online", "set_mitra_status(%(dewi)s, true)")
FORCE_OFFLINE = operator("ops.force_mitra_offline", "force_mitra_offline(%(sari)s, 'Ratna')")
CLOSES = app("Sari closes her app", "release_lease(%(sari)s, %(words)s)")
BLOCK = operator("ops.block_person", "block_person(%(budi)s, 'Ratna')")
BLOCK_SARI = operator("ops.block_person of Sari", "block_person(%(sari)s, 'Ratna')")
SEE = app("see the decision", "see_decision(%(payment)s, %(budi)s)")
RENEW = Call(
    "renew at the lapse",
    "select api.renew_leases(array[%(sari)s, %(yoga)s, %(dewi)s]::uuid[])",
    moment="lapse",
    repeated=True,
)

PAYMENT_CALLS = (
    CONFIRM,
    CONFIRM_KEY,
    CANCEL_PAYMENT,
    CREATE,
    CREATE_KEY,
    START,
    CANCEL,
    FAIL_PAYMENT,
    EXPIRY,
)


# ---- A search --------------------------------------------------------------------------------------------


def searching(world: World, lease: int = 600) -> Scene:
    """Budi's and then Rani's blasts are offered to Sari and Yoga, who have room for one chat each."""
    scene = people(world, lease)
    world.acquaint(scene["budi"], scene["sari"])
    world.fire()
    scene["other_payment"] = world.pay(scene["budi"], 60)
    scene["payment"] = world.pay(scene["budi"], 30)
    search = world.search(scene["budi"], scene["payment"])
    scene["search"] = search["id"]
    world.clock.advance(5)
    scene["rani_payment"] = world.pay(scene["rani"], 30)
    scene["rani_search"] = world.search(scene["rani"], scene["rani_payment"])["id"]
    scene["window"] = moment(search, "deadline_at")
    moments(world, scene, scene["payment"])
    return scene


def lapsing(world: World) -> Scene:
    """As searching, but the leases lapse before the window ends."""
    return searching(world, lease=30)


def expiring(world: World) -> Scene:
    """As searching, but Budi's payment expires before the window ends."""
    scene = people(world)
    scene["payment"] = world.pay(scene["budi"], 30)
    world.clock.set(moment(world.payment(scene["payment"]), "expires_at"))
    world.clock.advance(-20)
    world.api("renew_leases", [scene["sari"], scene["yoga"]])
    world.fire()
    search = world.search(scene["budi"], scene["payment"])
    scene["search"] = search["id"]
    scene["window"] = moment(search, "deadline_at")
    moments(world, scene, scene["payment"])
    return scene


def asking_again(world: World, *, app_is_closed: bool = False) -> Scene:
    """Ten seconds before their chat ends, Budi asks Sari for a new one; an extension is paid for as well."""
    scene = people(world)
    chat = world.chat(scene["budi"], scene["sari"], 30)
    scene["chat"] = chat["id"]
    scene["chat_end"] = moment(chat, "ends_at")
    world.clock.set(scene["chat_end"])
    world.wait(-10, connected=[scene["sari"], scene["yoga"]])
    scene["extension_payment"] = world.pay(scene["budi"], 15, extension=True)
    scene["other_payment"] = world.pay(scene["budi"], 60)
    scene["payment"] = world.pay(scene["budi"], 15, mitra=scene["sari"])
    search = world.ask_again(scene["budi"], scene["sari"], scene["payment"])
    scene["search"] = search["id"]
    if app_is_closed:
        world.api("release_lease", scene["sari"], scene["words"])
    scene["window"] = moment(search, "deadline_at")
    moments(world, scene, scene["payment"])
    return scene


def lapsing_again(world: World) -> Scene:
    """As asking again, but Sari closes her app, and her lease lapses before the window ends."""
    return asking_again(world, app_is_closed=True)


def turned_down(world: World) -> Scene:
    """Budi asked Sari again with the trial, and she declined; he has chosen the trial once more."""
    scene = people(world)
    world.acquaint(scene["budi"], scene["sari"])
    world.fire()
    scene["payment"] = world.pay(scene["budi"], 15, mitra=scene["sari"])
    world.decline(world.ask_again(scene["budi"], scene["sari"], scene["payment"]), scene["sari"])
    scene["failure"] = world.failure(scene["payment"])["id"]
    scene["other_payment"] = world.pay(scene["budi"], 60)
    scene["trial_payment"] = world.choose(scene["budi"], 15)["id"]
    moments(world, scene, scene["payment"])
    return scene


def turned_down_paid(world: World) -> Scene:
    """Budi asked Sari again with 30 minutes that he had paid for, and she declined."""
    scene = people(world)
    world.acquaint(scene["budi"], scene["sari"])
    world.fire()
    scene["payment"] = world.pay(scene["budi"], 30, mitra=scene["sari"])
    world.decline(world.ask_again(scene["budi"], scene["sari"], scene["payment"]), scene["sari"])
    scene["failure"] = world.failure(scene["payment"])["id"]
    scene["other_payment"] = world.pay(scene["budi"], 60)
    moments(world, scene, scene["payment"])
    return scene


ACCEPT = app("accept", "accept_request(%(search)s, %(sari)s)")
ACCEPT_YOGA = app("accept by Yoga", "accept_request(%(search)s, %(yoga)s)")
ACCEPT_RANI = app("accept Rani's", "accept_request(%(rani_search)s, %(sari)s)")
DECLINE = app("decline", "decline_request(%(search)s, %(sari)s)")
DECLINE_YOGA = app("decline by Yoga", "decline_request(%(search)s, %(yoga)s)")
SEEN = app("seen", "mark_offer_seen(%(search)s, %(sari)s)")
ASK_AGAIN = app("ask Sari again", "start_returning_request(%(budi)s, %(other_payment)s, %(sari)s)")
ASK_AGAIN_SAME = app(
    "ask Sari again, same payment", "start_returning_request(%(budi)s, %(payment)s, %(sari)s)"
)
CANCEL_RANI = app("cancel Rani's", "cancel_request(%(rani)s, %(rani_payment)s)")
WINDOW = deadline("window end", "window")
ACTION = operator("operator action", "action_failure(%(failure)s, 'no_action', 'Ratna')")
REFUND = operator("operator refund", "action_failure(%(failure)s, 'refunded', 'Ratna')")
CONFIRM_TRIAL = app("confirm the trial", "confirm_payment_session(%(trial_payment)s, %(budi)s)")
CANCEL_TRIAL = app("cancel the trial", "cancel_payment_session(%(trial_payment)s, %(budi)s)")
START_TRIAL = app("start the trial", "start_general_request(%(budi)s, %(trial_payment)s)")


# ---- A chat ----------------------------------------------------------------------------------------------


def chatting(world: World) -> Scene:
    """Budi chats with Sari; two extensions and one more chat are paid for. Rani searches."""
    scene = people(world)
    scene["rani_payment"] = world.pay(scene["rani"], 30)
    chat = world.chat(scene["budi"], scene["sari"], 15)
    world.fire()
    world.say(chat)
    scene["chat"] = chat["id"]
    scene["payment"] = chat["payment_session_id"]
    scene["extension_payment"] = world.pay(scene["budi"], 15, extension=True)
    scene["other_extension_payment"] = world.pay(scene["budi"], 30, extension=True)
    scene["other_payment"] = world.pay(scene["budi"], 60)
    scene["rani_search"] = world.search(scene["rani"], scene["rani_payment"])["id"]
    scene["warning"] = moment(world.row("chat_sessions", chat["id"]), "deadline_at")
    scene["chat_end"] = moment(chat, "ends_at")
    moments(world, scene, scene["extension_payment"])
    return scene


def extending(world: World) -> Scene:
    """As chatting, a minute before the end, and the first extension waits for Sari's answer."""
    scene = chatting(world)
    world.clock.set(scene["chat_end"])
    world.clock.advance(-5)
    world.fire()
    world.api("renew_leases", [scene["sari"], scene["yoga"]])
    extension = world.extend(
        {"id": scene["chat"], "customer": {"id": scene["budi"]}}, 15, scene["extension_payment"]
    )
    scene["extension"] = extension["id"]
    scene["timer"] = moment(extension, "deadline_at")
    moments(world, scene, scene["extension_payment"])
    return scene


SAY = app("send_message", "send_message(%(chat)s, 'customer', %(budi)s, %(words)s, 'Halo')")
SAY_MITRA = app("send_message by the mitra", "send_message(%(chat)s, 'mitra', %(sari)s, %(words)s, 'Ya?')")
READ = app("mark_read", "mark_read(%(chat)s, 'mitra', %(sari)s, 1)")
END = app("end_chat", "end_chat(%(chat)s, 'customer', %(budi)s)")
END_MITRA = app("end_chat by the mitra", "end_chat(%(chat)s, 'mitra', %(sari)s)")
END_OPS = operator("ops.end_chat", "end_chat(%(chat)s, 'Ratna')")
EXTEND = app("request_extension", "request_extension(%(chat)s, %(budi)s, %(extension_payment)s)")
EXTEND_KEY = app(
    "request_extension with a key", "request_extension(%(chat)s, %(budi)s, %(extension_payment)s, 'extend')"
)
EXTEND_OTHER = app(
    "request another extension", "request_extension(%(chat)s, %(budi)s, %(other_extension_payment)s)"
)
FAIL_EXTENSION = operator(
    "ops.fail_payment of the extension", "fail_payment(%(extension_payment)s, 'customer_cancelled', 'Ratna')"
)
CANCEL_EXTENSION = app("cancel the extension's payment", "cancel_request(%(budi)s, %(extension_payment)s)")
APPROVE = app("approve", "approve_extension(%(extension)s, %(sari)s)")
REJECT = app("reject", "reject_extension(%(extension)s, %(sari)s)")
TIMER = deadline("extension timer", "timer")
WARNING = deadline("chat warning", "warning")
CHAT_END = deadline("chat time up", "chat_end")

CHAT_CALLS = (SAY, SAY_MITRA, READ, END, END_MITRA, END_OPS)

SCENARIOS = {
    "chosen": Scenario(
        chosen,
        (
            *PAYMENT_CALLS,
            CREATE_EXTENSION,
            app("confirm the extension's", "confirm_payment_session(%(extension_payment)s, %(budi)s)"),
        ),
    ),
    "paid": Scenario(
        paid,
        (
            CREATE, START, START_OTHER, CANCEL, CONFIRM, CANCEL_PAYMENT, FAIL_PAYMENT, EXPIRY,
            app("confirm the third", "confirm_payment_session(%(third_payment)s, %(budi)s)"),
            SARI_OFFLINE, DEWI_ONLINE, RENEW, LAPSE,
        ),
    ),
    "searching": Scenario(
        searching,
        (
            ACCEPT, ACCEPT_YOGA, ACCEPT_RANI, DECLINE, DECLINE_YOGA, SEEN, CANCEL, CANCEL_RANI, START,
            START_OTHER, ASK_AGAIN, ASK_AGAIN_SAME, FALLBACK, FAIL_PAYMENT, WINDOW, SARI_OFFLINE, SARI_ONLINE,
            YOGA_OFFLINE, DEWI_ONLINE, FORCE_OFFLINE,
        ),
    ),
    "lapsing": Scenario(
        lapsing,
        (ACCEPT, DECLINE, SEEN, CANCEL, ACCEPT_RANI, LAPSE, RENEW, CLOSES, SARI_OFFLINE, SARI_ONLINE),
    ),
    "expiring": Scenario(
        expiring,
        (
            ACCEPT, ACCEPT_YOGA, DECLINE, DECLINE_YOGA, SEEN, CANCEL, START, FALLBACK, FAIL_PAYMENT, EXPIRY,
            WINDOW, SARI_OFFLINE,
        ),
    ),
    "asking again": Scenario(
        asking_again,
        (
            ACCEPT, DECLINE, SEEN, CANCEL, START, ASK_AGAIN, ASK_AGAIN_SAME, FALLBACK, FAIL_PAYMENT, WINDOW,
            EXTEND, SARI_OFFLINE, SARI_ONLINE, FORCE_OFFLINE, SAY, END, END_MITRA, END_OPS, CHAT_END,
        ),
    ),
    "lapsing again": Scenario(
        lapsing_again,
        (ACCEPT, DECLINE, SEEN, CANCEL, ASK_AGAIN_SAME, FALLBACK, EXTEND, LAPSE, RENEW, BLOCK, SARI_ONLINE, END),
    ),
    "turned down, trial": Scenario(
        turned_down,
        (
            FALLBACK, ACTION, CONFIRM_TRIAL, CANCEL_TRIAL, START_TRIAL, CREATE, START_OTHER, START,
            CANCEL, FAIL_PAYMENT, EXPIRY,
        ),
    ),
    "turned down, paid": Scenario(
        turned_down_paid,
        (
            FALLBACK, REFUND, ACTION, SEE, BLOCK, START_OTHER, ASK_AGAIN, CREATE, CANCEL, FAIL_PAYMENT, EXPIRY,
            SARI_OFFLINE, DEWI_ONLINE,
        ),
    ),
    "chatting": Scenario(
        chatting,
        (
            *CHAT_CALLS, EXTEND, EXTEND_OTHER, ASK_AGAIN, START_OTHER, CANCEL, FAIL_EXTENSION,
            CANCEL_EXTENSION, CREATE_EXTENSION, WARNING, CHAT_END, SARI_OFFLINE, ACCEPT_RANI, BLOCK, BLOCK_SARI,
        ),
    ),
    "extending": Scenario(
        extending,
        (
            *CHAT_CALLS, APPROVE, REJECT, TIMER, CHAT_END, EXTEND, EXTEND_OTHER, ASK_AGAIN, START_OTHER,
            FAIL_EXTENSION, EXPIRY, SARI_OFFLINE, FORCE_OFFLINE, SARI_ONLINE, CLOSES, BLOCK,
            BLOCK_SARI,
        ),
    ),
}  # fmt: skip
