"""What the environment asks for, parsed once into one frozen object.

Every variable is named ``CURHAT_…``; an empty one counts as not set. A value that cannot be used raises
`SettingsError`, whose text is one sentence that names the variable; the command line prints it and exits
with 2. Nothing else in the project reads these variables.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypedDict
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg.conninfo import conninfo_to_dict

from app.failure import Failure

Environment = Literal["development", "production"]
Payments = Literal["pretend", "midtrans", "xendit"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEVELOPMENT_KEY_ID = "development"
DEVELOPMENT_SECRET = "curhat-development-key-known-to-everybody"
DEVELOPMENT_OPERATOR_KEY_ID = "development-operators"
DEVELOPMENT_OPERATOR_SECRET = "curhat-development-key-of-operators-known-to-everybody"
PAYMENTS: Mapping[str, Payments] = {"pretend": "pretend", "midtrans": "midtrans", "xendit": "xendit"}
OTP_LOG = "log"
LOCAL_PROVIDER_URL = "http://127.0.0.1:3002"
LOCAL_PROVIDER_KEY = "curhat-local-provider-key"
DEFAULT_PORTS = {"http": 80, "https": 443}
DEVELOPMENT_CORS_ORIGINS = ("http://localhost:5173",)
SHORTEST_METRICS_TOKEN = 16  # bytes
SHORTEST_SECRET = 32  # bytes; RFC 7518 §3.2: a key of at least the hash's size for HS256
MOST_WORKERS = 64

VARIABLES = (
    "CURHAT_ENV",
    "CURHAT_HOME",
    "CURHAT_PUBLIC_PORT",
    "CURHAT_INTERNAL_PORT",
    "CURHAT_HOST",
    "CURHAT_INTERNAL_HOST",
    "CURHAT_DEMO",
    "CURHAT_DATABASE_URL",
    "CURHAT_INTERNAL_DATABASE_URL",
    "CURHAT_REDIS_URL",
    "CURHAT_POSTGRES",
    "CURHAT_WORKERS",
    "CURHAT_JWT_KEYS",
    "CURHAT_OPERATOR_JWT_KEYS",
    "CURHAT_CORS_ORIGINS",
    "CURHAT_TRUSTED_PROXIES",
    "CURHAT_METRICS_TOKEN",
    "CURHAT_OTP_SENDER",
    "CURHAT_PAYMENTS",
    "CURHAT_MIDTRANS_SERVER_KEY",
    "CURHAT_MIDTRANS_URL",
    "CURHAT_XENDIT_SECRET_KEY",
    "CURHAT_XENDIT_CALLBACK_TOKEN",
    "CURHAT_XENDIT_URL",
)


# What there is no default for in production, where not every process needs it.
MISSING = {
    "CURHAT_JWT_KEYS": "CURHAT_JWT_KEYS must be set in production, as kid:secret,kid:secret.",
    "CURHAT_OPERATOR_JWT_KEYS": (
        "CURHAT_OPERATOR_JWT_KEYS must be set in production, as kid:secret,kid:secret."
    ),
    "CURHAT_PAYMENTS": "CURHAT_PAYMENTS must be set in production, to midtrans or xendit.",
    "CURHAT_OTP_SENDER": "CURHAT_OTP_SENDER must be set in production, to the http(s) address of a webhook.",
}


class SettingsError(Failure):
    """A setting that cannot be used; the text is one sentence that names the variable."""


@dataclass(frozen=True, slots=True)
class JwtKey:
    """A key that signs or checks access tokens (HS256)."""

    kid: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside.

    `database_url` and `redis_url` are empty when the embedded servers are meant; `internal_database_url` is where the
    internal listener goes instead of `database_url`, empty for the same. `postgres` says which Postgres the embedded
    one is: a major or the directory of its programs, empty for the best that is installed. The first of `jwt_keys`
    signs for customers and mitras, all of them verify; those of operators are `operator_jwt_keys`, and no key is in
    both. `trusted_proxies` are believed in whom they speak for. `otp_sender` is ``log`` (never in production) or the
    http(s) address of a webhook, which may hold a password. In production keys and sender may be empty, for a process
    that does not `demand` them. `home` is an absolute path. `metrics_token` is what whoever scrapes must show, empty
    for none.
    """

    env: Environment
    home: Path
    public_port: int
    internal_port: int
    host: str
    internal_host: str
    demo: bool
    database_url: str = field(repr=False)
    internal_database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    postgres: str
    workers: int
    jwt_keys: tuple[JwtKey, ...]
    operator_jwt_keys: tuple[JwtKey, ...]
    cors_origins: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    metrics_token: str = field(repr=False)
    otp_sender: str = field(repr=False)
    payments: Payments | Literal[""]
    midtrans_server_key: str = field(repr=False)
    midtrans_url: str
    xendit_secret_key: str = field(repr=False)
    xendit_callback_token: str = field(repr=False)
    xendit_url: str

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def calls_providers(self) -> bool:
        """Whether there is a payment provider to call: the one in use, or one whose charges are still open."""
        return self.payments != "pretend" or any(
            key not in ("", LOCAL_PROVIDER_KEY) for key in (self.midtrans_server_key, self.xendit_secret_key)
        )

    @property
    def log_dir(self) -> Path:
        """Where every long-lived process writes ``<name>.log``."""
        return self.home / "log"

    def demand(self, *names: str) -> None:
        """Raise SettingsError when one of these, of `MISSING`, is not set."""
        given = self.environment()
        for name in names:
            if not given[name]:
                raise SettingsError(MISSING[name])

    def environment(self) -> dict[str, str]:
        """The variables that say all of this to a process of ours: `from_environment` gives it back."""
        return {
            "CURHAT_ENV": self.env,
            "CURHAT_HOME": str(self.home),
            "CURHAT_PUBLIC_PORT": str(self.public_port),
            "CURHAT_INTERNAL_PORT": str(self.internal_port),
            "CURHAT_HOST": self.host,
            "CURHAT_INTERNAL_HOST": self.internal_host,
            "CURHAT_DEMO": "on" if self.demo else "off",
            "CURHAT_DATABASE_URL": self.database_url,
            "CURHAT_INTERNAL_DATABASE_URL": self.internal_database_url,
            "CURHAT_REDIS_URL": self.redis_url,
            "CURHAT_POSTGRES": self.postgres,
            "CURHAT_WORKERS": str(self.workers),
            "CURHAT_JWT_KEYS": _written(self.jwt_keys),
            "CURHAT_OPERATOR_JWT_KEYS": _written(self.operator_jwt_keys),
            "CURHAT_CORS_ORIGINS": ",".join(self.cors_origins),
            "CURHAT_TRUSTED_PROXIES": ",".join(map(str, self.trusted_proxies)),
            "CURHAT_METRICS_TOKEN": self.metrics_token,
            "CURHAT_OTP_SENDER": self.otp_sender,
            "CURHAT_PAYMENTS": self.payments,
            "CURHAT_MIDTRANS_SERVER_KEY": self.midtrans_server_key,
            "CURHAT_MIDTRANS_URL": self.midtrans_url,
            "CURHAT_XENDIT_SECRET_KEY": self.xendit_secret_key,
            "CURHAT_XENDIT_CALLBACK_TOKEN": self.xendit_callback_token,
            "CURHAT_XENDIT_URL": self.xendit_url,
        }

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Parse `environ` (default: the environment of this process).

        Raises:
            SettingsError: a value cannot be used.
        """
        given = os.environ if environ is None else environ
        values = {name: given.get(name, "").strip() for name in VARIABLES}

        env = _environment(values["CURHAT_ENV"] or "development")
        public_port = _port("CURHAT_PUBLIC_PORT", values["CURHAT_PUBLIC_PORT"] or "3000")
        internal_port = _port("CURHAT_INTERNAL_PORT", values["CURHAT_INTERNAL_PORT"] or "3001")
        if public_port == internal_port:
            raise SettingsError(
                f"CURHAT_INTERNAL_PORT must differ from CURHAT_PUBLIC_PORT, but both are {public_port}."
            )
        jwt_keys = _jwt_keys("CURHAT_JWT_KEYS", values["CURHAT_JWT_KEYS"], env)
        operator_jwt_keys = _jwt_keys("CURHAT_OPERATOR_JWT_KEYS", values["CURHAT_OPERATOR_JWT_KEYS"], env)
        _check_apart(jwt_keys, operator_jwt_keys)
        if values["CURHAT_INTERNAL_DATABASE_URL"] and not values["CURHAT_DATABASE_URL"]:
            raise SettingsError("CURHAT_INTERNAL_DATABASE_URL is set, so CURHAT_DATABASE_URL must be, too.")
        return cls(
            env=env,
            home=_home(values["CURHAT_HOME"] or ".curhat"),
            public_port=public_port,
            internal_port=internal_port,
            host=_host("CURHAT_HOST", values["CURHAT_HOST"] or "127.0.0.1"),
            internal_host=_host("CURHAT_INTERNAL_HOST", values["CURHAT_INTERNAL_HOST"] or "127.0.0.1"),
            demo=_switch("CURHAT_DEMO", values["CURHAT_DEMO"], default=env == "development"),
            database_url=_url(
                "CURHAT_DATABASE_URL", values["CURHAT_DATABASE_URL"], ("postgresql", "postgres"), _is_postgres
            ),
            internal_database_url=_url(
                "CURHAT_INTERNAL_DATABASE_URL",
                values["CURHAT_INTERNAL_DATABASE_URL"],
                ("postgresql", "postgres"),
                _is_postgres,
            ),
            redis_url=_url(
                "CURHAT_REDIS_URL", values["CURHAT_REDIS_URL"], ("redis", "rediss", "unix"), _is_redis
            ),
            postgres=_postgres(values["CURHAT_POSTGRES"]),
            workers=_whole("CURHAT_WORKERS", values["CURHAT_WORKERS"] or "2", 1, MOST_WORKERS),
            jwt_keys=jwt_keys,
            operator_jwt_keys=operator_jwt_keys,
            cors_origins=_cors_origins(values["CURHAT_CORS_ORIGINS"], env),
            trusted_proxies=_networks("CURHAT_TRUSTED_PROXIES", values["CURHAT_TRUSTED_PROXIES"]),
            metrics_token=_metrics_token(values["CURHAT_METRICS_TOKEN"]),
            otp_sender=_otp_sender(values["CURHAT_OTP_SENDER"], env),
            payments=_payments(values["CURHAT_PAYMENTS"], env),
            **_providers(values, env),
        )


def _environment(value: str) -> Environment:
    if value == "development":
        return "development"
    if value == "production":
        return "production"
    raise SettingsError(f"CURHAT_ENV must be development or production, not {value!r}.")


def _home(value: str) -> Path:
    try:
        home = Path(value).expanduser().absolute()
    except RuntimeError as error:
        raise SettingsError(f"CURHAT_HOME must be a directory, not {value!r}: {error}.") from error
    try:
        is_file = home.exists() and not home.is_dir()
    except OSError as error:  # up to Python 3.13 `exists` says so when a directory above is closed to us
        raise SettingsError(f"CURHAT_HOME {home} cannot be read: {error.strerror}.") from error
    if is_file:
        raise SettingsError(f"CURHAT_HOME must be a directory, but {value!r} is a file.")
    return home


def _whole(name: str, value: str, lowest: int, highest: int) -> int:
    if value.isascii() and value.isdigit() and lowest <= int(value) <= highest:
        return int(value)
    raise SettingsError(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}.")


def _port(name: str, value: str) -> int:
    return _whole(name, value, 1, 65535)


def _host(name: str, value: str) -> str:
    if any(character.isspace() or character in "/@" for character in value):
        raise SettingsError(f"{name} must be a host name or an address, not {value!r}.")
    return value


def _switch(name: str, value: str, *, default: bool) -> bool:
    if not value:
        return default
    if value.lower() in ("on", "true", "yes", "1"):
        return True
    if value.lower() in ("off", "false", "no", "0"):
        return False
    raise SettingsError(f"{name} must be on or off, not {value!r}.")


def _url(name: str, value: str, schemes: tuple[str, ...], is_address: Callable[[str], bool]) -> str:
    """The address as given; the sentence of a wrong one does not show it, for it may hold a password."""
    if not value:
        return ""
    try:
        scheme = urlsplit(value).scheme
    except ValueError:
        scheme = ""
    if scheme not in schemes or not value.startswith(f"{scheme}://"):
        raise SettingsError(f"{name} must be an address that starts with {schemes[0]}://.")
    if not is_address(value):
        raise SettingsError(
            f"{name} cannot be read: it must have the form {schemes[0]}://user:password@host:port/database, special "
            "characters in it percent-encoded, with no option that is unknown."
        )
    return value


def _is_postgres(url: str) -> bool:
    """Whether libpq can read it, and the listeners: as many ports as servers, or one for all of them."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return False
    hosts, ports = (str(given.get(name) or "").split(",") for name in ("host", "port"))
    return len(ports) in (1, len(hosts)) and all(
        not port or (port.isascii() and port.isdigit() and 0 < int(port) < 65536) for port in ports
    )


