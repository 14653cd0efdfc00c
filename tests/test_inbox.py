"""The inbox: what was missed, put together by meaning, largest first, and what was made of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, insert, select, update

from bot.database.archive import prune
from bot.database.database import Database, postgres, sqlite
from bot.database.tables import inbox_groups, inbox_questions, replies, vectors
from bot.inbox.catchup import CatchUp
from bot.inbox.deeds import strays
from bot.inbox.grouping import ALIKE, assign, unit
from bot.inbox.inbox import Inbox
from bot.records import Heard, Records, now
from bot.reply import Feedback, Query, Reply
from index.hit import Hit
from tests.support.inbox_fixtures import WIDTH, ReadingEngine
from tests.support.record_fixtures import ask, make_reply, records_in


@pytest.fixture
def engine() -> ReadingEngine:
    return ReadingEngine()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    kind = request.param
    database = postgres(request.getfixturevalue("postgres_url")) if kind == "postgres" else sqlite(tmp_path / "records")
    yield database
    database.close()


@pytest.fixture
def records(database: Database) -> Iterator[Records]:
    records = records_in(database)
    yield records
    records.close()


def _miss(records: Records, *texts: str) -> None:
    for text in texts:
        ask(records, text, make_reply("abstain"))
    assert records.flush()


def _listed(inbox: Inbox, engine: ReadingEngine, state: str = "new") -> list[tuple[str, int]]:
    return [(group.example, group.count) for group in inbox.page(engine, state).groups]


def test_lists_what_was_refused_left_open_or_no_help(
    records: Records, database: Database, engine: ReadingEngine
) -> None:
    ask(records, "不会的", make_reply("abstain", session="session-1"))
    ask(records, "没有选的那一句", make_reply("clarify", "", ("T1", "T2"), "session-2"))
    ask(records, "选了别的哪", make_reply("clarify", "", ("T1", "T2"), "session-3"))
    ask(records, "停车场呢", make_reply("answer", "T6", session="session-3"))
    ask(records, "后来选了", make_reply("clarify", "", ("T1", "T2"), "session-4"))
    ask(records, "第二个", make_reply("answer", "T2", session="session-4"))
    answers = [ask(records, text, make_reply("answer", "T1")) for text in ("帮上忙", "毫无用处", "先说没用后说有用")]
    for reply, helpful in zip((*answers, answers[2]), (True, False, False, True), strict=True):
        records.add_feedback(Feedback(reply_id=reply.reply_id, helpful=helpful))
    for text in ("都不是", "2", "？？", "是的"):
        ask(records, text, make_reply("abstain", session="session-5"))
    assert records.flush()
    inbox = Inbox(database)
    assert inbox.refresh(engine) == 0
    page = inbox.page(engine)
    reasons = {group.example: (group.refused, group.unclear, group.unhelpful) for group in page.groups}
    assert reasons == {"不会的": (1, 0, 0), "没有选的那一句": (0, 1, 0), "选了别的哪": (0, 1, 0), "毫无用处": (0, 0, 1)}
    assert (page.total, page.questions) == (4, 4)


def test_puts_together_what_means_the_same_and_the_largest_first(
    records: Records, database: Database, engine: ReadingEngine
) -> None:
    _miss(records, "停车多少钱", "停车多少钱", "请问停车多少钱", "停车多少钱呢", "几点开门", "儿童区在哪")
    inbox = Inbox(database)
    inbox.refresh(engine)
    first, *others = inbox.page(engine).groups
    assert (first.example, first.count) == ("停车多少钱", 4) and [group.count for group in others] == [1, 1]
    assert (first.wordings[0].text, first.wordings[0].count) == ("停车多少钱", 2)
    hits = [hit.entry_id for hit in engine.search("停车多少钱")]
    assert [near.entry_id for near in first.nearest] == hits[:3] and first.nearest[0].question == "一次可以借几本书？"
    assert len({near.entry_id for near in first.nearest}) == 3
    assert inbox.page(engine, most=1, skip=1).groups == (others[0],)
    assert "请问停车多少钱" not in engine.encoder.encoded


def test_takes_in_only_what_is_new(records: Records, database: Database, engine: ReadingEngine) -> None:
    _miss(records, "停车多少钱", "停车多少钱", "几点开门")
    inbox = Inbox(database)
    assert inbox.refresh(engine, most=1) == 1 and _listed(inbox, engine) == [("停车多少钱", 2)]
    assert inbox.refresh(engine) == 0
    assert engine.encoder.encoded == ["停车多少钱", "几点开门"]
    before = {group.example: group.id for group in inbox.page(engine).groups}
    _miss(records, "停车多少钱呢", "停车多少钱", "从没有过的话")
    inbox.refresh(engine)
    assert engine.encoder.encoded[2:] == ["从没有过的话", "停车多少钱呢"]
    after = {group.example: group.id for group in inbox.page(engine).groups}
    assert after.items() >= before.items() and len(after) == 3
    assert _listed(inbox, engine)[0] == ("停车多少钱", 4)


def test_a_vector_that_was_made_for_the_reply_is_not_made_again(
    records: Records, database: Database, engine: ReadingEngine
) -> None:
    vector = np.ones(WIDTH, dtype=np.float16).tobytes()
    for text in ("几点开门", "电话13800138000"):
        records.add_reply(Query(text, "api"), make_reply("abstain"), Heard("v1", engine.model_name, vector))
    records.add_reply(Query("别的模型", "api"), make_reply("abstain"), Heard("v1", "another", vector))
    assert records.flush()
    Inbox(database).refresh(engine)
    # A vector may tell what was masked, and one of another model says nothing.
    assert sorted(engine.encoder.encoded) == ["别的模型", "电话 〔手机号 〕"]


def test_a_page_waits_for_a_few_vectors_only_and_the_rest_is_caught_up_with(
    records: Records, database: Database, engine: ReadingEngine
) -> None:
    _miss(records, "甲乙丙丁", "子丑寅卯", "东南西北", "春夏秋冬")
    inbox = Inbox(database)
    assert inbox.refresh(engine, 10, unknown=1) == 3 and len(engine.encoder.encoded) == 1
    catch_up = CatchUp()
    catch_up.begin(inbox, engine)
    for _ in range(200):
        if len(_listed(inbox, engine)) == 4:
            break
        time.sleep(0.05)
    catch_up.close()
    assert len(_listed(inbox, engine)) == 4 and len(engine.encoder.encoded) == 4
    assert inbox.refresh(engine, 10, unknown=0) == 0


def test_what_was_ignored_stays_away_and_what_was_handled_comes_back(
    records: Records, database: Database, engine: ReadingEngine
) -> None:
    _miss(records, "停车多少钱", "停车多少钱", "几点开门")
    inbox = Inbox(database)
    inbox.refresh(engine)
    parking, opening = inbox.page(engine).groups
    assert inbox.settle(parking.id, "ignored", "李", "不归我们管") and not inbox.settle(99_999, "ignored")
    assert inbox.settle(opening.id, "handled", "王", "加到 T5", "v1")
    _miss(records, "停车多少钱", "几点开门")
    inbox.refresh(engine)
    assert _listed(inbox, engine) == [] and _listed(inbox, engine, "ignored") == [("停车多少钱", 3)]
    kept = inbox.group(engine, parking.id)
    assert kept and (kept.state, kept.clerk, kept.note) == ("ignored", "李", "不归我们管")
    # The next index still misses it: the change did not help.
    records.add_reply(Query("几点开门", "api"), make_reply("abstain"), Heard("v2"))
    assert records.flush()
    assert _listed(inbox, engine) == [("几点开门", 1)]
    assert _listed(inbox, engine, "handled") == [("几点开门", 3)]


def test_nothing_is_left_of_what_was_pruned(records: Records, database: Database, engine: ReadingEngine) -> None:
    _miss(records, "停车多少钱", "几点开门")
    Inbox(database).refresh(engine)
    with database.write() as connection:
        connection.execute(update(replies).where(replies.c.question == "几点开门").values(time=1))
        assert prune(connection, now() - 1000 * 60) == 1
    with database.read() as connection:
        for table in (inbox_questions, vectors):
            assert connection.scalars(select(table.c.question)).all() == ["停车多少钱"]
        assert connection.scalar(select(func.count()).select_from(inbox_groups)) == 1


def test_an_empty_inbox(database: Database, engine: ReadingEngine) -> None:
    inbox = Inbox(database)
    assert inbox.refresh(engine) == 0 and inbox.page(engine).groups == () and inbox.group(engine, 1) is None


def test_many_open_quickly(tmp_path: Path, engine: ReadingEngine) -> None:
    database = sqlite(tmp_path / "records")
    rows = [
        {"id": str(n), "time": n, "channel": "api", "question": f"问题{n % 3000}", "kind": "abstain" if n < 6000 else
         "answer", "confidence": 0.0, "session": str(n // 3)} for n in range(30_000)
    ]  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(replies), rows)
    inbox = Inbox(database)
    inbox.refresh(engine)
    page = inbox.page(engine)
    assert page.questions == 6000 and page.groups[0].count > 1
    database.close()


def test_groups_are_those_that_are_near() -> None:
    rng = np.random.default_rng(1)
    heads = unit(rng.normal(size=(40, WIDTH)).astype(np.float32))
    near = unit(heads.repeat(8, axis=0) + rng.normal(scale=0.04, size=(320, WIDTH)).astype(np.float32))
    order = rng.permutation(320)
    groups = assign(near[order], np.zeros((0, WIDTH), dtype=np.float32))
    owners = order // 8
    assert len(set(groups)) == 40 and len({*zip(groups, owners, strict=True)}) == 40
    assert (heads @ heads.T - np.eye(40)).max() < ALIKE
    again = assign(near[:5], heads)
    assert again.tolist() == [0] * 5 and assign(-heads[:1], heads).tolist() == [40]


def test_a_question_that_is_nearer_to_another_entry_is_told() -> None:
    engine = ReadingEngine({"停哪儿": [Hit("smalltalk/thanks", "谢谢", 0.5), Hit("T6", "", 0.3), Hit("T1", "", 0.1)]})
    (stray,) = strays(engine, "T1", ["停哪儿"])
    assert str(stray) == "“停哪儿”更像 T6（停车怎么收费？）。"
    assert strays(engine, "T6", ["停哪儿"]) == []


def test_the_chat_hands_on_what_the_inbox_needs(tmp_path: Path) -> None:
    from bot.chat import Chat
    from bot.settings import Settings

    class Hearing(ReadingEngine):
        def vector(self, text: str) -> np.ndarray:
            return np.ones(WIDTH, dtype=np.float32)

    records = records_in(tmp_path / "records")
    chat = Chat(Hearing(), Settings(), records=records)
    said: list[Reply] = [chat.reply(Query(text, "api")) for text in ("银河系有多大", "怎么办理借书证？")]
    assert [reply.kind for reply in said] == ["abstain", "answer"] and records.flush()
    database = sqlite(tmp_path / "records")
    with database.read() as connection:
        assert connection.scalars(select(vectors.c.question)).all() == ["银河系有多大"]
    database.close()
    records.close()
