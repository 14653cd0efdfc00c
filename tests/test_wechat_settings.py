"""The account's settings: whole or not at all, and no secret is ever shown."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from bot.settings import Settings, SettingsError, load_settings
from tests.support.wechat_fixtures import ACCOUNT, APPID, KEY, OLD_KEY, TOKEN

GOOD = {
    "FAQ_WECHAT_TOKEN": TOKEN,
    "FAQ_WECHAT_ENCODING_AES_KEY": KEY,
    "FAQ_WECHAT_PREVIOUS_ENCODING_AES_KEY": OLD_KEY,
    "FAQ_WECHAT_APPID": APPID,
    "FAQ_WECHAT_ORIGINAL_ID": ACCOUNT,
}


def load(monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str]) -> Settings:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {**GOOD, "FAQ_PUBLIC_URL": "https://faq.example.cn/", "FAQ_WECHAT_MODE": "compat"})
    assert settings.public_url == "https://faq.example.cn" and settings.wechat_mode == "compat"
    assert (settings.wechat_deadline, settings.wechat_window, settings.wechat_staff) == (4.0, 300, False)
    for secret in (TOKEN, KEY, OLD_KEY):
        assert secret not in repr(settings)


@pytest.mark.parametrize("key", ["A" * 43, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"])
def test_keys_whose_last_sign_is_not_canonical(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    assert load(monkeypatch, {**GOOD, "FAQ_WECHAT_ENCODING_AES_KEY": key}).wechat_encoding_aes_key


BAD = [
    ("42 signs", "FAQ_WECHAT_ENCODING_AES_KEY", KEY[:42]),
    ("44 signs", "FAQ_WECHAT_ENCODING_AES_KEY", KEY + "a"),
    ("a plus", "FAQ_WECHAT_ENCODING_AES_KEY", KEY[:42] + "+"),
    ("a space", "FAQ_WECHAT_ENCODING_AES_KEY", KEY + " "),
    ("old key too short", "FAQ_WECHAT_PREVIOUS_ENCODING_AES_KEY", OLD_KEY[:42]),
    ("short token", "FAQ_WECHAT_TOKEN", "ab"),
    ("long token", "FAQ_WECHAT_TOKEN", "a" * 33),
    ("Chinese token", "FAQ_WECHAT_TOKEN", "令牌令牌"),
    ("appid", "FAQ_WECHAT_APPID", "1234567890"),
    ("original id", "FAQ_WECHAT_ORIGINAL_ID", "shenzhenyibao"),
    ("mode", "FAQ_WECHAT_MODE", "安全"),
    ("deadline", "FAQ_WECHAT_DEADLINE", "5"),
    ("no deadline", "FAQ_WECHAT_DEADLINE", "0"),
    ("window", "FAQ_WECHAT_WINDOW", "0"),
    ("staff", "FAQ_WECHAT_STAFF", "maybe"),
    ("address without scheme", "FAQ_PUBLIC_URL", "faq.example.cn"),
    ("address with a path", "FAQ_PUBLIC_URL", "https://faq.example.cn/answers"),
    ("address with a quote", "FAQ_PUBLIC_URL", 'https://a.cn"onclick="x'),
]


@pytest.mark.parametrize(("name", "value"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_item_56_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, {**GOOD, name: value})
    message = str(caught.value)
    assert name in message and message.endswith("。") and "\n" not in message
    if "KEY" in name or "TOKEN" in name:
        assert value not in message and value[:42] not in message


MISSING = [
    ("FAQ_WECHAT_TOKEN", ["FAQ_WECHAT_TOKEN"]),
    ("FAQ_WECHAT_ENCODING_AES_KEY", ["FAQ_WECHAT_ENCODING_AES_KEY"]),
    ("FAQ_WECHAT_APPID", ["FAQ_WECHAT_APPID"]),
    ("FAQ_WECHAT_ORIGINAL_ID", ["FAQ_WECHAT_ORIGINAL_ID"]),
]


@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize(("name", "named"), MISSING)
def test_item_56_half_an_account_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, named: list[str], empty: bool
) -> None:
    environ = {key: value for key, value in GOOD.items() if key != name} | ({name: ""} if empty else {})
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, environ)
    assert all(one in str(caught.value) for one in named)
    assert not [secret for secret in (TOKEN, KEY, OLD_KEY) if secret in str(caught.value)]


def test_plain_mode_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {name: GOOD[name] for name in ("FAQ_WECHAT_TOKEN", "FAQ_WECHAT_ORIGINAL_ID")}
    assert load(monkeypatch, {**environ, "FAQ_WECHAT_MODE": "plain"}).wechat_mode == "plain"


def test_without_an_account_nothing_is_needed() -> None:
    assert load_settings().wechat_token is None


def test_item_56_the_server_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "FAQ_WECHAT_ENCODING_AES_KEY": KEY[:42]}.items():
        monkeypatch.setenv(name, value)
    done = subprocess.run([sys.executable, "-m", "bot", "serve"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "FAQ_WECHAT_ENCODING_AES_KEY" in done.stderr and "Traceback" not in done.stderr
    assert KEY[:42] not in done.stderr + done.stdout
