"""Moments of a customer and a mitra, with an operator; made by the functions that the app calls."""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from app.auth import Audience, issue_token
from app.http.routes import Listener
from app.identity.codes import hash_code
from app.identity.passwords import hash_password
from app.settings import Settings
from tests.conftest import Connection
from tests.rest.harness import People

MINUTES = 15
CODE = "123456"
PASSWORD = "correct horse battery"
TIER_OF_MINUTES = "0b3c9d1e-0001-4000-8000-000000000015"


class Scene:
    """Two people and their rows. `given` maps names of API fields to their values in this scene."""

    def __init__(self, settings: Settings, app: Connection, people: People) -> None:
        self._app = app
        self._settings = settings
        self._makes = people
        self._email = f"ratna.{uuid4()}@curhat.example"
        self.customer_id, self.mitra_id = people.customer(), people.mitra()
        self._people: dict[Audience, UUID] = {
            "customer": self.customer_id,
            "mitra": self.mitra_id,
            "operator": people.operator(email=self._email, password_hash=password_hash()),
        }
        self._refresh_tokens: dict[Listener, str] = {}
        self.given: dict[str, Any] = {
            "duration_minutes": MINUTES,
            "tier_id": TIER_OF_MINUTES,
            "client_message_id": str(uuid4()),
            "mitra_id": str(self.mitra_id),
            "targeted_mitra_id": str(self.mitra_id),
            "user_id": str(self.customer_id),
            "customer_id": str(self.customer_id),
            "key": "presence_ttl_seconds",
            "value": 46,
            "day": "2026-11-24",
            "changed_id": str(people.operator("viewer")),
            "phone": people.phone_of(self.customer_id),
            "audience": "customer",
            "email": f"wati.{uuid4()}@curhat.example",
            "display_name": "Wati",
            "role": "operator",
            "password": PASSWORD,
        }

    def names(self, listener: Listener) -> dict[str, Any]:
        """The values of this scene by API field, for one of the two APIs."""
        token = self._refresh_tokens.get(listener)
        return self.given if token is None else {**self.given, "refresh_token": token}

    def token(self, audience: Audience) -> str:
        """An access token of the scene's person of this audience."""
        return issue_token(self._settings, audience, self._people[audience])

    def signing_in(self) -> "Scene":
        """The customer has been sent a code; they and the operator each have a signed-in device."""
        key = self._settings.jwt_keys[0]
        self._call("request_otp", "customer", self.given["phone"], hash_code(key, CODE))
        self.given["code"], self.given["email"] = CODE, self._email
        self._refresh_tokens = {
            "public": self._makes.signed_in("customer", self._people["customer"]).text,
            "internal": self._makes.signed_in("operator", self._people["operator"]).text,
        }
        return self

    def online(self, *, yes: bool = True) -> "Scene":
        self._call("set_mitra_status", self.mitra_id, yes)
        return self

    def chosen(self, name: str = "payment_session_id", *, is_extension: bool = False) -> "Scene":
        payment = self._call("create_payment_session", self.customer_id, MINUTES, None, None, is_extension)
        self.given[name] = payment["id"]
        return self

    def paid(self, name: str = "payment_session_id", *, is_extension: bool = False) -> "Scene":
        self.chosen(name, is_extension=is_extension)
        self._call("confirm_payment_session", self.given[name], self.customer_id)
        return self

    def searching(self) -> "Scene":
        self.online().paid()
        started = self._call("start_general_request", self.customer_id, self.given["payment_session_id"])
        self.given["request_id"] = started["id"]
        return self

    def chatting(self) -> "Scene":
        self.searching()
        accepted = self._call("accept_request", self.given["request_id"], self.mitra_id)
        self.given["chat_session_id"] = accepted["chat_session"]["id"]
        self._call("send_message", *self._side(), uuid4(), "Halo")
        return self

    def paid_for_extension(self) -> "Scene":
        return self.chatting().paid("extension_payment_session_id", is_extension=True)

    def extension_requested(self) -> "Scene":
        self.paid_for_extension()
        asked = self._call(
            "request_extension",
            self.given["chat_session_id"],
            self.customer_id,
            self.given["extension_payment_session_id"],
        )
        self.given["extension_id"] = asked["id"]
        return self

    def ended(self) -> "Scene":
        self.chatting()
        self._call("end_chat", *self._side())
        return self.paid()

    def ended_and_mitra_offline(self) -> "Scene":
        return self.ended().online(yes=False)

    def returning_request_failed(self) -> "Scene":
        self.ended_and_mitra_offline()
        failed = self._call(
            "start_returning_request", self.customer_id, self.given["payment_session_id"], self.mitra_id
        )
        self.given["failure_id"], self.given["ids"] = failed["failure_id"], [failed["failure_id"]]
        return self

    def decided(self) -> "Scene":
        self.returning_request_failed()
        self._makes.decide(self.given["failure_id"])
        return self

    def _side(self) -> tuple[object, ...]:
        return self.given["chat_session_id"], "customer", self.customer_id

    def _call(self, function: str, *arguments: object) -> dict[str, Any]:
        places = ", ".join(["%s"] * len(arguments))
        row = self._app.execute(f"select api.{function}({places})", arguments).fetchone()
        assert row is not None
        reply: dict[str, Any] = row[0]
        return reply


MOMENTS: dict[str, Callable[[Scene], Scene]] = {
    "nothing yet": lambda scene: scene,
    "signing in": Scene.signing_in,
    "payment pending": Scene.chosen,
    "paid": Scene.paid,
    "searching": Scene.searching,
    "chatting": Scene.chatting,
    "paid for extension": Scene.paid_for_extension,
    "extension requested": Scene.extension_requested,
    "ended": Scene.ended,
    "ended and mitra offline": Scene.ended_and_mitra_offline,
    "returning request failed": Scene.returning_request_failed,
    "decided": Scene.decided,
}


class Scenes:
    """One scene of each moment, made again after a test has changed it."""

    def __init__(self, settings: Settings, app: Connection, people: People) -> None:
        self._make: Callable[[], Scene] = lambda: Scene(settings, app, people)
        self._scenes: dict[str, Scene] = {}

    def at(self, moment: str) -> Scene:
        if moment not in self._scenes:
            self._scenes[moment] = MOMENTS[moment](self._make())
        return self._scenes[moment]

    def spent(self, moment: str) -> None:
        """Drop the scene of a moment. Its mitra goes offline, so that no later search is offered to them."""
        scene = self._scenes.pop(moment, None)
        if scene is not None:
            scene.online(yes=False)


@cache
def password_hash() -> str:
    """The hash of PASSWORD. Hashing is slow, so it is made once."""
    return hash_password(PASSWORD)


def is_uuid(value: object) -> bool:
    """Whether a value is the text of an id."""
    try:
        return str(UUID(str(value))) == value
    except ValueError:
        return False
