"""A desk: the control center in an operator's browser, and the operator's own calls to the API."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from playwright.async_api import Locator, Page, expect

from app.auth import Audience, issue_token
from app.settings import Settings
from tests.rest.contract import check
from tests.web.harness import Phone

PAGES = {
    "dashboard": "/dashboard",
    "live": "/live",
    "failed-pairings": "/failed-pairings",
    "mitras": "/mitras",
    "customers": "/customers",
    "settings": "/settings",
}


class Operator:
    """An operator. Checks every response against the route's row."""

    audience: Audience = "operator"

    def __init__(self, settings: Settings, http: httpx.AsyncClient, operator_id: UUID, email: str) -> None:
        self.id = operator_id
        self.email = email
        self.token = issue_token(settings, "operator", operator_id)
        self._http = http

    async def get(self, path: str, **query: Any) -> httpx.Response:  # noqa: ANN401
        return check("internal", await self._http.get(path, params=query, headers=self.headers()))

    async def post(self, path: str, body: object) -> httpx.Response:
        return check("internal", await self._http.post(path, json=body, headers=self.headers()))

    async def patch(self, path: str, body: object) -> httpx.Response:
        return check("internal", await self._http.patch(path, json=body, headers=self.headers()))

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Desk:
    """An operator's browser."""

    phone: Phone
    operator: Operator

    @property
    def page(self) -> Page:
        return self.phone.page

    async def go(self, path: str, heading: str | None = None) -> None:
        """Open a path; wait for its heading and a connected socket."""
        await self.phone.go(path)
        title = self.page.get_by_role("heading", level=1)
        await (expect(title).to_have_text(heading) if heading else expect(title).to_be_visible())
        await expect(self.page.get_by_text("Langsung", exact=True)).to_be_visible()

    def row(self, text: str) -> Locator:
        """The table row with this text."""
        return self.page.get_by_role("row").filter(has_text=text)

    async def look(self, name: str) -> None:
        """Check and screenshot the screen, as `Phone.look` does."""
        await self.phone.look(name)


def shown(phone: str) -> str:
    """A phone number in the format of the screens."""
    return re.sub(r"\+62(\d{3})(\d{4})(\d+)", r"+62 \1-\2-\3", phone)
