from ipaddress import ip_network
from pathlib import Path

import pytest

from app.settings import (
    DEVELOPMENT_OPERATOR_SECRET,
    DEVELOPMENT_SECRET,
    MISSING,
    VARIABLES,
    JwtKey,
    Settings,
    SettingsError,
)

SECRET = "s" * 32
SENDER = "https://user:hunter2@codes.example/send"
PRODUCTION = {
    "CURHAT_ENV": "production",
    "CURHAT_JWT_KEYS": f"k1:{SECRET}",
    "CURHAT_OPERATOR_JWT_KEYS": f"o1:{SECRET}-of-operators",
    "CURHAT_OTP_SENDER": SENDER,
    "CURHAT_PAYMENTS": "midtrans",
    "CURHAT_MIDTRANS_SERVER_KEY": "SB-Mid-server-abc",
}


def test_an_empty_environment_means_development_with_everything_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({})

    assert (settings.env, settings.home, settings.workers) == ("development", tmp_path / ".curhat", 2)
    assert (settings.host, settings.public_port) == ("127.0.0.1", 3000)
    assert (settings.internal_host, settings.internal_port) == ("127.0.0.1", 3001)
    assert (settings.database_url, settings.redis_url) == ("", "")
    assert settings.demo
    assert settings.cors_origins == ("http://localhost:5173",)
    assert settings.otp_sender == "log"
    assert [key.secret for key in settings.jwt_keys] == [DEVELOPMENT_SECRET]
    assert [key.secret for key in settings.operator_jwt_keys] == [DEVELOPMENT_OPERATOR_SECRET]


def test_an_empty_variable_counts_as_not_set() -> None:
    empty = dict.fromkeys(("CURHAT_DATABASE_URL", "CURHAT_WORKERS", "CURHAT_DEMO", "CURHAT_ENV"), "")
    assert Settings.from_environment(empty) == Settings.from_environment({})


def test_production_has_no_demo_people_and_no_origin_of_its_own_accord() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert not settings.demo
    assert settings.cors_origins == ()


def test_the_first_key_signs_and_all_are_kept() -> None:
    settings = Settings.from_environment({"CURHAT_JWT_KEYS": f"new:{SECRET}, old:{SECRET}:with colon"})
    assert settings.jwt_keys == (JwtKey("new", SECRET), JwtKey("old", f"{SECRET}:with colon"))


@pytest.mark.parametrize(
    ("given", "demo"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("no", False)]
)
def test_demo_is_a_switch(given: str, demo: bool) -> None:
    assert Settings.from_environment({"CURHAT_DEMO": given}).demo is demo


ALL_SET = {
    "CURHAT_ENV": "production",
    "CURHAT_HOME": "/srv/curhat",
    "CURHAT_PUBLIC_PORT": "8000",
    "CURHAT_INTERNAL_PORT": "8001",
    "CURHAT_HOST": "10.0.0.1",
    "CURHAT_INTERNAL_HOST": "::1",
    "CURHAT_DEMO": "on",
    "CURHAT_DATABASE_URL": "postgresql://curhat:pass%20word@db/curhat",
    "CURHAT_INTERNAL_DATABASE_URL": "postgresql://curhat_internal:pass%20word@db/curhat",
    "CURHAT_REDIS_URL": "rediss://cache:6380/2",
    "CURHAT_POSTGRES": "/opt/postgresql/bin",
    "CURHAT_WORKERS": "7",
    "CURHAT_JWT_KEYS": f"new:{SECRET},old:{SECRET}:with colon",
    "CURHAT_OPERATOR_JWT_KEYS": f"operators:{SECRET}-of-operators",
    "CURHAT_CORS_ORIGINS": "https://a.example,https://b.example:444",
    "CURHAT_TRUSTED_PROXIES": "10.0.0.5,10.1.0.0/16",
    "CURHAT_METRICS_TOKEN": "a-token-of-some-length",
    "CURHAT_OTP_SENDER": "https://sms.example/send",
    "CURHAT_PAYMENTS": "xendit",
    "CURHAT_MIDTRANS_SERVER_KEY": "Mid-server-abc",
    "CURHAT_MIDTRANS_URL": "https://midtrans.example",
    "CURHAT_XENDIT_SECRET_KEY": "xnd_production_abc",
    "CURHAT_XENDIT_CALLBACK_TOKEN": "a-callback-token",
    "CURHAT_XENDIT_URL": "https://xendit.example",
}


