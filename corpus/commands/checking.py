"""check: every entry, the words and the sentences of a corpus."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import replace

from corpus.check import ERROR, WARNING, Problem, check_folder
from corpus.commands.options import add_day, add_folder, short
from corpus.entries import Corpus


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what the check takes."""
    add_folder(parser)
    add_day(parser)


def run(options: Namespace) -> int:
    """Print every problem of the folder and their number."""
    corpus, problems = check_folder(options.folder, options.today)
    for problem in problems:
        print(replace(problem, path=short(problem.path)))
    print(_summary(corpus, problems))
    return 1 if any(problem.severity == ERROR for problem in problems) else 0


def _summary(corpus: Corpus, problems: list[Problem]) -> str:
    active = [entry for entry in corpus.entries if entry.active]
    similar = sum(len(entry.similar) for entry in active)
    counts = Counter(problem.severity for problem in problems)
    return (
        f"问答 {len(active)} 条（停用 {len(corpus.entries) - len(active)} 条），相似问题 {similar} 个，"
        f"不能回答的问题 {len(corpus.outside)} 个：{counts[ERROR]} 个{ERROR}，{counts[WARNING]} 个{WARNING}。"
    )
