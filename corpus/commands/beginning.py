"""new-office: lays an empty corpus for another office."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from corpus.begin import begin
from corpus.commands.options import short


def add_arguments(parser: ArgumentParser) -> None:
    """Declare where it is to lie."""
    parser.add_argument("folder", type=Path, metavar="文件夹", help="新文件夹的名字")


def run(options: Namespace) -> int:
    """Lay it and say what comes next."""
    office, *others = begin(options.folder)
    print(f"放好了一份空的资料：{short(options.folder)}")
    print(f"先填 {short(office)}，里面写着怎么填；再看 {'、'.join(str(short(path)) for path in others)}。")
    print(f"然后运行：faq check --folder {short(options.folder)}")
    print(f"建索引、启动、测试都认它：先运行 export FAQ_CORPUS={options.folder.absolute()}，再 make run。")
    return 0
