"""Command line: `python -m tests.bench [--quick] [--seconds 秒] [--only 名称 …]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from index.disk import default_index
from tests.bench.agreeing import agreeing
from tests.bench.ailing import ailing
from tests.bench.browsing import browsing
from tests.bench.callback import callback
from tests.bench.crowd import SECONDS, crowd
from tests.bench.enduring import enduring, varied
from tests.bench.publishing import publishing
from tests.bench.recording import recording
from tests.bench.restarting import restarting
from tests.bench.results import FOLDER, Part, write
from tests.bench.scaling import QUICK, SIZES, scaling
from tests.bench.searching import building, searching
from tests.bench.serving import serving, starting
from tests.bench.several import several
from tests.support.markers import put

NAMES = (
    "searching",
    "starting",
    "building",
    "serving",
    "crowd",
    "callback",
    "scaling",
    "browsing",
    "publishing",
    "several",
    "recording",
    "enduring",
    "varied",
    "ailing",
    "restarting",
    "agreeing",
)
_Step = Callable[[Callable[[str], None]], Part]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="性能测试：检索、启动、建索引、服务、公众号、规模、聊天窗口、发布、几台机器、用久了、问得杂、存储慢了、重启、接口说明。",
    )
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to measure."""
    parser.add_argument("--quick", action="store_true", help="规模只测到十万个问法")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"公众号的很多人同时问多久，默认 {SECONDS} 秒")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, help="只做这几项")


def run(options: argparse.Namespace) -> int:
    """Print the report and write it to build/bench; 1 without a built index."""
    if not default_index().exists():
        print("还没有索引。请先运行 make index。", file=sys.stderr)
        return 1

    def size(say: Callable[[str], None]) -> Part:
        return scaling(say, QUICK if options.quick else SIZES)

    def ask(say: Callable[[str], None]) -> Part:
        return crowd(say, options.seconds)

    measures = (
        searching, starting, building, serving, ask, callback, size, browsing, publishing, several, recording, enduring,
        varied, ailing, restarting, agreeing,
    )  # fmt: skip
    steps: dict[str, _Step] = dict(zip(NAMES, measures, strict=True))
    # Printed as they come: a fault in a later part must not lose an earlier one.
    parts: list[Part] = []
    text = ""
    for name in NAMES:
        if name in options.only:
            parts.append(steps[name](_say))
            print(f"\n{parts[-1].text()}\n", flush=True)
            text = write(parts)
    if len(parts) == len(NAMES) and not options.quick:
        put("bench", text)
    print(f"写好了：{FOLDER}/report.md、{FOLDER}/report.json", file=sys.stderr)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
