"""Command line of the corpus: `python -m corpus check`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from corpus.check import ERROR, WARNING, Problem, check_folder
from corpus.entries import Corpus, corpus_path


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 1 where the corpus has errors."""
    parser = argparse.ArgumentParser(prog="python -m corpus", description="管理问答条目。")
    commands = parser.add_subparsers(required=True, metavar="命令")
    add_arguments(commands.add_parser("check", help="检查全部条目、词表和固定句子"))
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the check takes."""
    parser.add_argument("--folder", type=Path, default=corpus_path(), help="问答所在的文件夹")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=date.today(), help="当作今天的日期，例如 2025-08-31"
    )


def run(options: argparse.Namespace) -> int:
    """Print every problem of the folder and their number."""
    corpus, problems = check_folder(options.folder, options.today)
    for problem in problems:
        print(replace(problem, path=_short(problem.path)))
    print(_summary(corpus, problems))
    return 1 if any(problem.severity == ERROR for problem in problems) else 0


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _summary(corpus: Corpus, problems: list[Problem]) -> str:
    active = [entry for entry in corpus.entries if entry.active]
    similar = sum(len(entry.similar) for entry in active)
    counts = Counter(problem.severity for problem in problems)
    return (
        f"问答 {len(active)} 条（停用 {len(corpus.entries) - len(active)} 条），相似问题 {similar} 个，"
        f"不能回答的问题 {len(corpus.outside)} 个：{counts[ERROR]} 个{ERROR}，{counts[WARNING]} 个{WARNING}。"
    )


if __name__ == "__main__":
    sys.exit(main())
