"""REST calls of one person. A request that got no answer is retried with the same idempotency key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from workshop.simulate.plan import Figures

PATIENCE_SECONDS = 60
REQUEST_TIMEOUT_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the API."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.status < 300

    @property
    def slug(self) -> str:
        """The slug of a refusal, or the reason of a recorded failure."""
        return str(self.body.get("error") or self.body.get("reason") or "")


class NoAnswerError(Exception):
    """The API replied 503 with this slug; the request may or may not have taken effect."""


class Rest:
    """REST calls of one person. Counts unexpected replies and retries for the report."""

    def __init__(self, client: httpx.AsyncClient, make_token: Callable[[], str], figures: Figures) -> None:
        self._client = client
        self._make_token = make_token
        self._figures = figures

    async def get(self, path: str, **parameters: str | int) -> dict[str, Any]:
        """The body of a GET. Any status but 200 counts as unexpected."""
        return (await self._call("GET", path, refusals=(), parameters=parameters)).body

    async def post(
        self, path: str, body: dict[str, Any] | None = None, *, refusals: tuple[int, ...] = ()
    ) -> Reply:
        """POST with a new Idempotency-Key. `refusals`: expected statuses."""
        return await self._call("POST", path, refusals=refusals, body=body or {}, key=str(uuid4()))

    async def _call(
        self,
        method: str,
        path: str,
        *,
        refusals: tuple[int, ...],
        body: dict[str, Any] | None = None,
        parameters: dict[str, str | int] | None = None,
        key: str | None = None,
    ) -> Reply:
        headers = {"Authorization": f"Bearer {self._make_token()}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((httpx.TransportError, NoAnswerError)),
            wait=wait_random_exponential(multiplier=0.05, max=LONGEST_PAUSE_SECONDS),
            stop=stop_after_delay(PATIENCE_SECONDS),
            before_sleep=self._count_again,
            reraise=True,
        ):
            with attempt:
                response = await self._client.request(
                    method, path, json=body, params=parameters, headers=headers
                )
                reply = Reply(response.status_code, _object(response))
                if reply.status == 503:
                    raise NoAnswerError(reply.slug)
        if not reply.ok and reply.status not in refusals:
            self._figures.unexpected[f"{method} {_pattern(path)}: {reply.status} {reply.slug}"] += 1
        return reply

    def _count_again(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        self._figures.again[str(error) if isinstance(error, NoAnswerError) else "no answer"] += 1


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _pattern(path: str) -> str:
    """The path without ids, so that equal calls are counted together."""
    return "/".join(":id" if len(part) == 36 else part for part in path.split("/"))
