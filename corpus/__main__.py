"""Command line of the corpus: `python -m corpus check` and its like."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from corpus.begin import begin
from corpus.check import ERROR, WARNING, Problem, check_folder
from corpus.documents import read_document
from corpus.draft import drafts, lay
from corpus.entries import Corpus, corpus_path, load_corpus
from corpus.entry import HOLE
from corpus.errors import CorpusError
from corpus.reconcile import REPORT, reconcile, report
from corpus.takeover import Refused, take_over
from corpus.workbook import write_workbook


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 1 where the corpus has errors or something could not be done."""
    options = _parser().parse_args(arguments)
    do: Callable[[argparse.Namespace], int] = options.do
    try:
        return do(options)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the check takes."""
    parser.add_argument("--folder", type=Path, default=corpus_path(), help="问答所在的文件夹")
    _add_day(parser)


def _add_day(parser: argparse.ArgumentParser) -> None:
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


def _new_office(options: argparse.Namespace) -> int:
    office, *others = begin(options.folder)
    print(f"放好了一份空的资料：{_short(options.folder)}")
    print(f"先填 {_short(office)}，里面写着怎么填；再看 {'、'.join(str(_short(path)) for path in others)}。")
    print(f"然后运行：python -m corpus check --folder {_short(options.folder)}")
    print(f"建索引、启动、测试都认它：先运行 export FAQ_CORPUS={options.folder.absolute()}，再 make run。")
    return 0


def _export(options: argparse.Namespace) -> int:
    corpus = load_corpus(options.folder)
    write_workbook(corpus, options.file)
    print(
        f"写好了 {options.file}：{len(corpus.entries)} 条问答。改完存盘，运行：python -m corpus import {options.file}"
    )
    return 0


def _import(options: argparse.Namespace) -> int:
    try:
        print(take_over(options.file, options.folder, options.today))
    except Refused as refused:
        print(*refused.problems, sep="\n")
        print(f"有 {len(refused.problems)} 处要改，资料一个字也没有动。")
        return 1
    return 0


def _draft(options: argparse.Namespace) -> int:
    together = reconcile([read_document(path) for path in options.files])
    folder: Path = options.to
    taken = [path.stem for path in (folder / "entries").glob("*.md")]
    entries = drafts(together.asked, taken, options.basis or options.files[0].stem)
    lay(entries, folder)
    listed = folder / REPORT
    listed.write_text(report(together, entries), encoding="utf-8")
    lost = sum(int(hole[1]) for entry in entries for hole in HOLE.finditer(entry.question + entry.body))
    for note in together.notes:
        print(note)
    print(f"写好了 {len(entries)} 条草稿（{entries[0].id} 到 {entries[-1].id}），还缺 {lost} 个字；", end="")
    print(f"几份文件不一样的 {len(together.differences)} 处列在 {_short(listed)}。")
    print("草稿还不回答任何人。照原件逐条核对，添上短标题和相似问题，删去“状态: 待核对”那一行，再运行检查。")
    return 0


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m corpus", description="管理问答条目。")
    commands = parser.add_subparsers(required=True, metavar="命令")
    check = commands.add_parser("check", help="检查全部条目、词表和固定句子")
    add_arguments(check)
    check.set_defaults(do=run)
    out = commands.add_parser("export", help="把全部问答写成一个 Excel 工作簿")
    out.set_defaults(do=_export)
    back = commands.add_parser("import", help="收回改过的工作簿；有一处不对就什么也不改")
    back.set_defaults(do=_import)
    _add_day(back)
    for command in (out, back):
        command.add_argument("file", type=Path, help="工作簿，例如 问答.xlsx")
        command.add_argument("--folder", type=Path, default=corpus_path(), help="问答所在的文件夹")
    draft = commands.add_parser("draft", help="从 Word、PDF、网页、文本文件起草问答；几份是同一个文件的，互相核对")
    draft.add_argument("files", nargs="+", type=Path, help="一个文件，或者同一个文件的几份提取")
    draft.add_argument("--to", type=Path, default=corpus_path(), help="草稿放进哪一份资料")
    draft.add_argument("--basis", default="", help="依据里写的文件名和日期，默认用第一个文件的名字")
    draft.set_defaults(do=_draft)
    new = commands.add_parser("new-office", help="给另一个单位放一份空的资料，里面写着怎么填")
    new.add_argument("folder", type=Path, help="新文件夹的名字")
    new.set_defaults(do=_new_office)
    return parser


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
