"""When the real store fails, replies go on in memory, the log says so once, and it comes back by itself."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.settings import Settings
from bot.store import LONGEST_VALUE
from tests.support.library import FakeEngine
from tests.support.store_fixtures import PAUSE, Switch, safe, until, works


def test_goes_on_in_memory_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    real = Switch()
    with safe(real) as store:
        store.put("before", "secret-value", 9)
        assert works(store, "secret-key") and store.failures == 0 and not caplog.messages
        real.off = True
        for number in range(20):
            assert works(store, f"secret-key-{number}") and store.down
        store.put("during", "secret-value", 9)
        assert store.get("before") is None and not store.add("during", "2", 9)
        real.off = False
        until(lambda: not store.down)
        assert store.get("before") == store.get("during") == "secret-value" and not store.add("during", "2", 9)
        store.put("during", "after", 9)
        assert real.get("during") == store.get("during") == "after"
        store.delete("during")
        assert store.get("during") is None and store.failures >= 1
    assert caplog.messages == [
        "存储 用不了（OFF），先记在本进程的内存里，隔几秒再试；答复不受影响。",
        "存储 又能用了。",
    ]


def test_a_store_that_stays_down_is_counted_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    real = Switch()
    real.off = True
    with safe(real) as store:
        until(lambda: store.failures >= 4)
        assert works(store, "a")
    assert len(caplog.messages) == 1
    failures = store.failures
    time.sleep(4 * PAUSE)
    assert store.failures == failures, "it goes on trying after it was closed"


def test_what_was_deleted_meanwhile_is_gone_when_it_comes_back() -> None:
    real = Switch()
    with safe(real) as store:
        for key in ("wechat/me/state", "wechat/me/turn/1", "session/me", "wechat/other/state"):
            store.put(key, "55555.55", 9)
        real.off = True
        store.forget("wechat/me/")
        store.delete("session/me")
        store.put("session/me", "new", 9)
        real.off = False
        until(lambda: not store.down)
        assert real.get("wechat/me/state") is None and real.get("wechat/me/turn/1") is None
        assert real.get("session/me") is None and store.get("session/me") == "new"
        assert real.get("wechat/other/state") == "55555.55"


def test_a_limit_goes_on_in_memory() -> None:
    real = Switch()
    real.off = True
    with safe(real) as store:
        assert [store.count("limit/a", 2, 9) > 0 for _ in range(3)] == [False, False, True]


def test_a_wrong_use_is_no_fault() -> None:
    with safe(Switch()) as store:
        with pytest.raises(ValueError):
            store.put("a", "v" * (LONGEST_VALUE + 1), 9)
        assert not store.down and store.failures == 0


def test_every_key_is_won_while_it_fails() -> None:
    real = Switch()
    with safe(real) as store:

        def claim(_: int) -> list[int]:
            return [key for key in range(300) if store.add(str(key), "", 9)]

        with ThreadPoolExecutor(4) as pool:
            claims = [pool.submit(claim, number) for number in range(4)]
            real.off = True
            won = [key for claim in claims for key in claim.result()]
    # Who came before the fault and who came after it do not know of each other; nobody is turned away for nothing.
    assert set(won) == set(range(300)) and len(won) <= 600


def test_the_server_answers_and_counts(settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    broken = settings.model_copy(update={"store": tmp_path / "file" / "store.sqlite"})
    with TestClient(create_app(broken, FakeEngine())) as client:
        for _ in range(3):
            reply = client.post("/api/chat", json={"question": "收费", "session_id": "session-one"})
            assert reply.status_code == 200
        assert "faq_store_failures 1.0" in client.get("/metrics").text
    assert len([line for line in caplog.messages if "store.sqlite" in line]) == 1
