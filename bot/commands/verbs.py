"""Verbs: the list of commands; a verb's module is imported only when it is asked for."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast


class Verb(Protocol):
    """What the module of a verb offers."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what may follow the verb."""

    def run(self, options: Namespace) -> int:
        """Do it; return the exit status."""


@dataclass(frozen=True)
class Command:
    """A verb in the list: its name, where it lives, and one line for the help."""

    name: str
    module: str
    help: str

    def load(self) -> Verb:
        """Return the module that does it."""
        return cast(Verb, import_module(self.module))


COMMANDS = (
    Command("serve", "bot.commands.serve", "启动 HTTP 服务"),
    Command("ask", "bot.commands.ask", "问一句，答复写到屏幕上"),
    Command("doctor", "bot.commands.doctor", "看看这里哪里不对、怎么办"),
    Command("backup", "bot.commands.backup", "把做不出第二份的存成一个文件"),
    Command("admin-password", "bot.commands.admin_password", "给管理页面写一行名字和密码"),
    Command("inbox", "bot.commands.triage", "没答好的问题：列出，加为相似问、新建、不属于本库、忽略"),
    Command("records", "bot.commands.retention", "问答记录：写成表格，删去一个会话的，删去旧的"),
    Command("check", "corpus.commands.checking", "检查资料：全部条目、词表和固定句子"),
    Command("export", "corpus.commands.bookout", "把全部问答写成一个 Excel 工作簿"),
    Command("import", "corpus.commands.bookin", "收回改过的工作簿；有一处不对就什么也不改"),
    Command("draft", "corpus.commands.drafting", "从 Word、PDF、网页、文本文件起草问答"),
    Command("new-office", "corpus.commands.beginning", "给另一个单位放一份空的资料，里面写着怎么填"),
    Command("index", "index.__main__", "建索引、试搜、训练排序器"),
    Command("teach", "bot.teaching.__main__", "教算账的读句子：检查、学习、考一考"),
    Command("eval", "tests.ruler.__main__", "评测效果（在源码的文件夹里）"),
    Command("bench", "tests.bench.__main__", "测速度和内存（在源码的文件夹里）"),
    Command("wechat-check", "bot.commands.wechat_check", "扮作微信的服务器，检查正在运行的公众号网址"),
)
