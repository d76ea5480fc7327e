"""What really happened, read at the end, and the parts that a person was not told."""

from collections.abc import Sequence

from workshop.simulate.knowledge import (
    Fact,
    ended_fact,
    message_fact,
    paired_fact,
    payment_facts,
    search_fact,
)
from workshop.simulate.people import SHOWN_BY_REST, Event
from workshop.simulate.person import Person


async def truth(person: Person, earlier_chats: frozenset[str]) -> tuple[set[Fact], list[str]]:
    """Every fact that REST shows to a person, and faults in their history.

    `earlier_chats` are from an earlier simulation.
    """
    facts: set[Fact] = set()
    faults: list[str] = []
    kept: dict[str, int] = {}
    for payment_id in person.knowledge.payments:
        facts |= payment_facts(await person.rest.get(f"/api/client/payment-sessions/{payment_id}"))
    facts |= {search_fact(request_id) for request_id in person.knowledge.searches}
    for chat in await person.history():
        if chat["id"] in earlier_chats:
            continue
        facts.add(paired_fact(chat["id"]))
        if chat["status"] == "ended":
            facts.add(ended_fact(chat["id"]))
        messages = await person.messages(chat["id"])
        if [message["seq"] for message in messages] != list(range(1, chat["last_seq"] + 1)):
            faults.append(f"the history of chat {chat['id']} has gaps")
        for message in messages:
            facts.add(message_fact(chat["id"], message["seq"]))
            kept[message["client_message_id"]] = kept.get(message["client_message_id"], 0) + 1
    for client_message_id in person.acknowledged:
        times = kept.get(client_message_id, 0)
        if times != 1:
            faults.append(f"acknowledged message {client_message_id} appears {times} times in the history")
    return facts, faults


def untold(person: Person, facts: set[Fact], events: Sequence[Event]) -> list[str]:
    """The facts and events that the person was not told, and offers that they still see as open."""
    return [
        *(" ".join(fact) for fact in sorted(facts - person.knowledge.facts)),
        *(f"event {one.id} {one.type}" for one in events if _is_untold(person, one)),
        *(f"offer {request_id} was not closed" for request_id in sorted(person.knowledge.offers)),
    ]


def _is_untold(person: Person, event: Event) -> bool:
    if person.knowledge.overlooked(event.id, event.at):
        return True
    return event.type not in SHOWN_BY_REST and not person.knowledge.knows_of(event.id, event.at)