def _is_redis(url: str) -> bool:
    try:
        redis.ConnectionPool.from_url(url).make_connection()  # it connects later
    except (ValueError, TypeError):
        return False
    return True


def _postgres(value: str) -> str:
    if not value or (value.isascii() and value.isdigit()):
        return value
    if os.sep in value:
        return str(Path(value).absolute())
    raise SettingsError(
        f"CURHAT_POSTGRES must be a major version such as 17, or the directory of a server's programs, not {value!r}."
    )


DEVELOPMENT_KEYS = {
    "CURHAT_JWT_KEYS": JwtKey(DEVELOPMENT_KEY_ID, DEVELOPMENT_SECRET),
    "CURHAT_OPERATOR_JWT_KEYS": JwtKey(DEVELOPMENT_OPERATOR_KEY_ID, DEVELOPMENT_OPERATOR_SECRET),
}


def _jwt_keys(name: str, value: str, env: Environment) -> tuple[JwtKey, ...]:
    if not value:
        return (DEVELOPMENT_KEYS[name],) if env == "development" else ()
    keys: dict[str, JwtKey] = {}
    for part in value.split(","):
        kid, colon, secret = part.strip().partition(":")
        if not colon or not kid or not secret:
            raise SettingsError(f"{name} must have the form kid:secret,kid:secret.")
        if kid in keys:
            raise SettingsError(f"{name} names the key {kid!r} twice.")
        if len(secret.encode()) < SHORTEST_SECRET:
            raise SettingsError(
                f"{name}: the secret of key {kid!r} must have at least {SHORTEST_SECRET} bytes."
            )
        if env == "production" and any(
            kid == key.kid or secret == key.secret for key in DEVELOPMENT_KEYS.values()
        ):
            raise SettingsError(f"{name} must not hold the development key in production.")
        keys[kid] = JwtKey(kid, secret)
    return tuple(keys.values())


