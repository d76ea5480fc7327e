"""Signing in, as the app asks the database for it: what the app hashes is a hash of the same text here."""

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any

from tests.sql.world import Row, World

CODE = "123456"
PASSWORD_SALT = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA"
PASSWORD_HASH = f"{PASSWORD_SALT}$right"

numbers = count(1)


def new_phone() -> str:
    """A phone number that nobody has."""
    return f"+62822{next(numbers):07}"


def hashed(text: str) -> str:
    """As the database is told of a code or a token."""
    return sha256(text.encode()).hexdigest()


def ask(
    world: World, phone: str, code: str = CODE, audience: str = "customer", secret: str | None = None
) -> Row:
    """A code is asked for, and this is the one that was made. `secret`: the asking device's."""
    reply: Row = world.api("request_otp", audience, phone, hashed(code), secret and hashed(secret))
    return reply


def tell(
    world: World,
    phone: str,
    code: str = CODE,
    name: str | None = "Budi",
    *,
    audience: str = "customer",
    device: "Device | None" = None,
    secret: str | None = None,
) -> Row:
    """A code is told, by a device."""
    device = device or Device(world)
    reply: Row = world.api(
        "verify_otp",
        audience,
        phone,
        [hashed(code)],
        name,
        device.id,
        hashed(device.token),
        secret and hashed(secret),
    )
    return reply


@dataclass
class Device:
    """Somebody's device, with the refresh token that it holds."""

    world: World
    id: str = field(init=False)
    token: str = "t0"

    def __post_init__(self) -> None:
        self.id = self.world.uuid()

    def refresh(self, token: str | None = None, salt: str = "salt") -> Row:
        """The reply to a refresh with this token, or the one that it holds; the successor is named after the salt."""
        token = token or self.token
        reply: Row = self.world.api(
            "refresh_sign_in", self.id, hashed(token), salt, hashed(f"{token} {salt}")
        )
        if "salt" in reply:
            self.token = f"{token} {reply['salt']}"
        return reply

    def sign_out(self, token: str | None = None) -> Row:
        """The reply to a sign-out."""
        reply: Row = self.world.api("end_sign_in", self.id, hashed(token or self.token))
        return reply

    @property
    def row(self) -> Row:
        """What the database keeps of it."""
        return self.world.row("sign_ins", self.id)


def signed_in(world: World, audience: str = "customer", phone: str | None = None) -> Device:
    """A device of somebody who is signed in; a customer is new unless they have the phone already."""
    phone = phone or new_phone()
    if audience == "mitra":
        world.ops("add_mitra", phone, "Sari", "Ratna")
    device = Device(world)
    ask(world, phone, audience=audience)
    tell(world, phone, audience=audience, device=device)
    return device


def operator(world: World, role: str = "operator", password_hash: str = PASSWORD_HASH) -> str:
    """Somebody of the control center; the id."""
    email = f"{role}-{next(numbers)}@example.com"
    (made,) = world.ops("set_operator", email, "Ratna", role, password_hash, "dba")
    operator_id: str = made["id"]
    return operator_id


def login(world: World, email: str, *, right: bool = True, device: Device | None = None) -> Any:  # noqa: ANN401
    """What an operator's sign-in comes to, with a password that is right or wrong."""
    device = device or Device(world)
    world.control("begin_login", email, False)
    kept = world.value(
        "select max(password_hash) from data.cc_users where lower(email) = lower(btrim(%s))", email
    )
    password_hash = kept if right else f"{PASSWORD_SALT}$wrong"
    return world.control("finish_login", email, password_hash, None, device.id, hashed(device.token))


def refusal(reply: Row) -> tuple[int, str]:
    """Status and slug of a refusal that was kept."""
    assert reply.keys() == {"refusal"}
    assert reply["refusal"]["sentence"].endswith(".")
    return reply["refusal"]["status"], reply["refusal"]["slug"]