def test_every_variable_is_handed_on_to_a_process_of_ours() -> None:
    assert set(ALL_SET) == set(VARIABLES)
    settings, unset = Settings.from_environment(ALL_SET), Settings.from_environment({})
    same = [name for name in Settings.__slots__ if getattr(settings, name) == getattr(unset, name)]
    assert same == ["demo"]
    assert Settings.from_environment(settings.environment()) == settings
    assert Settings.from_environment(unset.environment()) == unset


def test_proxies_are_addresses_and_networks() -> None:
    settings = Settings.from_environment({"CURHAT_TRUSTED_PROXIES": "10.0.0.5, 10.1.0.0/16,2001:db8::/32"})
    assert settings.trusted_proxies == tuple(map(ip_network, ("10.0.0.5/32", "10.1.0.0/16", "2001:db8::/32")))
    assert Settings.from_environment({}).trusted_proxies == ()


WRONG = [
    ("CURHAT_ENV", "staging"),
    ("CURHAT_PUBLIC_PORT", "http"),
    ("CURHAT_PUBLIC_PORT", "0"),
    ("CURHAT_PUBLIC_PORT", "65536"),
    ("CURHAT_PUBLIC_PORT", "-1"),
    ("CURHAT_PUBLIC_PORT", "٣٠٠٠"),
    ("CURHAT_INTERNAL_PORT", "3000"),
    ("CURHAT_HOST", "http://localhost"),
    ("CURHAT_INTERNAL_HOST", "a b"),
    ("CURHAT_DEMO", "maybe"),
    ("CURHAT_POSTGRES", "newest"),
    ("CURHAT_WORKERS", "0"),
    ("CURHAT_WORKERS", "two"),
    ("CURHAT_DATABASE_URL", "mysql://user:hunter2@host/db"),
    ("CURHAT_DATABASE_URL", "host=localhost password=hunter2"),
    ("CURHAT_DATABASE_URL", "postgresql://[hunter2/db"),
    ("CURHAT_DATABASE_URL", "postgresql://u:hunter2%zz@db/curhat"),
    ("CURHAT_DATABASE_URL", "postgresql://u:hunter2/@db/curhat"),
    ("CURHAT_DATABASE_URL", "postgresql://db/curhat?sslmod=hunter2"),
    ("CURHAT_DATABASE_URL", "postgresql://db:70000/curhat"),
    ("CURHAT_DATABASE_URL", "postgresql://db1,db2,db3/curhat?port=1,2"),
    ("CURHAT_REDIS_URL", "hunter2@localhost:6379"),
    ("CURHAT_REDIS_URL", "redis://:hunter2/@cache"),
    ("CURHAT_REDIS_URL", "redis://cache?socket_timeout=hunter2"),
    ("CURHAT_REDIS_URL", "redis://cache?hunter2=yes"),
    ("CURHAT_JWT_KEYS", "hunter2"),
    ("CURHAT_JWT_KEYS", "k1:hunter2"),
    ("CURHAT_JWT_KEYS", f":{SECRET}"),
    ("CURHAT_JWT_KEYS", f"k1:{SECRET},k1:{SECRET}"),
    ("CURHAT_JWT_KEYS", f"k1:{SECRET},"),
    ("CURHAT_CORS_ORIGINS", "*"),
    ("CURHAT_CORS_ORIGINS", "https://example.com/"),
    ("CURHAT_CORS_ORIGINS", "https://example.com,ftp://example.com"),
    ("CURHAT_CORS_ORIGINS", "https://user@example.com"),
    ("CURHAT_CORS_ORIGINS", "https://[example"),
    ("CURHAT_CORS_ORIGINS", "https://Example.com"),
    ("CURHAT_CORS_ORIGINS", "https://example.com:443"),
    ("CURHAT_CORS_ORIGINS", "http://example.com:80"),
    ("CURHAT_CORS_ORIGINS", "https://caf\xe9.example"),
    ("CURHAT_METRICS_TOKEN", "hunter2"),
    ("CURHAT_METRICS_TOKEN", "hunter2 hunter2 hunter2"),
    ("CURHAT_METRICS_TOKEN", "hunter2hunter2hunter\xe9"),
    ("CURHAT_TRUSTED_PROXIES", "nginx"),
    ("CURHAT_TRUSTED_PROXIES", "10.0.0.1/8"),
    ("CURHAT_TRUSTED_PROXIES", "10.0.0.1,"),
    ("CURHAT_TRUSTED_PROXIES", "0.0.0.0/0"),
    ("CURHAT_TRUSTED_PROXIES", "10.0.0.1,::/0"),
    ("CURHAT_OTP_SENDER", "smtp"),
    ("CURHAT_OTP_SENDER", "https://"),
    ("CURHAT_OTP_SENDER", "https://:hunter2@"),
    ("CURHAT_OTP_SENDER", "https://[hunter2"),
    ("CURHAT_OTP_SENDER", "codes.example/hunter2"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_told_in_one_sentence_that_names_the_variable_and_no_secret(
    name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: value})
    sentence = str(caught.value)
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hunter2" not in sentence


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="CURHAT_HOME"):
        Settings.from_environment({"CURHAT_HOME": str(tmp_path / "file")})