def _check_apart(people: tuple[JwtKey, ...], operators: tuple[JwtKey, ...]) -> None:
    """Whoever has the key of one must not be able to make tokens of the other."""
    for key in operators:
        if any(key.kid == other.kid or key.secret == other.secret for other in people):
            raise SettingsError(
                f"CURHAT_OPERATOR_JWT_KEYS: the key {key.kid!r} is in CURHAT_JWT_KEYS, too, by its name or its secret."
            )


def _written(keys: tuple[JwtKey, ...]) -> str:
    return ",".join(f"{key.kid}:{key.secret}" for key in keys)


def _cors_origins(value: str, env: Environment) -> tuple[str, ...]:
    if not value:
        return DEVELOPMENT_CORS_ORIGINS if env == "development" else ()
    return tuple(_origin(part.strip()) for part in value.split(","))


def _origin(value: str) -> str:
    """An origin as browsers write it: written otherwise it would never be the one that they send."""
    try:
        parts = urlsplit(value)
        well_formed = (
            parts.hostname
            and parts.username is None
            and parts.port not in (0, DEFAULT_PORTS[parts.scheme])
            and value == f"{parts.scheme}://{parts.netloc}".lower()
            and value.isascii()
        )
    except (ValueError, KeyError):
        well_formed = False
    if not well_formed:
        raise SettingsError(
            f"CURHAT_CORS_ORIGINS must list origins such as https://example.com, and {value!r} is none."
        )
    return value


