"""import: takes back a workbook that was changed; where one cell is wrong, nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from corpus.commands.options import add_day, add_folder
from corpus.takeover import TakeoverRefused, take_over


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what the import takes."""
    parser.add_argument("file", type=Path, metavar="工作簿", help="工作簿，例如 问答.xlsx")
    add_folder(parser)
    add_day(parser)


def run(options: Namespace) -> int:
    """Take the workbook over, or say what is wrong in it."""
    try:
        print(take_over(options.file, options.folder, options.today))
    except TakeoverRefused as refused:
        print(*refused.problems, sep="\n")
        print(f"{options.file} 有 {len(refused.problems)} 处要改，资料一个字也没有动。")
        return 1
    return 0
