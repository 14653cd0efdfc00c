"""inbox: the questions that went without a good answer, and what to make of them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path

from bot.chat import CHINA
from bot.commands.surroundings import need_database, need_index, read_settings
from bot.inbox.deeds import strays
from bot.inbox.inbox import PAGE, Group, Inbox, Page, State
from bot.opening import open_engine
from corpus import edit
from corpus.entries import corpus_path
from index.engine import Engine

_STATES = {"new": "待看", "ignored": "忽略了的", "handled": "处理过的"}
_REASONS = (("refused", "没答上"), ("unclear", "反问以后没有选"), ("unhelpful", "没帮助"))


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what can be done with the inbox."""
    parser.add_argument("--corpus", type=Path, default=corpus_path(), help="改哪个文件夹里的资料，默认是随程序的")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="做什么")
    show = deeds.add_parser("list", help="列出没答好的问题，意思一样的归成一组，问得多的在前")
    show.add_argument("--most", type=int, default=PAGE, help=f"列几组，默认 {PAGE}")
    show.add_argument("--state", choices=_STATES, default="new", help="new 待看，ignored 忽略了的，handled 处理过的")
    add = _deed(deeds.add_parser("add", help="加为一条问答的相似问"))
    add.add_argument("--to", required=True, metavar="编号", help="加到哪一条")
    add.add_argument("--text", action="append", metavar="问法", help="只加这一句，可以写几次；不写就加这一组的全部问法")
    new = _deed(deeds.add_parser("new", help="新建一条问答的底稿，先停用，答案由人来写"))
    new.add_argument("--category", required=True, metavar="类别", help="放在哪个类别")
    _deed(deeds.add_parser("outside", help="不属于本库：记到不能答的问题里"))
    _deed(deeds.add_parser("ignore", help="忽略，以后不再列出"))


def run(options: Namespace) -> int:
    """Do one of them and say what came of it."""
    settings = read_settings()
    need_index(settings)
    database = need_database(settings)
    try:
        engine, inbox = open_engine(settings), Inbox(database)
        if options.deed == "list":
            inbox.refresh(engine)
            _print(inbox.page(engine, options.state, options.most))
            return 0
        group = inbox.group(engine, options.group)
        if group is None:
            print(f"没有第 {options.group} 组，或者已经没有人问了。请先运行 inbox list。", file=sys.stderr)
            return 1
        state, said = _change(options, engine, group)
        inbox.settle(group.id, state, "", said, engine.version)
        print(said)
    finally:
        database.close()
    return 0


def _deed(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("group", type=int, help="第几组，inbox list 的每一组前面写着")
    return parser


def _change(options: Namespace, engine: Engine, group: Group) -> tuple[State, str]:
    """Change the corpus; return the state that the group is in now, and what was done."""
    texts = [wording.text for wording in group.wordings]
    if options.deed == "ignore":
        return "ignored", "忽略了，以后不再列出。"
    if options.deed == "outside":
        edit.add_outside(options.corpus, texts)
        return "handled", f"记到了 {edit.OUTSIDE}。重建索引以后生效。"
    if options.deed == "new":
        entry = edit.add_draft(options.corpus, options.category, group.example, texts)
        return "handled", f"建了底稿 {entry.path}，写好答案、去掉停用、重建索引以后生效。"
    given = options.text or texts
    for stray in strays(engine, options.to, given):
        print(f"提醒：{stray}", file=sys.stderr)
    edit.add_similar(options.corpus, options.to, given)
    return "handled", f"加到了 {options.to} 的相似问题。重建索引以后生效。"


def _print(page: Page) -> None:
    for group in page.groups:
        last = datetime.fromtimestamp(group.last / 1000, CHINA).strftime("%Y-%m-%d")
        why = "，".join(f"{word} {getattr(group, name)}" for name, word in _REASONS if getattr(group, name))
        print(f"{group.id}. {group.example}  （{group.count} 次：{why}；最近 {last}）")
        for wording in group.wordings[1:]:
            print(f"     {wording.text}  （{wording.count} 次）")
        for near in group.nearest:
            print(f"     近：{near.entry_id} {near.question}  {near.score:.2f}")
    print(f"共 {page.total} 组、{page.questions} 次。")
