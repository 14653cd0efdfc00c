"""The gate of the console: nobody comes in without a password, no form is taken from elsewhere."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from itsdangerous import URLSafeTimedSerializer

from bot.channels.admin.accounts import Accounts, AccountsError, line_for, parse
from bot.channels.admin.login import MOST_BYTES, Login
from bot.channels.app import create_app
from bot.channels.desk import Desk
from bot.settings import Settings
from tests.support.library import FakeEngine
from tests.support.pool_office import PASSWORD, Clerk, PoolEngine, texts

PAGES = ("", "/entries", "/entries/A1", "/new", "/trial", "/exam", "/years", "/publish", "/history")
FORMS = ("/save", "/similar", "/years", "/prove", "/publish", "/back", "/drop", "/out")


@pytest.fixture
def clerk(admin_settings: Settings) -> Iterator[Clerk]:
    with TestClient(create_app(admin_settings, PoolEngine())) as client:
        yield Clerk(client)


def test_without_a_list_of_people_there_is_no_console(settings: Settings) -> None:
    with TestClient(create_app(settings, FakeEngine())) as client:
        assert {client.get(f"/admin{path}").status_code for path in ("", "/in", "/style.css")} == {404}


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_asked_to_sign_in(clerk: Clerk, path: str) -> None:
    response = clerk.client.get(f"/admin{path}", follow_redirects=False)
    assert response.status_code == 303 and response.headers["location"].startswith("/admin/in")


@pytest.mark.parametrize("path", FORMS)
def test_strangers_change_nothing(clerk: Clerk, admin_settings: Settings, path: str) -> None:
    before = texts(admin_settings)
    assert clerk.client.post(f"/admin{path}", data={"id": "A1"}).status_code == 403
    assert texts(admin_settings) == before


def test_a_person_signs_in_goes_on_to_where_they_wanted_and_out_again(clerk: Clerk) -> None:
    form = {"name": "王敏", "password": PASSWORD, "next": "/admin/entries"}
    response = clerk.client.post("/admin/in", data=form, follow_redirects=False)
    assert response.status_code == 303 and response.headers["location"] == "/admin/entries"
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/admin" in cookie and "secure" not in cookie
    assert "王敏" in clerk.get("")
    kept = dict(clerk.client.cookies)
    assert clerk.post("/out").status_code == 200
    # The cookie that somebody copied is worth nothing either.
    clerk.client.cookies.update(kept)
    assert clerk.client.get("/admin", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "place", ["https://evil.example", "//evil.example", "/admin/\\evil", "/admin//evil.example", "/"]
)
def test_signing_in_leads_nowhere_else(clerk: Clerk, place: str) -> None:
    form = {"name": "王敏", "password": PASSWORD, "next": place}
    response = clerk.client.post("/admin/in", data=form, follow_redirects=False)
    assert response.headers["location"] == "/admin"


def test_behind_https_the_cookie_is_for_https_alone(admin_settings: Settings) -> None:
    settings = admin_settings.model_copy(update={"proxy": 1})
    with TestClient(create_app(settings, PoolEngine())) as client:
        form = {"name": "王敏", "password": PASSWORD}
        headers = {"x-forwarded-proto": "https"}
        response = client.post("/admin/in", data=form, headers=headers, follow_redirects=False)
    assert "; secure" in response.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("name", "password"), [("王敏", "wrong"), ("张三", PASSWORD), ("", ""), ("王敏" * 99, "x" * 5000)]
)
def test_a_wrong_password_is_told_and_tells_nothing(clerk: Clerk, name: str, password: str) -> None:
    response = clerk.sign_in(name, password)
    assert response.status_code == 403 and "名字或密码不对" in response.text and "set-cookie" not in response.headers
    assert password not in response.text or not password


def test_many_wrong_passwords_are_counted_not_tried(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(Accounts, "check", lambda self, name, password: bool(tried.append(password)))
    answers = [clerk.sign_in(password=str(number)) for number in range(100)]
    assert len(tried) == 10 and [answer.status_code for answer in answers[:11]] == [403] * 10 + [429]
    assert "分钟以后再试" in answers[-1].text


def test_a_person_stays_signed_in_while_others_try_their_name(clerk: Clerk) -> None:
    clerk.sign_in()
    other = Clerk(TestClient(clerk.client.app))
    for number in range(12):
        other.sign_in(password=str(number))
    assert "王敏" in clerk.get("/entries")


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "WyJcdTczOGIiXQ.x.y", "é", "0" * 5000])
def test_a_forged_cookie_is_a_strangers(clerk: Clerk, value: str) -> None:
    headers = {"cookie": f"faq_admin={value}".encode()}
    assert clerk.client.get("/admin", headers=headers, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("inside", ["王敏", ["王敏"], {"a": 1}, ["王敏", "1", ""], ["张三", "1", ""], [1, 2, 3], None])
def test_what_is_signed_but_no_visit_is_a_strangers(clerk: Clerk, admin_settings: Settings, inside: object) -> None:
    assert admin_settings.work
    key = (admin_settings.work / "key").read_bytes()
    value = URLSafeTimedSerializer(key, salt="faq-admin").dumps(inside)
    headers = {"cookie": f"faq_admin={value}"}
    assert clerk.client.get("/admin", headers=headers, follow_redirects=False).status_code == 303


def test_an_old_cookie_and_one_of_before_the_password_changed_are_strangers(
    clerk: Clerk, admin_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clerk.sign_in()
    with monkeypatch.context() as later:
        later.setattr("bot.channels.admin.login.LIFE_SECONDS", -1)
        assert clerk.client.get("/admin", follow_redirects=False).status_code == 303
    assert clerk.client.get("/admin").status_code == 200
    monkeypatch.setattr(Accounts, "seal", lambda self, name: "another")
    assert clerk.client.get("/admin", follow_redirects=False).status_code == 303


def test_a_form_without_its_token_changes_nothing(clerk: Clerk, admin_settings: Settings) -> None:
    clerk.sign_in()
    form = clerk.form("A1")
    before = texts(admin_settings)
    for token in ({}, {"token": ""}, {"token": "x"}, {"token": "é"}):
        response = clerk.client.post("/admin/save", data={**form, "similar": "改了", **token})
        assert response.status_code == 403 and "没有改动" in response.text
    assert texts(admin_settings) == before


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_from_another_website_changes_nothing(
    clerk: Clerk, admin_settings: Settings, headers: dict[str, str]
) -> None:
    clerk.sign_in()
    token = re.search(r'name="token" value="(\w+)"', clerk.get("/history"))
    assert token
    before = texts(admin_settings)
    form = {**clerk.form("A1"), "similar": "改了", "token": token[1]}
    response = clerk.client.post("/admin/save", data=form, headers=headers)
    assert response.status_code == 403 and "不是从本站" in response.text and texts(admin_settings) == before
    assert clerk.client.post("/admin/in", data={"name": "王敏"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"a=" + b"x" * (MOST_BYTES + 1), "application/x-www-form-urlencoded", 413),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        ("a=中".encode(), "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * 3000), "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_no_form_is_told(clerk: Clerk, body: bytes, kind: str, status: int) -> None:
    clerk.sign_in()
    response = clerk.client.post("/admin/save", content=body, headers={"content-type": kind})
    assert response.status_code == status and "Traceback" not in response.text and "。" in response.text


def test_pages_are_kept_by_nobody_and_run_nothing(clerk: Clerk) -> None:
    clerk.sign_in()
    response = clerk.client.get("/admin/entries")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script" not in policy and "frame-ancestors 'none'" in policy
    assert response.headers["cache-control"] == "no-store" and "<script" not in response.text
    sheet = re.search(r'href="(/admin/style.css\?v=\w+)"', response.text)
    assert sheet and "immutable" in clerk.client.get(sheet[1]).headers["cache-control"]


def test_a_list_that_cannot_be_read_is_told(admin_settings: Settings, tmp_path: Path) -> None:
    settings = admin_settings.model_copy(update={"admin": tmp_path / "nobody.txt"})
    with TestClient(create_app(settings, PoolEngine())) as client:
        response = Clerk(client).sign_in()
    assert response.status_code == 503 and "FAQ_ADMIN" in response.text


def test_the_key_is_shared_and_private(admin_settings: Settings) -> None:
    desks = [
        Desk(admin_settings),
        Desk(admin_settings),
        *(Desk(Settings(admin=admin_settings.admin)) for _ in range(2)),
    ]
    first, second, third, fourth = (Login(desk, Accounts(desk.settings.admin))._key for desk in desks)
    assert first == second and len(first) == 32 and admin_settings.work
    assert stat.S_IMODE((admin_settings.work / "key").stat().st_mode) == 0o600
    assert third != fourth
    for desk in desks:
        desk.close()


def test_a_line_of_the_list_and_what_is_none(tmp_path: Path) -> None:
    line = line_for("王敏", PASSWORD)
    assert PASSWORD not in line and parse(f"# 说明\n\n{line}\n坏的一行\n") == {"王敏": line.partition(":")[2]}
    path = tmp_path / "people.txt"
    path.write_text(f"{line}\n李雷:不是散列\n", encoding="utf-8")
    people = Accounts(path)
    assert people.check("王敏", PASSWORD) and not people.check("王敏", "x") and not people.check("李雷", "x")
    path.write_text("", encoding="utf-8")
    assert not people.check("王敏", PASSWORD) and people.seal("王敏") == ""
    for name, password in (("a:b", PASSWORD), ("", PASSWORD), ("<b>", PASSWORD), ("王敏", "short")):
        with pytest.raises(AccountsError):
            line_for(name, password)
