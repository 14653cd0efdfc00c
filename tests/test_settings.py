"""Settings are read from the environment; a wrong one is named in one Chinese sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import MEMORY, Settings, SettingsError, load_settings, settings_table, unknown_settings

GOOD = [
    ("FAQ_PRECISION", "0.95", "precision", 0.95),
    ("FAQ_STRANGERS", "0.35", "strangers", 0.35),
    ("FAQ_STRANGERS", "0", "strangers", 0.0),
    ("FAQ_RATE_LIMIT", "0", "rate_limit", 0),
    ("FAQ_RATE_LIMIT", "", "rate_limit", 30),
    ("FAQ_RECORDS", "/tmp/r.sqlite", "records", Path("/tmp/r.sqlite")),
    ("FAQ_RECORDS", "", "records", None),
    ("FAQ_PROXY", "1", "proxy", True),
    ("FAQ_CORS", "https://a.cn/, https://b.cn", "cors", ("https://a.cn", "https://b.cn")),
    ("FAQ_CORS", "*", "cors", ("*",)),
    ("FAQ_CORS", "http://[::1]:8080", "cors", ("http://[::1]:8080",)),
    ("FAQ_FRAMES", "https://a.cn,https://*.b.cn", "frames", ("https://a.cn", "https://*.b.cn")),
    ("FAQ_LOG_LEVEL", "WARNING", "log_level", "warning"),
    ("FAQ_INDEX", "somewhere", "index", Path("somewhere")),
    ("HOST", "0.0.0.0", "host", "0.0.0.0"),
    ("PORT", "9000", "port", 9000),
    ("FAQ_PORT", "9001", "port", 9001),
    ("FAQ_STORE", "state/store.sqlite", "store", Path("state/store.sqlite")),
    ("FAQ_STORE", "memory", "store", MEMORY),
    ("FAQ_REDIS_URL", "", "redis_url", None),
]
BAD = [
    ("FAQ_PRECISION", "很高"),
    ("FAQ_PRECISION", "1.5"),
    ("FAQ_PRECISION", "nan"),
    ("FAQ_STRANGERS", "1"),
    ("FAQ_STRANGERS", "-0.1"),
    ("FAQ_STRANGERS", "两成"),
    ("FAQ_RATE_LIMIT", "-1"),
    ("FAQ_RATE_LIMIT", "三十"),
    ("FAQ_PROXY", "maybe"),
    ("FAQ_CORS", "example.cn"),
    ("FAQ_CORS", "https://a.cn/page"),
    ("FAQ_FRAMES", "https://a.cn; script-src *"),
    ("FAQ_LOG_LEVEL", "loud"),
    ("PORT", "70000"),
    ("PORT", "http"),
]
REDIS = [
    ("redis://localhost", True),
    ("redis://localhost/", True),
    ("redis://127.0.0.1:6379/0", True),
    ("redis://[::1]:6379/15", True),
    ("redis://:p%40ss@redis.example.cn:6380/2", True),
    ("rediss://user:pass@redis.example.cn", True),
    ("unix:///run/redis/redis.sock", True),
    ("localhost:6379", False),
    ("localhost", False),
    ("http://localhost:6379", False),
    ("redis://", False),
    ("redis://:6379", False),
    ("redis://localhost:port", False),
    ("redis://localhost:70000", False),
    ("redis://localhost:0", False),
    ("redis://localhost/first", False),
    ("redis://localhost/0/1", False),
    ("redis://[::1", False),
    ("redis://localhost?socket_timeout=60", False),
    ("unix://", False),
    ("unix://redis.sock", False),
]


def test_defaults() -> None:
    settings = load_settings()
    assert (settings.precision, settings.rate_limit, settings.records, settings.cors) == (0.98, 30, None, ())
    assert (settings.host, settings.port, settings.proxy) == ("127.0.0.1", 8000, False)
    assert settings.index.parts[-2:] == ("index", "built")


@pytest.mark.parametrize(("name", "value", "field", "expected"), GOOD)
def test_good_values(monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, expected: object) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(), field) == expected


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_values_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert name in message and value in message and message.endswith("。") and "\n" not in message


@pytest.mark.parametrize(("url", "good"), REDIS)
def test_the_address_of_redis(monkeypatch: pytest.MonkeyPatch, url: str, good: bool) -> None:
    monkeypatch.setenv("FAQ_REDIS_URL", url)
    if good:
        address = load_settings().redis_url
        assert address is not None and address.get_secret_value() == url
        return
    with pytest.raises(SettingsError, match="FAQ_REDIS_URL") as caught:
        load_settings()
    assert url in str(caught.value)


@pytest.mark.parametrize("url", ["redis://:secret@host/x", "redis:secret@host", "http://u:se@cret@h", "secret@"])
def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FAQ_REDIS_URL", url)
    with pytest.raises(SettingsError, match=r"FAQ_REDIS_URL.*…@") as caught:
        load_settings()
    assert "se" not in str(caught.value).partition("不能用")[0]
    monkeypatch.setenv("FAQ_REDIS_URL", "redis://:secret@host")
    assert "secret" not in repr(load_settings())


@pytest.mark.parametrize(
    ("given", "folder"),
    [("/var/state", "/var/state"), ("", "/srv/clerk/.local/state"), ("here", "/srv/clerk/.local/state")],
)
def test_where_the_store_lies(monkeypatch: pytest.MonkeyPatch, given: str, folder: str) -> None:
    monkeypatch.delenv("FAQ_STORE")
    monkeypatch.setenv("HOME", "/srv/clerk")
    monkeypatch.setenv("XDG_STATE_HOME", given)
    assert load_settings().store == Path(folder) / "shaoer-yibao-faq" / "store.sqlite"


def test_an_account_without_a_home_keeps_its_store_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("FAQ_STORE")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert load_settings().store == MEMORY


def test_given_values_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert load_settings(port="9100").port == 9100
    with pytest.raises(SettingsError, match="FAQ_PORT"):
        load_settings(port="x")


def test_every_setting_has_a_help() -> None:
    table = settings_table()
    assert len(table) == len(Settings.model_fields)
    assert all(row.name.startswith("FAQ_") and row.help for row in table)
    assert {row.name: row.default for row in table}["FAQ_PRECISION"] == "0.98"


def test_slips_of_the_pen_are_found() -> None:
    environ = {"FAQ_RATELIMIT": "3", "FAQ_MODEL": "m", "FAQ_CORS": "*", "HOME": "/"}
    assert unknown_settings(environ) == ("FAQ_RATELIMIT",)
