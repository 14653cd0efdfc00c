"""Restarting: two services behind nginx, restarted in turn and killed in turn, while a crowd asks on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.bench.questions import mixed
from tests.bench.results import Part, spread, verdict
from tests.support.cluster import Asked, Crowd, Member, Question, until
from tests.support.site import site

_MEMBERS, _TIMES = 2, 3
_RATE, _PAUSE = 10, 2.0
# A busy machine takes its time to start one.
_PATIENCE = 240.0
_HEAD = ("两个进程在 nginx 后面", "问了", "没答上", "目标", "", "最慢的一句")


def restarting(say: Callable[[str], None]) -> Part:
    """Count the questions without an answer, in rolling restarts and where processes are killed."""
    try:
        with ExitStack() as stack:
            return _measure(stack, say)
    except pytest.skip.Exception as missing:
        return Part("重启", _HEAD, [], {}, (str(missing),))


def _measure(stack: ExitStack, say: Callable[[str], None]) -> Part:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    settings = {"FAQ_PROXY": "1", "FAQ_RATE_LIMIT": "0", "FAQ_STORE": str(folder / "store.sqlite")}
    members = [Member(folder / f"member{number}", **settings) for number in range(_MEMBERS)]
    for member in members:
        stack.callback(member.stop)
        member.start()
    until(lambda: all(member.version for member in members), _PATIENCE)
    (folder / "nginx").mkdir()
    port = stack.enter_context(site(folder / "nginx", [member.port for member in members]))
    rows: list[tuple[str, ...]] = []
    figures: dict[str, float] = {}
    for key, name, end in (("rolled", "轮流重启", Member.stop), ("killed", "轮流 kill -9", Member.kill)):
        say(f"重启：{name} {_TIMES} 次，每秒 {_RATE} 句")
        asked = _crowded(port, members, end)
        failed = [one.error for one in asked if one.error]
        slowest = max(one.done - one.sent for one in asked)
        # What a killed process had in hand has its answer from the other, for asking twice does no harm.
        rows.append((f"{name} {_TIMES} 次", f"{len(asked)} 句", f"{len(failed)} 句", "0", verdict(not failed),
                     f"{slowest:.1f} 秒"))  # fmt: skip
        figures |= {f"restart_{key}_asked": float(len(asked)), f"restart_{key}_failed": float(len(failed)),
                    f"restart_{key}_p99_s": spread([one.done - one.sent for one in asked])[1]}  # fmt: skip
    remark = "每次等重启的一个就绪，再过两秒才轮到另一个；nginx 用 deploy/nginx.conf，会话和限速在一个共同的文件里。"
    return Part("重启", _HEAD, rows, figures, (remark,))


def _crowded(port: int, members: Sequence[Member], end: Callable[[Member], None]) -> Sequence[Asked]:
    crowd = Crowd(port, [Question(text, None) for text in mixed()], _RATE)
    crowd.start()
    try:
        for turn in range(_TIMES):
            time.sleep(_PAUSE)
            member = members[turn % len(members)]
            end(member)
            member.start()
            until(lambda member=member: member.version, _PATIENCE)  # type: ignore[misc]
        time.sleep(_PAUSE)
    finally:
        crowd.end()
    return crowd.asked
