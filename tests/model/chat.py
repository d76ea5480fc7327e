"""Chats: what is said and read in them, and how they begin, warn of their end, and end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.model.entities import Chat, Customer, Extension, Failure, Message, Mitra, Role, Search
from tests.model.model import Left, Model, refuse
from tests.model.payment import fail

Participant = Customer | Mitra

ENDING_SOON = (timedelta(minutes=5), timedelta(minutes=1))


def send_message(  # noqa: PLR0917 - as the SQL function
    model: Model, chat: Chat | None, role: Role, person: Participant | None, client_message_id: str, body: str
) -> Message:
    """One of the two says something; the same client_message_id gives the same message."""
    own = own_chat(chat, role, person)
    for message in own.messages:
        if (message.sender, message.client_message_id) == (role, client_message_id):
            return message
    if not body.strip() or len(body) > 4000:
        refuse("invalid_message")
    check_running(model, own)
    message = Message(own, len(own.messages) + 1, role, client_message_id, body, model.now)
    own.messages.append(message)
    return message


def mark_read(model: Model, chat: Chat | None, role: Role, person: Participant | None, seq: int) -> Chat:
    """Reading goes forward only, and never beyond the last message."""
    own = own_chat(chat, role, person)
    own.read[role] = max(own.read[role], min(seq, len(own.messages)))
    return own


def end_chat(model: Model, chat: Chat | None, role: Role, person: Participant | None) -> Chat:
    """One of the two ends it; a pending extension comes to nothing. Twice is once."""
    own = own_chat(chat, role, person)
    finish(model, own, f"ended_by_{role}")
    return own


def get_chat_session(model: Model, chat: Chat | None, role: Role, person: Participant | None) -> Chat:
    """A chat of one's own."""
    return own_chat(chat, role, person)


def list_messages(  # noqa: PLR0917 - as the SQL function
    model: Model, chat: Chat | None, role: Role, person: Participant | None, after_seq: int, limit: Left
) -> list[Message]:
    """The messages after this one."""
    return [m for m in own_chat(chat, role, person).messages if m.seq > after_seq]


def own_chat(chat: Chat | None, role: Role, person: Participant | None) -> Chat:
    """The chat, if this person has this role in it."""
    if chat is None or chat.person(role) is not person:
        refuse("chat_session_not_found")
    return chat


def check_running(model: Model, chat: Chat) -> None:
    """Refuse when the chat is over. While an extension is pending it goes on beyond its end."""
    time_is_up = chat.ends_at <= model.now and not model.pending_extension(chat)
    if chat.status == "ended" or time_is_up:
        refuse("chat_ended")


def start(model: Model, search: Search, mitra: Mitra, running: Sequence[Chat]) -> Chat:
    """A chat begins. One that runs between the two ends as continued, and its remaining minutes are added."""
    payment = search.payment
    ends_at = model.now + timedelta(minutes=payment.tier.minutes)
    for earlier in running:
        ends_at += max(earlier.ends_at - model.now, timedelta())
        _close(model, earlier, "continued")
    chat = Chat(
        payment=payment,
        search=search,
        customer=payment.customer,
        mitra=mitra,
        started_at=model.now,
        ends_at=ends_at,
    )
    set_end(model, chat, ends_at)
    payment.chats.append(chat)
    if not model.has_room(mitra):
        mitra.offers_due_at = model.now
    return chat


def set_end(model: Model, chat: Chat, ends_at: datetime) -> None:
    """The chat ends then, and warns before."""
    chat.ends_at = ends_at
    chat.warnings = [ends_at - before for before in ENDING_SOON if ends_at - before > model.now]
    resume(model, chat)


def warn(model: Model, chat: Chat) -> None:
    """Give the warnings that are due; keep the later ones."""
    chat.warnings = [at for at in chat.warnings if at > model.now]


def resume(model: Model, chat: Chat) -> None:
    """The chat's next deadline is its next warning or its end."""
    chat.deadline_at = max(min([*chat.warnings, chat.ends_at]), model.now)


def finish(model: Model, chat: Chat, reason: str, note: str | None = None) -> None:
    """The chat ends unless it has ended before, and the mitra has a place free."""
    if chat.status == "ended":
        return
    pending = model.pending_extension(chat)
    if pending:
        cause = "targeted_mitra_rejected" if reason == "ended_by_mitra" else "customer_cancelled"
        deny(model, pending, "withdrawn", cause)
    _close(model, chat, reason, note)
    chat.mitra.idle_since = model.now
    chat.mitra.offers_due_at = model.now


def deny(model: Model, extension: Extension, status: str, cause_tag: str, note: str | None = None) -> Failure:
    """No more minutes, and no charge: the chat goes on to its old end, and gives the warnings that are left."""
    extension.status = status
    extension.closed_at = model.now
    resume(model, extension.chat)
    return fail(model, extension.payment, cause_tag, note=note, asked_for_more=extension.chat.mitra)


def _close(model: Model, chat: Chat, reason: str, note: str | None = None) -> None:
    chat.status = "ended"
    chat.ended_at = model.now
    chat.end_reason = reason
    chat.end_note = note
    chat.deadline_at = None
