"""Command line: `python -m bot <verb>`, and the same as `faq <verb>` where the package is installed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from bot.commands.verbs import COMMANDS, Command
from bot.database.faults import DatabaseFault
from corpus.commands.parser import Parser
from corpus.errors import CorpusError
from index.errors import IndexFault, PartMissing


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 1 where something is missing or not passed, 2 for a wrong setting."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    chosen = next((command for command in COMMANDS if given[:1] == [command.name]), None)
    parser, verbs = _parser("" if chosen else _settings())
    if chosen is None:
        # Nothing but help, or what is wrong, comes of it.
        parser.description = f"{parser.description}{_office()}"
        parser.parse_args(given)
        return 2
    try:
        return _run(chosen, parser, verbs[chosen.name], given)
    except (CorpusError, DatabaseFault, IndexFault) as error:
        print(error, file=sys.stderr)
    except ModuleNotFoundError as error:
        print(_part(error), file=sys.stderr)
    except BrokenPipeError:
        # Whoever reads along, `head` say, has seen enough; nor may the interpreter complain of it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f"：{error.filename}" if error.filename else ""
        print(f"读写文件时出错（{error.strerror or error}）{where}。请检查磁盘空间和权限，再试一次。", file=sys.stderr)
    return 1


def _run(command: Command, parser: argparse.ArgumentParser, own: argparse.ArgumentParser, given: list[str]) -> int:
    verb = command.load()
    verb.add_arguments(own)
    # Loaded with what needs it; `--help` is quick without.
    from bot.settings import SettingsError

    try:
        return verb.run(parser.parse_args(given))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2


def _parser(epilog: str) -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    parser = Parser(
        prog="faq",
        description="“faq 命令”和“python -m bot 命令”是一回事；“faq 命令 --help”说明这个命令。",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="命令")
    return parser, {one.name: verbs.add_parser(one.name, help=one.help, description=one.help) for one in COMMANDS}


def _office() -> str:
    """Return whose corpus is in use, and how to use another."""
    from corpus.entries import corpus_path
    from corpus.office import load_office

    path = corpus_path()
    try:
        name = f"“{load_office(path).name}”，"
    except CorpusError:
        name = ""
    return f"现在用的资料：{name}在 {path}；用别的，先设 FAQ_CORPUS=那个文件夹。"


def _settings() -> str:
    from bot.settings import settings_table

    rows = [
        f"  {row.name:<16} {row.help}" + (f"（默认 {row.default}）" if row.default else "") for row in settings_table()
    ]
    return "\n".join(["环境变量：", *rows])


def _part(error: ModuleNotFoundError) -> str:
    name = (error.name or "").partition(".")[0]
    return "评测和测速要在源码的文件夹里运行。" if name == "tests" else str(PartMissing(name))


if __name__ == "__main__":
    sys.exit(main())
