"""Command line of the corpus alone: `python -m corpus check` and its like, without the libraries of the service."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from corpus.commands import beginning, bookin, bookout, checking, drafting
from corpus.commands.parser import Parser
from corpus.errors import CorpusError

_COMMANDS = {
    "check": (checking, "检查全部条目、词表和固定句子"),
    "export": (bookout, "把全部问答写成一个 Excel 工作簿"),
    "import": (bookin, "收回改过的工作簿；有一处不对就什么也不改"),
    "draft": (drafting, "从 Word、PDF、网页、文本文件起草问答；几份是同一个文件的，互相核对"),
    "new-office": (beginning, "给另一个单位放一份空的资料，里面写着怎么填"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 1 where the corpus has errors or something could not be done."""
    parser = Parser(prog="python -m corpus", description="管理问答条目。")
    commands = parser.add_subparsers(required=True, metavar="命令")
    for name, (command, said) in _COMMANDS.items():
        own = commands.add_parser(name, help=said)
        command.add_arguments(own)
        own.set_defaults(do=command.run)
    options = parser.parse_args(arguments)
    do: Callable[[argparse.Namespace], int] = options.do
    try:
        return do(options)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
