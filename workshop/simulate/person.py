"""One person with an app: REST calls, socket, and knowledge."""

import asyncio
import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from workshop.simulate.knowledge import Json, Knowledge, Recovery, Role
from workshop.simulate.live import Frame, LiveSocket
from workshop.simulate.plan import Figures
from workshop.simulate.rest import Rest

ACK_SECONDS = 5
SHARE_SENT_BY_SOCKET = 0.7
# Refusals of late actions: the chat, request or mitra has changed meanwhile.
TOO_LATE = (409, 410)
# A socket's equivalents of 503.
TRY_AGAIN = ("unavailable", "busy", "unknown_outcome")


class NoSnapshotError(Exception):
    """The socket did not open, or sent no snapshot."""


class Person:
    """Code shared by customers and mitras. `start` runs their socket in the caller's task group."""

    def __init__(
        self,
        role: Role,
        id: str,  # noqa: A002
        name: str,
        *,
        client: httpx.AsyncClient,
        socket_url: str,
        make_token: Callable[[], str],
        chance: random.Random,
        figures: Figures,
    ) -> None:
        self.id = id
        self.name = name
        self.side = "client" if role == "customer" else "mitra"
        self.chance = chance
        self.figures = figures
        self.knowledge = Knowledge(role)
        self.rest = Rest(client, make_token, figures)
        self.closing = False
        """Whether they were told to finish."""
        self.acknowledged: dict[str, str] = {}
        """Own messages that the server accepted: client_message_id to chat."""
        self._socket = LiveSocket(
            f"{socket_url}/api/{self.side}/ws",
            make_token,
            on_connected=self._connected,
            on_frame=self._frame,
        )
        self._changed = asyncio.Event()
        self._sending: dict[str, asyncio.Future[Frame | None]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def connection(self) -> int | None:
        """The number of their socket's current connection; None while it is down."""
        return self.knowledge.connections if self._socket.connected else None

    async def start(self, tasks: asyncio.TaskGroup, timeout: float | None = None) -> asyncio.Task[Any]:
        """Connect, and return after the first snapshot. Returns the socket's task, so that it can be cancelled.

        Raises:
            NoSnapshotError: no snapshot arrived within `timeout` seconds.
        """
        self._tasks = tasks
        task = tasks.create_task(self._socket.run())
        if not await self.until(lambda: self.knowledge.snapshots > 0, timeout):
            raise NoSnapshotError(f"{self.name} got no snapshot over a socket in {timeout} s.")
        return task

    def close_up(self) -> None:
        """Tell them to finish."""
        self.closing = True
        self._change()

    async def until(self, holds: Callable[[], object], timeout: float | None = None) -> bool:
        """Wait for a condition that frames or `close_up` change; False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def next_change(self) -> None:
        """Wait for the next frame or for `close_up`."""
        await self._changed.wait()

    async def pause(self, shortest: float, longest: float) -> None:
        """Time for a person to read, think or type."""
        await asyncio.sleep(self.chance.uniform(shortest, longest))

    async def say(self, chat_id: str, body: str) -> bool:
        """Send a message by socket or REST; False if the chat no longer accepts any."""
        client_message_id = str(uuid4())
        taken = None
        if self.chance.random() < SHARE_SENT_BY_SOCKET:
            taken = await self._say_by_socket(chat_id, client_message_id, body)
        if taken is None:
            reply = await self.rest.post(
                f"/api/{self.side}/chat-sessions/{chat_id}/messages",
                {"client_message_id": client_message_id, "body": body},
                refusals=TOO_LATE,
            )
            taken = reply.ok
        if taken:
            self.acknowledged[client_message_id] = chat_id
        return taken

    async def read(self, chat_id: str) -> None:
        """Mark everything shown of a chat as read."""
        chat = self.knowledge.chats[chat_id]
        if chat.shown:
            await self._socket.send({"type": "read", "chat_session_id": chat_id, "seq": max(chat.shown)})

    async def type(self, chat_id: str) -> None:
        """Show the other side that this person is typing."""
        await self._socket.send({"type": "typing", "chat_session_id": chat_id})

    async def end(self, chat_id: str) -> None:
        """End a chat by hand."""
        await self.rest.post(f"/api/{self.side}/chat-sessions/{chat_id}/end", refusals=TOO_LATE)

    async def history(self) -> list[Json]:
        """Every chat of this person, from REST."""
        return await self._all_rows(f"/api/{self.side}/chat-sessions")

    async def messages(self, chat_id: str, after_seq: int = 0) -> list[Json]:
        """Every message of a chat after a seq, from REST."""
        path = f"/api/{self.side}/chat-sessions/{chat_id}/messages"
        rows: list[Json] = []
        while True:
            page = await self.rest.get(path, after_seq=after_seq)
            rows += page.get("rows", [])
            if not page.get("rows") or page.get("next") is None:
                return rows
            after_seq = rows[-1]["seq"]

    async def _all_rows(self, path: str) -> list[Json]:
        rows: list[Json] = []
        parameters: dict[str, str | int] = {}
        while True:
            page = await self.rest.get(path, **parameters)
            rows += page.get("rows", [])
            if page.get("next") is None:
                return rows
            parameters["cursor"] = page["next"]

    async def _say_by_socket(self, chat_id: str, client_message_id: str, body: str) -> bool | None:
        """None without an answer: the message may or may not have been accepted."""
        answer: asyncio.Future[Frame | None] = asyncio.get_running_loop().create_future()
        self._sending[client_message_id] = answer
        frame = {
            "type": "message",
            "chat_session_id": chat_id,
            "client_message_id": client_message_id,
            "body": body,
        }
        try:
            if not await self._socket.send(frame):
                return None
            async with asyncio.timeout(ACK_SECONDS):
                told = await answer
        except TimeoutError:
            return None
        finally:
            del self._sending[client_message_id]
        if told is not None and told["type"] == "ack":
            return True
        # After an error the caller repeats it over REST, which says why.
        if told is None or told["error"] in TRY_AGAIN:
            self.figures.again[told["error"] if told is not None else "no answer"] += 1
        return None

    def _connected(self) -> None:
        self.knowledge.connected()
        for answer in self._sending.values():
            if not answer.done():
                answer.set_result(None)

    def _frame(self, frame: Frame) -> None:
        match frame["type"]:
            case "snapshot":
                self._take_snapshot(frame)
            case "ack" | "error":
                answer = self._sending.get(frame.get("client_message_id", ""))
                if answer is not None and not answer.done():
                    answer.set_result(frame)
            case "pong" | "CHAT_TYPING":
                pass
            case _:
                self.knowledge.take_event(frame)
        self._change()

    def _take_snapshot(self, frame: Frame) -> None:
        recovery = self.knowledge.take_snapshot(frame)
        if self.knowledge.snapshots > 1 and self._tasks is not None:
            self._tasks.create_task(self._recover(recovery))

    async def _recover(self, recovery: Recovery) -> None:
        for payment_id in recovery.payments:
            row = await self.rest.get(f"/api/client/payment-sessions/{payment_id}")
            self.knowledge.recover_payment(row, recovery)
        messages = dict(recovery.messages)
        for row in await self.history():
            if self.knowledge.recover_ended_chat(row, recovery):
                messages[row["id"]] = None
        for chat_id, up_to in messages.items():
            shown = self.knowledge.chats[chat_id].shown
            first_gap = next(seq for seq in range(1, len(shown) + 2) if seq not in shown)
            rows = await self.messages(chat_id, after_seq=first_gap - 1)
            self.knowledge.recover_messages(chat_id, rows, up_to)
        self._change()

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
