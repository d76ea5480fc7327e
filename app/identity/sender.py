"""Delivers one-time codes: to a webhook, or in development to a file.

The webhook gets a POST of `{"phone", "audience", "code", "expires_in"}`, with the same `Idempotency-Key` for every
attempt at one message, and answers 2xx once it has accepted it. `code` is null for a number that cannot sign in.
The call is made all the same, so that neither time nor outcome tells whether a number is known; what the webhook
sends then, if anything, is its own decision.

The file is for a developer on one machine.
"""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import httpx
import msgspec
import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from app.refusals import TryAgain
from app.settings import OTP_LOG, Settings

ATTEMPTS = 3
ATTEMPT_SECONDS = 2.0
ALL_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 0.5
OTP_FILE = "otp.log"

log = structlog.get_logger(__name__)


class CodeNotSent(TryAgain):
    """The code could not be handed over."""

    def __init__(self) -> None:
        super().__init__(503, "otp_not_sent", "The code could not be sent. Try again soon.")


class Message(msgspec.Struct):
    """What is to be sent. `code` is None for a number that cannot sign in."""

    phone: str
    audience: str
    code: str | None
    expires_in: int


class Sender(Protocol):
    """Lives as long as the server does."""

    async def open(self, tasks: asyncio.TaskGroup) -> None: ...

    async def close(self) -> None: ...

    async def send(self, message: Message) -> None:
        """Return once the message is accepted.

        Raises:
            CodeNotSent: it was not accepted, as far as is known.
        """


def sender_for(settings: Settings) -> Sender:
    """The sender that the settings choose."""
    if settings.otp_sender == OTP_LOG:
        return FileSender(settings.log_dir / OTP_FILE)
    return WebhookSender(settings.otp_sender)


class FileSender:
    """Writes codes to a file that only this user may read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Nothing is held open."""

    async def close(self) -> None:
        """Nothing is held open."""

    async def send(self, message: Message) -> None:
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            log.error("a code could not be written", reason=str(error))  # noqa: TRY400 - its traceback adds nothing
            raise CodeNotSent from error

    def _write(self, message: Message) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        code = message.code or f"no {message.audience} has this number"
        line = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}  {message.audience:<8}  {message.phone:<15}  {code}\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor is no path
            file.write(line)


class OverloadedError(Exception):
    """The webhook answered 5xx."""


class WebhookSender:
    """Hands codes to a webhook, in a few attempts within ALL_SECONDS.

    A user and password in its address are sent as HTTP basic authentication. Neither the address nor the message
    is ever logged.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.AsyncClient(timeout=ATTEMPT_SECONDS, follow_redirects=False, trust_env=False)
        self._under_way: set[asyncio.Task[None]] = set()

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """The first message opens the first connection."""

    async def close(self) -> None:
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._client.aclose()

    async def send(self, message: Message) -> None:
        """Send it, even if the client disconnects meanwhile."""
        task = asyncio.create_task(self._send(message))
        self._under_way.add(task)
        task.add_done_callback(self._done)
        await asyncio.shield(task)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()

    async def _send(self, message: Message) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        body = msgspec.json.encode(message)
        try:
            async with asyncio.timeout(ALL_SECONDS):
                async for attempt in AsyncRetrying(
                    retry=retry_if_exception_type((httpx.TransportError, OverloadedError)),
                    stop=stop_after_attempt(ATTEMPTS),
                    wait=wait_random_exponential(multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS),
                    reraise=True,
                ):
                    with attempt:
                        await self._post(body, headers)
        except (httpx.HTTPError, OverloadedError, TimeoutError) as error:
            log.warning("the sender of codes does not answer", reason=type(error).__name__)
            raise CodeNotSent from error

    async def _post(self, body: bytes, headers: dict[str, str]) -> None:
        async with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            status = response.status_code
        if status >= 500:
            raise OverloadedError
        if not response.is_success:
            log.error("the sender of codes refuses", status=status)
            raise CodeNotSent
