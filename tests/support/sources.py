"""Sources: the files of this repository, and which sentences they say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.calculator.arithmetic import Fault
from bot.calculator.reader import SLOTS

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "corpus", "index")
BUILT = {"built", "build", "__pycache__"}
# Who says a sentence by its key, and as which argument.
SAYS = {"text": 0, "say": 0, "_say": 0, "hint": 0, "_offer": 2}


def ours(*tops: str) -> Iterator[Path]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and not BUILT & set(path.relative_to(ROOT).parts):
                yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def said_in(module: ast.Module) -> Iterator[str]:
    """Yield the keys of the sentences that a module says, read off its calls."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = SAYS.get(name, len(node.args))
            for argument in node.args[place : place + 1]:
                yield from keys_in(argument)


def keys_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("[a-z_]+", node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from keys_in(node.body)
        yield from keys_in(node.orelse)


def calculator_keys() -> set[str]:
    """Return the keys of the sentences that the calculator says: written out, or made of a slot or a fault."""
    modules = [tree(path) for path in ours("bot/calculator") if path.suffix == ".py"]
    texts = {node.value for module in modules for node in ast.walk(module) if isinstance(node, ast.Constant)}
    written = {text for text in texts if isinstance(text, str) and re.fullmatch(r"calc(_[a-z]+)+", text)}
    asked = {f"calc_ask_{slot}" for slot in SLOTS}
    return written | asked | {f"calc_sum_{fault}" for fault in Fault} | {k for m in modules for k in said_in(m)}
