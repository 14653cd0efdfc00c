"""records: hand out, erase and prune what was recorded."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from datetime import date, datetime
from pathlib import Path

from bot.chat import CHINA
from bot.commands.surroundings import need_database, read_settings
from bot.database import archive
from bot.database.database import Database
from bot.database.handout import write_csv
from bot.ids import keyed_name
from bot.records import now
from bot.settings import Settings, SettingsError

_DAY = 86_400_000
_CHANNELS = ("api", "wechat")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what can be done with records."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="做什么")
    export = deeds.add_parser("export", help="写成表格（CSV），Excel 可以直接打开")
    export.add_argument("file", type=Path, metavar="文件", help="写到哪个文件；已经有了的不覆盖")
    export.add_argument("--since", type=date.fromisoformat, help="从哪一天起，例如 2026-11-01；不写就是全部")
    erase = deeds.add_parser("erase", help="删去一个会话的全部记录")
    who = erase.add_mutually_exclusive_group(required=True)
    who.add_argument("--session", help="会话号，网页和接口的答复里有")
    who.add_argument("--openid", help="公众号关注者的 openid；要带着公众号的设置运行")
    prune = deeds.add_parser("prune", help="删去早于多少天的记录")
    prune.add_argument("--days", type=int, help="保留几天；不写就按 FAQ_RECORDS_DAYS")


def run(options: Namespace) -> int:
    """Do one of them and say how many records it was."""
    settings = read_settings()
    database = need_database(settings)
    try:
        print({"export": _export, "erase": _erase, "prune": _prune}[options.deed](database, settings, options))
    finally:
        database.close()
    return 0


def _export(database: Database, settings: Settings, options: Namespace) -> str:
    since = int(datetime.combine(options.since, datetime.min.time(), CHINA).timestamp() * 1000) if options.since else 0
    # What people asked is for its owner's eyes only.
    opened = os.open(options.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8", newline="") as file, database.read() as connection:
        count = write_csv(connection, file, since)
    return f"写好了 {count} 条：{options.file}"


def _erase(database: Database, settings: Settings, options: Namespace) -> str:
    if options.openid and settings.wechat_token is None:
        raise SettingsError("没有 FAQ_WECHAT_TOKEN，认不出是哪个关注者。请在启动服务用的那些环境变量里运行。")
    session = options.session
    if options.openid and settings.wechat_token is not None:
        session = keyed_name(settings.wechat_token.get_secret_value(), options.openid)
    with database.write() as connection:
        key = archive.session_key(connection)
        count = archive.erase(connection, [archive.session_hash(key, channel, session) for channel in _CHANNELS])
    database.scrub()
    return f"删去了 {count} 条。" if count else "没有这个会话的记录。"


def _prune(database: Database, settings: Settings, options: Namespace) -> str:
    days = settings.records_days if options.days is None else options.days
    if days <= 0:
        print("没有说保留几天：请写 --days，或者设 FAQ_RECORDS_DAYS。什么也没有删。", file=sys.stderr)
        return "删去了 0 条。"
    with database.write() as connection:
        count = archive.prune(connection, now() - days * _DAY)
    database.scrub()
    return f"删去了 {count} 条，都早于 {days} 天。"
