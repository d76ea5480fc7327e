"""A customer: pays, searches, chats, and starts over."""

import time

from workshop.simulate.knowledge import FINAL, Chat, Json
from workshop.simulate.person import TOO_LATE, Person
from workshop.simulate.phrases import CUSTOMER_SENTENCES
from workshop.simulate.plan import Figures, Options

SHARE_ABANDONED = 0.03
SHARE_ENDED_BY_CUSTOMER = 0.6
# Far longer than a blast window: after this time no outcome will come.
OUTCOME_SECONDS = 300
# The outcome of a bot's own action.
PROMPT_SECONDS = 20


async def be_a_customer(me: Person, options: Options, figures: Figures) -> None:
    """Chat again and again until told to close up. Leaves nothing open."""
    await me.pause(0, 2)
    while not me.closing:
        await _curhat(me, options, figures)
        await me.pause(0.1, 1)


async def _curhat(me: Person, options: Options, figures: Figures) -> None:
    payment_id = await _pay(me)
    if payment_id is None:
        return
    started = time.monotonic()
    search = await me.rest.post("/api/client/chat-requests", {"payment_session_id": payment_id})
    if not search.ok:
        return
    figures.searches += 1
    me.knowledge.own_search(search.body["id"], payment_id)

    chat = await _outcome(me, payment_id, options, figures)
    if chat is not None:
        figures.paired += 1
        figures.seconds_to_pair.append(time.monotonic() - started)
        await _talk(me, chat)


async def _pay(me: Person) -> str | None:
    """The id of a confirmed payment session; None if it was abandoned or refused."""
    pricing = await me.rest.get("/api/client/pricing")
    tier: Json = me.chance.choice(pricing["tiers"])
    created = await me.rest.post(
        "/api/client/payment-sessions",
        {"duration_minutes": tier["duration_minutes"], "tier_id": tier["id"]},
    )
    if not created.ok:
        return None
    payment_id: str = created.body["id"]
    me.knowledge.own_payment(payment_id)
    path = f"/api/client/payment-sessions/{payment_id}"
    if me.chance.random() < SHARE_ABANDONED:
        await me.rest.post(f"{path}/cancel")
        return None
    confirmed = await me.rest.post(f"{path}/confirm")
    return payment_id if confirmed.ok else None


async def _outcome(me: Person, payment_id: str, options: Options, figures: Figures) -> Chat | None:
    """Wait for the search's outcome, or cancel it. Returns the chat, or None without one."""

    def paired() -> Chat | None:
        return next((c for c in me.knowledge.chats.values() if c.payment_session_id == payment_id), None)

    def over() -> bool:
        status = me.knowledge.payments[payment_id]
        return paired() is not None or (status in FINAL and status != "consumed")

    gives_up = me.chance.random() < options.cancels
    patience = me.chance.uniform(0, 2) if gives_up else OUTCOME_SECONDS
    in_time = await me.until(lambda: over() or me.closing, patience)
    if not over():
        if not in_time and not gives_up:
            figures.unanswered += 1
        await me.rest.post(
            "/api/client/chat-requests/cancel", {"payment_session_id": payment_id}, refusals=TOO_LATE
        )
        await me.until(over, PROMPT_SECONDS)
    return paired()


async def _talk(me: Person, chat: Chat) -> None:
    ends_it = me.chance.random() < SHARE_ENDED_BY_CUSTOMER
    for _ in range(me.chance.randint(3, 10)):
        await me.pause(0.1, 0.8)
        if me.closing or chat.ended or not await me.say(chat.id, me.chance.choice(CUSTOMER_SENTENCES)):
            break
        await me.until(lambda: chat.ended or me.closing or _answered(chat), 3)
        await me.read(chat.id)
    if not ends_it:
        await me.until(lambda: chat.ended or me.closing, 5)
    if not chat.ended:
        await me.end(chat.id)
        await me.until(lambda: chat.ended, PROMPT_SECONDS)


def _answered(chat: Chat) -> bool:
    return chat.last is not None and chat.last["sender"] == "mitra"
