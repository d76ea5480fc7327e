"""Sign-in through the database functions, with codes and tokens hashed as the app hashes them."""

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
    """A phone number not used before."""
    return f"+62822{next(numbers):07}"


def hashed(text: str) -> str:
    """The SHA-256 that the database receives instead of a code or token."""
    return sha256(text.encode()).hexdigest()


def request_code(
    world: World, phone: str, code: str = CODE, audience: str = "customer", secret: str | None = None
) -> Row:
    """Request a code for a phone. `code` is the one generated, `secret` belongs to the requesting device."""
    reply: Row = world.api("request_otp", audience, phone, hashed(code), secret and hashed(secret))
    return reply


def enter_code(
    world: World,
    phone: str,
    code: str = CODE,
    name: str | None = "Budi",
    *,
    audience: str = "customer",
    device: "Device | None" = None,
    secret: str | None = None,
) -> Row:
    """Enter a code on a device."""
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
    """A device and the refresh token it holds."""

    world: World
    id: str = field(init=False)
    token: str = "t0"

    def __post_init__(self) -> None:
        self.id = self.world.uuid()

    def refresh(self, token: str | None = None, salt: str = "salt") -> Row:
        """Refresh with `token`, by default the device's own. The successor is named after the salt."""
        token = token or self.token
        reply: Row = self.world.api(
            "refresh_sign_in", self.id, hashed(token), salt, hashed(f"{token} {salt}")
        )
        if "salt" in reply:
            self.token = f"{token} {reply['salt']}"
        return reply

    def sign_out(self, token: str | None = None) -> Row:
        reply: Row = self.world.api("end_sign_in", self.id, hashed(token or self.token))
        return reply

    @property
    def row(self) -> Row:
        """The device's row in `data.sign_ins`."""
        return self.world.row("sign_ins", self.id)


def signed_in(world: World, audience: str = "customer", phone: str | None = None) -> Device:
    """A signed-in device. Its person is new unless a customer already has the phone."""
    phone = phone or new_phone()
    if audience == "mitra":
        world.ops("add_mitra", phone, "Sari", "Ratna")
    device = Device(world)
    request_code(world, phone, audience=audience)
    enter_code(world, phone, audience=audience, device=device)
    return device


def operator(world: World, role: str = "operator", password_hash: str = PASSWORD_HASH) -> str:
    """A new operator's id."""
    email = f"{role}-{next(numbers)}@example.com"
    (made,) = world.ops("set_operator", email, "Ratna", role, password_hash, "dba")
    operator_id: str = made["id"]
    return operator_id


def login(world: World, email: str, *, right: bool = True, device: Device | None = None) -> Any:  # noqa: ANN401
    """The reply to an operator's sign-in, with the right or a wrong password."""
    device = device or Device(world)
    world.control("begin_login", email, False)
    kept = world.value(
        "select max(password_hash) from data.cc_users where lower(email) = lower(btrim(%s))", email
    )
    password_hash = kept if right else f"{PASSWORD_SALT}$wrong"
    return world.control("finish_login", email, password_hash, None, device.id, hashed(device.token))


def refusal(reply: Row) -> tuple[int, str]:
    """Status and slug of a refusal returned as a reply."""
    assert reply.keys() == {"refusal"}
    assert reply["refusal"]["sentence"].endswith(".")
    return reply["refusal"]["status"], reply["refusal"]["slug"]
