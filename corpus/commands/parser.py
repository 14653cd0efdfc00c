"""Parser: reads a command line, and says in Chinese what is missing or wrong in it and what may stand there."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from typing import Any, NoReturn

# What argparse says, and what is said instead; a message that is not among them is passed on as it is.
_SAID = (
    (r"the following arguments are required: (.+)", "还缺：{}。"),
    (r"argument (.+?): invalid choice: '?(.+?)'? \(choose from (.+)\)", "{} 不能写“{}”，可以写：{}。"),
    (r"argument (.+?): invalid .+ value: '(.*)'", "{} 不能写“{}”。"),
    (r"argument (.+?): expected .+", "{} 后面还要写它的值。"),
    (r"argument (.+?): not allowed with argument (.+)", "{} 和 {} 只能写一样。"),
    (r"one of the arguments (.+) is required", "{} 里要写一样。"),
    (r"unrecognized arguments: (.+)", "不认识：{}。"),
    (r"ambiguous option: (\S+) could match (.+)", "{} 写得太短，分不清是 {} 里的哪一个。"),
)


class Parser(ArgumentParser):
    """A parser of one command, and of the commands under it."""

    _under: Any = None

    def add_subparsers(self, **given: Any) -> Any:
        """Remember which commands stand under this one."""
        self._under = super().add_subparsers(**given)
        return self._under

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read more, and end."""
        self.exit(2, f"{self._choice(message) or _translated(message)}要看怎么写，请运行：{self.prog} --help\n")

    def _choice(self, message: str) -> str:
        """Return which commands there are, where it is one of them that is missing or unknown."""
        if self._under is None:
            return ""
        name = re.escape(self._under.metavar or self._under.dest)
        names = "、".join(self._under.choices)
        if re.fullmatch(rf"the following arguments are required: {name}", message):
            return f"{self.prog} 后面还要写做什么，从这些里选一个：{names}。"
        if found := re.match(rf"argument {name}: invalid choice: '?(.+?)'? \(", message):
            return f"{self.prog} 后面不能写“{found[1]}”，从这些里选一个：{names}。"
        return ""


def _translated(message: str) -> str:
    for pattern, said in _SAID:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return said.format(*(part.replace("'", "").replace(", ", "、") for part in found.groups()))
    return f"{message}。"
