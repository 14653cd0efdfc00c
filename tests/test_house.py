"""The house keeps its own rules: layers, lengths, documentation, sentences."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.commands.verbs import COMMANDS
from bot.settings import settings_table
from corpus.entries import load_corpus
from tests.support.sources import PACKAGES, ROOT, calculator_keys, ours, said_in, tree

LONGEST = 300
WRITTEN = {".py", ".js", ".css", ".html"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


SOURCES = [path for path in ours(*PACKAGES, "tests") if path.suffix in WRITTEN]
MODULES = [path for path in ours(*PACKAGES) if path.suffix == ".py"]


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@cache
def documents() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)


def test_no_file_name_stands_twice() -> None:
    # What a package is, how it is run and what it raises are called the same everywhere.
    names = Counter(path.name for path in ours(*PACKAGES, "tests") if path.suffix == ".py")
    twice = {name for name, count in names.items() if count > 1}
    assert twice == {"__init__.py", "__main__.py", "errors.py"}


def test_imports_go_one_way() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_file_stays_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert len(lengths) > 40
    assert not {name: length for name, length in lengths.items() if length > LONGEST}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_public_name_says_what_it_is(path: Path) -> None:
    bare = [f"{path.name}:{node.lineno} {node.name}" for node in public(tree(path)) if not ast.get_docstring(node)]
    assert not bare and ast.get_docstring(tree(path))


def public(node: ast.Module | ast.ClassDef) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def test_no_test_leans_on_another_test_file() -> None:
    sources = [path for path in ours("tests") if path.suffix == ".py"]
    leaning = re.compile(r"^(?:from|import) (?:tests\.)?(?:test_\w+|conftest)\b", re.MULTILINE)
    assert not [name_of(path) for path in sources if leaning.search(path.read_text(encoding="utf-8"))]


def test_the_readme_fits_on_two_screens() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", text)
    assert not [link for pair in named for link in pair if link and not (path.parent / link).exists()]


def test_every_page_of_the_documents_is_found_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(DOCUMENTS) > 9
    assert not [path.name for path in DOCUMENTS[1:] if f"docs/{path.name}" not in readme]


def test_every_make_target_stands_in_the_documents() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE))
    assert {"run", "test", "index"} <= targets
    assert not {name for name in targets if not re.search(rf"\bmake {name}\b(?!-)", documents())}


def test_the_documents_name_no_other_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^\s*make ([a-z][a-z-]*)|`make ([a-z][a-z-]*)", documents(), re.MULTILINE))
    assert not {name for pair in named for name in pair if name and f"\n{name}:" not in makefile}


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_stands_in_the_documents(name: str) -> None:
    assert re.search(rf"(python -m bot|`faq) {name}\b", documents())


@pytest.mark.parametrize("name", [setting.name for setting in settings_table()])
def test_every_setting_stands_in_the_documents(name: str) -> None:
    assert re.search(rf"\b{name}\b", documents())


def test_every_sentence_that_the_bot_says_is_written() -> None:
    written = dict(load_corpus().phrases.sentences)
    said = {key: path.name for path in ours("bot") if path.suffix == ".py" for key in said_in(tree(path))}
    said |= dict.fromkeys(calculator_keys(), "calculator")
    assert {"greeting", "abstain", "clarify_again", "expired", "passage_intro"} <= set(said)
    assert not {key: place for key, place in said.items() if not written.get(key, "").strip()}


def test_no_path_of_one_machine() -> None:
    # Written in two parts, so that this file does not find itself.
    machine = re.compile(r"(?<![\w.~-])/(?:" + "work/|" + "tmp/w|" + "home/|" + r"root/|Users/)")
    texts = {".py", ".md", ".toml", ".txt", ".tsv", ".json", ".js", ".html", ".css", ".lock", ".yml", ""}
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    found = []
    for path in (*top, *ours(*PACKAGES, "tests", "docs")):
        if path.suffix in texts and path.stat().st_size < 1_000_000:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                found += [f"{name_of(path)}:{number} {line.strip()[:80]}"] if machine.search(line) else []
    assert not found, "\n" + "\n".join(found)


@pytest.mark.model
def test_the_built_index_is_of_this_corpus() -> None:
    from index.disk import default_index, load

    corpus = load_corpus()
    engine = load(default_index(), corpus_digest=corpus.digest)
    for entry in engine.entries.values():
        assert engine.search(entry.question)[0].entry_id == entry.id
    assert set(engine.entries) == {entry.id for entry in corpus.entries if entry.active}
