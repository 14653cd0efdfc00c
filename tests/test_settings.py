"""Settings are read from the environment; a wrong one is named in one Chinese sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings, settings_table, unknown_settings

GOOD = [
    ("FAQ_PRECISION", "0.95", "precision", 0.95),
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
]
BAD = [
    ("FAQ_PRECISION", "很高"),
    ("FAQ_PRECISION", "1.5"),
    ("FAQ_PRECISION", "nan"),
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
