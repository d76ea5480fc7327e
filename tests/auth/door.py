"""Somebody before the door: what they ask over REST, and the code that reaches them."""

import asyncio
import json
from itertools import count
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery"

numbers = count(1)


def new_phone() -> str:
    """A phone number that nobody has, in E.164."""
    return f"+62833{next(numbers):08}"


class Door:
    """The public server's routes of signing in."""

    def __init__(self, http: httpx.AsyncClient, codes: Path) -> None:
        self.http = http
        self._codes = codes

    async def ask(self, phone: str, audience: str = "customer", device: str | None = None) -> httpx.Response:
        body = {"phone": phone, "audience": audience, "device": device}
        return await self.http.post("/api/auth/otp", json=body)

    async def tell(
        self,
        phone: str,
        code: str,
        audience: str = "customer",
        name: str | None = "Budi",
        device: str | None = None,
    ) -> httpx.Response:
        body = {"phone": phone, "audience": audience, "code": code, "display_name": name, "device": device}
        return await self.http.post("/api/auth/otp/verify", json=body)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.http.post("/api/auth/refresh", json={"refresh_token": token})

    async def sign_out(self, token: str) -> httpx.Response:
        return await self.http.post("/api/auth/logout", json={"refresh_token": token})

    async def sign_in(self, phone: str, audience: str = "customer") -> dict[str, Any]:
        """The reply to somebody who tells the code that reached them."""
        asked = await self.ask(phone, audience)
        assert asked.status_code == 202, asked.text
        told = await self.tell(phone, self.code(phone), audience)
        assert told.status_code == 200, told.text
        reply: dict[str, Any] = told.json()
        return reply

    def code(self, phone: str) -> str:
        """The last code that reached a number, as the file has it."""
        lines = self._codes.read_text(encoding="utf-8").splitlines()
        return next(line.split()[-1] for line in reversed(lines) if phone in line.split())

    async def state(self, token: str) -> httpx.Response:
        """What a customer's access token opens."""
        return await self.http.get("/api/client/state", headers={"Authorization": f"Bearer {token}"})


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


class Gateway:
    """A little HTTP server in the place of a webhook: it answers as it is told and keeps what it was sent."""

    def __init__(self) -> None:
        self.port = 0
        self.user = ""
        self.answers: list[int | None] = []
        """The statuses of the next answers, 204 after that; None: it takes the request and says nothing."""
        self.received: list[tuple[dict[str, str], dict[str, Any]]] = []
        self._silence = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://{self.user}127.0.0.1:{self.port}/codes"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What it was sent."""
        return [body for _, body in self.received]

    def let_go(self) -> None:
        """Say nothing no longer."""
        self._silence.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.received.append((headers, json.loads(body or b"{}")))
        status = self.answers.pop(0) if self.answers else 204
        if status is None:
            await self._silence.wait()
            return False
        elsewhere = "Location: /elsewhere\r\n" if 300 <= status < 400 else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{elsewhere}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        return True
