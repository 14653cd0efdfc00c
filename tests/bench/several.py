"""Several: three services on one database under load, one killed, Redis and PostgreSQL restarted, and a publish."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.channels.admin.accounts import line_for
from bot.chat import Chat, china_now
from bot.opening import open_calculator, open_engine
from bot.reply import Query
from bot.settings import Settings
from corpus.entries import corpus_path, load_corpus
from index.disk import default_index
from tests.bench.questions import fresh
from tests.bench.results import Part, spread, verdict
from tests.support.cluster import Question, cluster
from tests.support.ordeal import ordeal
from tests.support.pool_office import NAMES, PASSWORD

SECONDS = 60
_RATE = 20


def several(say: Callable[[str], None]) -> Part:
    """Let a cluster with the shipped corpus go through what may happen, and count what went wrong."""
    say(f"几台机器：三个进程，各有文件夹，每秒 {_RATE} 句，{SECONDS} 秒")
    entries = [entry for entry in load_corpus().entries if entry.active]
    questions = _plain([Question(item.text, entry.id) for entry in entries for item in entry.similar][::29])
    wording = Question(fresh(1, seed=11)[0], entries[0].id)
    with tempfile.TemporaryDirectory() as name:
        people = Path(name) / "people.txt"
        people.write_text("".join(f"{line_for(one, PASSWORD)}\n" for one in NAMES), encoding="utf-8")
        with cluster(Path(name), corpus_path(), default_index(), people) as running:
            came = ordeal(running, questions, wording, _RATE, SECONDS)
    p50, p99 = spread([one.done - one.sent for one in came.asked if not one.error])
    wrong = len(came.wrong) + len(came.doubled)
    rows = [
        (f"问了 {len(came.asked)} 句，答错的、答了两次的", str(wrong), "0", verdict(wrong == 0)),
        (f"没有答复的 {len(came.cut)} 句里，连接没有断的", str(len(came.cut_alive)), "0", verdict(not came.cut_alive)),
        ("答了却没有记录的（被杀的一台最后一秒不算）", str(len(came.lost)), "0", verdict(not came.lost)),
        ("发布到三台都用上", f"{came.reached:.1f} 秒", "< 5 秒", verdict(came.reached < 5)),
        ("退回到三台都用上", f"{came.back:.1f} 秒", "< 5 秒", verdict(came.back < 5)),
        ("其间答复 p50、p99", f"{p50 * 1e3:.0f}、{p99 * 1e3:.0f} 毫秒", "", ""),
    ]
    figures = {
        "cluster_publish_s": came.reached, "cluster_back_s": came.back, "cluster_wrong": float(wrong),
        "cluster_cut": float(len(came.cut)), "cluster_lost": float(len(came.lost)), "cluster_p99_s": p99,
    }  # fmt: skip
    remark = "其间杀掉一台又启动，Redis、PostgreSQL 各停掉再启动；三个进程和 nginx、Redis、PostgreSQL 都在这一台上。"
    return Part("几台机器", ("项目", "数值", "目标", ""), rows, figures, (remark,))


def _plain(questions: Sequence[Question]) -> list[Question]:
    """Return the questions that a service alone answers with their entry; with others it asks back, or computes."""
    settings = Settings()
    engine = open_engine(settings)
    chat = Chat(engine, settings, calculator=open_calculator(engine, china_now))

    def is_plain(question: Question) -> bool:
        reply = chat.reply(Query(question.text, "trial"))
        return reply.kind == "answer" and reply.entry is not None and reply.entry.id == question.entry

    return [question for question in questions if is_plain(question)]
