"""Three services, one killed, Redis and PostgreSQL restarted under load, and a publish that reaches all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.place import corpus_of, index_of
from tests.support.cluster import Question, cluster
from tests.support.index_fixtures import ENTRIES, OUTSIDE
from tests.support.ordeal import ordeal

RATE, SECONDS = 20, 20
# Asked in the words of the corpus, where there is no doubt what is right.
QUESTIONS = [Question(item.text, entry.id) for entry in ENTRIES for item in entry.similar]
QUESTIONS += [Question(text, None) for text in OUTSIDE]


@pytest.mark.model
@pytest.mark.alone
def test_a_bad_half_minute(tmp_path: Path, built_version: Path, accounts: Path) -> None:
    with cluster(tmp_path, corpus_of(built_version), index_of(built_version), accounts) as running:
        came = ordeal(running, QUESTIONS, Question("泡池子贵不贵呀", "A1"), RATE, SECONDS)
        said = "".join(member.said for member in running.members)
    print(f"{len(came.asked)} asked, {len(came.cut)} cut, published {came.reached:.1f} s, back {came.back:.1f} s")
    assert len(came.asked) > RATE * SECONDS * 0.9 and len({one.member for one in came.asked}) >= 3
    assert came.draft_seen
    assert not came.wrong and not came.doubled
    assert not came.cut_alive
    assert not came.lost
    # A lost database is told once by each, and not every second; how fast it all is, the bench measures.
    assert said.count("跟不上别的机器发布的") <= 2 * len(running.members) and "Traceback" not in said
