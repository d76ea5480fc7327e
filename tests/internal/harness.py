"""An operator's desk, as far as REST is concerned."""

from typing import Any
from uuid import UUID

import httpx

from app.auth import issue_token
from app.settings import Settings
from tests.rest.contract import check


class Desk:
    """A signed-in operator. Checks every response against the route's row."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient, operator_id: str) -> None:
        self.id = operator_id
        self.port = http.base_url.port
        self.token = issue_token(settings, "operator", UUID(operator_id))
        self.http = http

    async def get(
        self, path: str, accept: str | None = None, **query: str | int | bool | list[str]
    ) -> httpx.Response:
        headers = self.headers() if accept is None else {**self.headers(), "Accept": accept}
        return check("internal", await self.http.get(path, params=query or None, headers=headers))

    async def post(self, path: str, body: object) -> httpx.Response:
        return check("internal", await self.http.post(path, json=body, headers=self.headers()))

    async def patch(self, path: str, body: object) -> httpx.Response:
        return check("internal", await self.http.patch(path, json=body, headers=self.headers()))

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def got(response: httpx.Response) -> Any:  # noqa: ANN401
    """The body of a successful reply."""
    assert response.status_code == 200, response.text
    return response.json()


def refusal(response: httpx.Response, status: int, slug: str) -> Any:  # noqa: ANN401
    """Check a refusal; return its facts."""
    body = response.json()
    assert (response.status_code, body.pop("error")) == (status, slug), response.text
    assert body.pop("message").endswith(".")
    return body