def _metrics_token(value: str) -> str:
    if value and (len(value) < SHORTEST_METRICS_TOKEN or not value.isascii() or any(map(str.isspace, value))):
        raise SettingsError(
            f"CURHAT_METRICS_TOKEN must have at least {SHORTEST_METRICS_TOKEN} ASCII characters and no space."
        )
    return value


def _networks(name: str, value: str) -> tuple[Network, ...]:
    return tuple(_network(name, part.strip()) for part in value.split(",")) if value else ()


def _network(name: str, value: str) -> Network:
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        raise SettingsError(
            f"{name} must list addresses and networks such as 10.0.0.5, 10.1.0.0/16, and {value!r} is neither."
        ) from error
    if network.prefixlen == 0:
        raise SettingsError(f"{name} must not be {value}: then anybody could say who they are.")
    return network


def _otp_sender(value: str, env: Environment) -> str:
    """As given; the sentence of a wrong one does not show it, for it may hold a password."""
    if not value:
        return OTP_LOG if env == "development" else ""
    if value == OTP_LOG:
        if env == "production":
            raise SettingsError(
                "CURHAT_OTP_SENDER must be the http(s) address of a webhook in production: a log is no place for codes."
            )
        return value
    if not _is_http(value):
        raise SettingsError("CURHAT_OTP_SENDER must be log, or the http(s) address of a webhook.")
    return value