@pytest.mark.parametrize(
    "keys", [f"development:{SECRET}", f"k1:{DEVELOPMENT_SECRET}", f"k1:{SECRET},k2:{DEVELOPMENT_SECRET}"]
)
def test_production_refuses_development_keys(keys: str) -> None:
    with pytest.raises(SettingsError, match="CURHAT_JWT_KEYS"):
        Settings.from_environment({"CURHAT_ENV": "production", "CURHAT_JWT_KEYS": keys})


def test_production_writes_no_codes_into_a_log() -> None:
    with pytest.raises(SettingsError, match="CURHAT_OTP_SENDER"):
        Settings.from_environment({**PRODUCTION, "CURHAT_OTP_SENDER": "log"})
    assert Settings.from_environment(PRODUCTION).otp_sender == SENDER


@pytest.mark.parametrize("name", MISSING)
def test_what_only_some_processes_need_is_missing_in_production_when_it_is_demanded(name: str) -> None:
    settings = Settings.from_environment({**PRODUCTION, name: ""})
    assert Settings.from_environment(settings.environment()) == settings
    with pytest.raises(SettingsError) as caught:
        settings.demand(*MISSING)
    assert str(caught.value) == MISSING[name]
    for well in (Settings.from_environment(PRODUCTION), Settings.from_environment({})):
        well.demand(*MISSING)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings.from_environment(
        {
            **PRODUCTION,
            "CURHAT_DATABASE_URL": "postgresql://u:hunter2@h/d",
            "CURHAT_REDIS_URL": "redis://:hunter2@h",
        }
    )
    assert "hunter2" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("people", "operators"),
    [
        (f"k:{SECRET}", f"k:{SECRET}-of-operators"),
        (f"k:{SECRET}", f"o:{SECRET}"),
        (f"old:{SECRET}-old,new:{SECRET}", f"o:{SECRET}-of-operators,p:{SECRET}-old"),
    ],
)
def test_no_key_makes_tokens_of_operators_and_of_others(people: str, operators: str) -> None:
    with pytest.raises(SettingsError, match="CURHAT_OPERATOR_JWT_KEYS"):
        Settings.from_environment({"CURHAT_JWT_KEYS": people, "CURHAT_OPERATOR_JWT_KEYS": operators})


def test_the_internal_listeners_database_needs_the_other(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CURHAT_DATABASE_URL"):
        Settings.from_environment({"CURHAT_INTERNAL_DATABASE_URL": "postgresql://127.0.0.1/curhat"})
