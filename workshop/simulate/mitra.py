"""A mitra: goes online, answers offers and messages, and leaves when told to."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from workshop.simulate.knowledge import Chat
from workshop.simulate.person import TOO_LATE, Person
from workshop.simulate.phrases import MITRA_SENTENCES

PROMPT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Manner:
    """How a mitra behaves. Pauses are ranges in seconds.

    `replies`: range of own messages after which they end a chat; None: never.
    """

    declines: float = 0.0
    silent: bool = False
    answers_offers_after: tuple[float, float] = (0.2, 3.0)
    types_for: tuple[float, float] = (0.1, 0.6)
    replies: tuple[int, int] | None = (4, 14)
    greeting: str | None = None


class Mitra:
    """One mitra; `be_there` runs until they are told to close up."""

    def __init__(self, me: Person, manner: Manner) -> None:
        self.me = me
        self.manner = manner
        self._snapshots_seen = 0
        self._offers_answered: set[str] = set()
        self._busy_with: dict[str, asyncio.Task[None]] = {}

    async def be_there(self) -> None:
        """Be online, and handle every known offer, chat and extension."""
        async with asyncio.TaskGroup() as tasks:
            while not self.me.closing:
                self._take_care(tasks)
                await self.me.next_change()
            for task in self._busy_with.values():
                task.cancel()
        await self.me.rest.post("/api/mitra/status", {"online": False})

    def _take_care(self, tasks: asyncio.TaskGroup) -> None:
        knowledge = self.me.knowledge

        def begin(what: str, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
            if what not in self._busy_with or self._busy_with[what].done():
                self._busy_with[what] = tasks.create_task(act())

        # Only after a snapshot: a mitra whom an operator set offline stays offline.
        if not knowledge.online and self._snapshots_seen < knowledge.snapshots:
            begin("status", self._go_online)
        self._snapshots_seen = knowledge.snapshots
        self._offers_answered &= knowledge.offers.keys()
        for request_id in knowledge.offers.keys() - self._offers_answered:
            self._offers_answered.add(request_id)
            begin(request_id, partial(self._answer_offer, request_id))
        for chat in knowledge.open_chats():
            begin(chat.id, partial(self._talk, chat))
        for extension_id in knowledge.extensions:
            begin(extension_id, partial(self._approve, extension_id))

    async def _go_online(self) -> None:
        await self.me.rest.post("/api/mitra/status", {"online": True})

    async def _answer_offer(self, request_id: str) -> None:
        await self.me.rest.post(f"/api/mitra/chat-requests/{request_id}/seen", refusals=TOO_LATE)
        if self.manner.silent:
            return
        await self.me.pause(*self.manner.answers_offers_after)
        if request_id in self.me.knowledge.offers:
            answer = "decline" if self.me.chance.random() < self.manner.declines else "accept"
            await self.me.rest.post(f"/api/mitra/chat-requests/{request_id}/{answer}", refusals=TOO_LATE)

    async def _approve(self, extension_id: str) -> None:
        await self.me.pause(*self.manner.types_for)
        await self.me.rest.post(f"/api/mitra/extensions/{extension_id}/approve", refusals=TOO_LATE)
        await self.me.until(lambda: extension_id not in self.me.knowledge.extensions, PROMPT_SECONDS)

    async def _talk(self, chat: Chat) -> None:
        limit = self.me.chance.randint(*self.manner.replies) if self.manner.replies else None
        if self.manner.greeting is not None and not chat.shown:
            await self._say(chat, self.manner.greeting)
        replies = 0
        answered = 0

        def asked() -> bool:
            return chat.last is not None and chat.last["sender"] == "customer" and chat.last["seq"] > answered

        while True:
            await self.me.until(lambda: chat.ended or asked())
            if chat.ended or chat.last is None:
                break
            answered = chat.last["seq"]
            if not await self._say(chat, self.me.chance.choice(MITRA_SENTENCES)):
                break
            await self.me.read(chat.id)
            replies += 1
            if limit is not None and replies >= limit:
                await self.me.end(chat.id)
                break
        await self.me.until(lambda: chat.ended, PROMPT_SECONDS)

    async def _say(self, chat: Chat, sentence: str) -> bool:
        await self.me.type(chat.id)
        await self.me.pause(*self.manner.types_for)
        return not chat.ended and await self.me.say(chat.id, sentence)
