"""A client of the sign-in routes, and the file or webhook that receives its codes."""

import asyncio
import json
from itertools import count
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery"

numbers = count(1)


def new_phone() -> str:
    """A phone number not used before, in E.164."""
    return f"+62833{next(numbers):08}"


class AuthClient:
    """The sign-in routes of the public API."""

    def __init__(self, http: httpx.AsyncClient, codes: Path) -> None:
        self.http = http
        self._codes = codes

    async def request_code(
        self, phone: str, audience: str = "customer", device: str | None = None
    ) -> httpx.Response:
        body = {"phone": phone, "audience": audience, "device": device}
        return await self.http.post("/api/auth/otp", json=body)

    async def enter_code(
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
        """Sign in with the code received; return the reply."""
        asked = await self.request_code(phone, audience)
        assert asked.status_code == 202, asked.text
        entered = await self.enter_code(phone, self.code(phone), audience)
        assert entered.status_code == 200, entered.text
        reply: dict[str, Any] = entered.json()
        return reply

    def code(self, phone: str) -> str:
        """The last code in the file for this phone."""
        lines = self._codes.read_text(encoding="utf-8").splitlines()
        return next(line.split()[-1] for line in reversed(lines) if phone in line.split())

    async def state(self, token: str) -> httpx.Response:
        """The customer's state, read with this access token."""
        return await self.http.get("/api/client/state", headers={"Authorization": f"Bearer {token}"})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


class Webhook:
    """An HTTP server that plays the webhook. It answers as a test sets it and keeps what it received."""

    def __init__(self) -> None:
        self.port = 0
        self.user = ""
        self.answers: list[int | None] = []
        """The statuses of the next answers, then 204. None: accept the request and never answer."""
        self.received: list[tuple[dict[str, str], dict[str, Any]]] = []
        self._silence = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://{self.user}127.0.0.1:{self.port}/codes"

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [body for _, body in self.received]

    def hang_up(self) -> None:
        """End the requests that are never answered."""
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
