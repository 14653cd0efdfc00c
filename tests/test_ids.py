"""Ids: their form, their order, and that nobody gets one twice."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.ids import new_reply_id, new_session_id
from bot.reply import REPLY_ID, SESSION_ID


def test_reply_ids_have_their_form_and_sort_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for milliseconds in (1, 2, 1_000, 1_700_000_000_000, 1_700_000_000_001):
        monkeypatch.setattr("bot.ids.time.time_ns", lambda now=milliseconds: now * 1_000_000)
        ids.append(new_reply_id())
    assert ids == sorted(ids)
    assert all(re.fullmatch(REPLY_ID, one) for one in ids)


def test_session_ids_have_their_form() -> None:
    assert all(re.fullmatch(SESSION_ID, new_session_id()) for _ in range(300))


def test_nobody_gets_the_same_in_any_thread() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = [*pool.map(lambda _: new_session_id(), range(4000)), *pool.map(lambda _: new_reply_id(), range(4000))]
    assert len(set(ids)) == 8000


def test_a_forked_process_gets_others() -> None:
    new_session_id()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, new_session_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100).decode() != new_session_id()
