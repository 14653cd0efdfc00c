"""The doctor names what is wrong and the way out, and never falls ill itself."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands import doctor
from bot.settings import Settings
from tests.support.library import FakeEngine


def said(check: object, **given: object) -> str:
    return "\n".join(map(str, doctor._findings(check, Settings(**given))))  # type: ignore[arg-type]


def test_a_sound_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "built").mkdir()
    monkeypatch.setenv("FAQ_INDEX", str(tmp_path / "built"))
    monkeypatch.setenv("FAQ_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("FAQ_RECORDS", str(tmp_path / "records.sqlite"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("FAQ_PORT", str(free.getsockname()[1]))
    monkeypatch.setattr(doctor, "open_engine", lambda settings: FakeEngine())
    monkeypatch.setattr(doctor, "CHECKS", tuple(c for c in doctor.CHECKS if c.__name__ != "check_corpus"))
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.count("[好]") >= 5 and "[不对]" not in out


def test_no_index_is_told_and_the_rest_is_looked_at_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAQ_INDEX", str(tmp_path / "nowhere"))
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "[不对] 还没有索引" in out and "make index" in out and "磁盘" in out


def test_a_store_that_cannot_be_reached() -> None:
    told = said(doctor.check_store, redis_url="redis://127.0.0.1:1/0")
    assert "[不对] 存储（Redis）用不了" in told and "密码" in told


def test_a_port_that_somebody_else_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_REACH_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = said(doctor.check_port, port=taken.getsockname()[1])
    assert "被别的程序占用" in told and "FAQ_PORT" in told


def test_a_clock_before_the_index(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    os.utime(tmp_path / "manifest.json", (time.time() + 3600,) * 2)
    assert "[不对] 本机的时间" in said(doctor.check_clock, index=tmp_path)


def test_a_public_address_without_a_proxy_setting() -> None:
    told = said(doctor.check_proxy, public_url="http://127.0.0.1:1")
    assert "FAQ_PROXY=1" in told and "打不开" in told
    assert "没有加密" in said(doctor.check_keys, public_url="http://faq.example.cn")


@pytest.mark.parametrize("free", [50, 500])
def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = doctor.shutil.disk_usage(tmp_path)._replace(free=free << 20)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    told = said(doctor.check_disk, index=tmp_path)
    assert f"只剩 {free} MB" in told and ("[不对]" in told) == (free < 100)


def test_a_check_that_fails_is_a_finding() -> None:
    def check_nothing(settings: Settings) -> object:
        raise RuntimeError("坏了")

    assert said(check_nothing) == "[不对] check_nothing：坏了"


def test_an_admin_file_that_others_may_read(tmp_path: Path) -> None:
    path = tmp_path / "admins"
    assert "admin-password" in said(doctor.check_keys, admin=path)
    path.write_text("", encoding="utf-8")
    path.chmod(0o644)
    assert "chmod 600" in said(doctor.check_keys, admin=path)
