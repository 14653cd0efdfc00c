"""admin-password: the line of a person for the console's file of accounts."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass

from bot.channels.admin.accounts import AccountsError, line_for


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the name."""
    parser.add_argument("name", help="登录用的名字，也写进改动的历史，例如 王敏")


def run(options: Namespace) -> int:
    """Print the line; nobody sees the password being typed."""
    try:
        password = getpass("密码（不显示）：")
        if getpass("再输一遍：") != password:
            raise AccountsError("两遍不一样，请重来。")
        print(line_for(options.name, password))
    except AccountsError as error:
        print(error, file=sys.stderr)
        return 2
    except (EOFError, KeyboardInterrupt):
        return 2
    print("把上面这一行加进 FAQ_ADMIN 的文件里，一人一行；文件只让运行服务的用户能读。", file=sys.stderr)
    return 0