def _payments(value: str, env: Environment) -> Payments | Literal[""]:
    if not value:
        return "pretend" if env == "development" else ""
    if value == "pretend" and env == "production":
        raise SettingsError(
            "CURHAT_PAYMENTS must not be pretend in production: then whoever says that they have paid, has."
        )
    if value not in PAYMENTS:
        raise SettingsError(f"CURHAT_PAYMENTS must be pretend, midtrans or xendit, not {value!r}.")
    return PAYMENTS[value]


class _Providers(TypedDict):
    midtrans_server_key: str
    midtrans_url: str
    xendit_secret_key: str
    xendit_callback_token: str
    xendit_url: str


def _providers(values: Mapping[str, str], env: Environment) -> _Providers:
    """Keys and addresses of the providers; in development, without a key, those of the local one."""
    payments = values["CURHAT_PAYMENTS"]
    midtrans, xendit = values["CURHAT_MIDTRANS_SERVER_KEY"], values["CURHAT_XENDIT_SECRET_KEY"]
    if env == "production":
        if payments == "midtrans" and not midtrans:
            raise SettingsError("CURHAT_MIDTRANS_SERVER_KEY must be set when CURHAT_PAYMENTS is midtrans.")
        if payments == "xendit" and not (xendit and values["CURHAT_XENDIT_CALLBACK_TOKEN"]):
            raise SettingsError(
                "CURHAT_XENDIT_SECRET_KEY and CURHAT_XENDIT_CALLBACK_TOKEN must be set when CURHAT_PAYMENTS is xendit."
            )
    local = "" if env == "production" else LOCAL_PROVIDER_KEY
    real_midtrans = f"https://api{'' if env == 'production' else '.sandbox'}.midtrans.com"
    return {
        "midtrans_server_key": midtrans or local,
        "midtrans_url": _http("CURHAT_MIDTRANS_URL", values["CURHAT_MIDTRANS_URL"])
        or (real_midtrans if midtrans or not local else LOCAL_PROVIDER_URL),
        "xendit_secret_key": xendit or local,
        "xendit_callback_token": values["CURHAT_XENDIT_CALLBACK_TOKEN"] or local,
        "xendit_url": _http("CURHAT_XENDIT_URL", values["CURHAT_XENDIT_URL"])
        or ("https://api.xendit.co" if xendit or not local else LOCAL_PROVIDER_URL),
    }


def _http(name: str, value: str) -> str:
    if value and not _is_http(value):
        raise SettingsError(f"{name} must be an http(s) address, not {value!r}.")
    return value.rstrip("/")


def _is_http(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
