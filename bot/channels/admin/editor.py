"""Editor: the list, one entry as a form, and what is wrong in it beside the field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from typing import Any

from starlette.responses import Response

from bot.channels.admin.console import Call, go
from bot.channels.admin.login import Form
from bot.workshop.draft import checked, free_id
from bot.workshop.errors import Refused, Stale
from bot.workshop.folders import difference, text_digest
from corpus.check import ERROR, Problem, check
from corpus.entries import Corpus
from corpus.entry import ACTIVE, Entry, Similar, format_entry
from corpus.errors import CorpusError
from corpus.text import fold

# From this score on, the bot itself holds another entry for the one that is asked.
_LIKER = 0.5
_MOST_HINTS = 20
_ID = re.compile(r"[A-Z]+[0-9]+")
_AT = re.compile(r"^(.*\S)\s+[@＠]\s*(\S+)$")
# In which field a finding belongs, by a word of it.
_FIELDS = {
    "段落": "answer",
    "短答案": "short",
    "答案": "answer",
    "依据": "basis",
    "短标题": "label",
    "相似问题": "similar",
}


@dataclass(frozen=True)
class EntryRow:
    """An entry in the list."""

    entry: Entry
    changed: str = ""
    errors: int = 0
    found: str = ""


@dataclass(frozen=True)
class Remark:
    """A sentence of the linter."""

    message: str
    bad: bool = False


@dataclass(frozen=True)
class Fields:
    """An entry as its form has it."""

    id: str = ""
    category: str = ""
    question: str = ""
    similar: str = ""
    answer: str = ""
    short: str = ""
    label: str = ""
    english: str = ""
    years: str = ""
    basis: str = ""
    status: str = ACTIVE
    shown: str = field(default="", compare=False)

    @classmethod
    def of(cls, entry: Entry) -> Fields:
        """Return the fields of an entry."""
        lines = [f"{item.text} @{item.passage}" if item.passage else item.text for item in entry.similar]
        return cls(
            entry.id, entry.category, entry.question, "\n".join(lines), entry.body, entry.short_answer, entry.label,
            entry.english, entry.years, entry.basis, entry.status, entry.answer,
        )  # fmt: skip

    @classmethod
    def sent(cls, form: Form) -> Fields:
        """Return the fields of a form that was sent."""
        names = ("id", "category", "question", "label", "english", "years", "basis", "status")
        lines = {name: form.line(name) for name in names}
        texts = {name: form.text(name) for name in ("similar", "answer", "short")}
        return cls(**{**lines, **texts, "id": lines["id"].upper(), "status": lines["status"] or ACTIVE})

    def entry(self) -> Entry:
        """Return the entry that the fields make."""
        similar = []
        for line in filter(None, (" ".join(line.split()) for line in self.similar.split("\n"))):
            match = _AT.match(line)
            similar.append(Similar(match[1], match[2]) if match else Similar(line))
        return Entry(
            self.id, self.category, self.question, tuple(similar), self.answer, self.short, self.basis, self.years,
            self.status, self.label, self.english,
        )  # fmt: skip


def listed(call: Call) -> Response:
    """Show all entries, or those in which something stands."""
    problems: tuple[CorpusError, ...] = ()
    if not call.editable:
        rows = [EntryRow(entry) for entry in call.desk.chat.engine.entries.values()]
    else:
        shop = call.workshop
        corpus, problems = shop.draft.read()
        changed = {c.name: "新的" if c.before is None else "改过" for c in shop.draft.changes(shop.live_corpus)}
        wrong = [one.path.stem for one in shop.draft.problems() if one.severity == ERROR]
        rows = [
            EntryRow(entry, changed.get(f"entries/{entry.id}.md", ""), wrong.count(entry.id))
            for entry in corpus.entries
        ]
    text = call.asked("q").strip()[:100]
    found = [row for row in map(lambda row: _search(row, text), rows) if row] if text else rows
    groups = [(name, [*some]) for name, some in groupby(found, key=lambda row: row.entry.category)]
    lines = [f"{error.path.name}：{error.message}" for error in problems]
    return call.page("entries", q=text, groups=groups, problems=lines)


def shown(call: Call) -> Response:
    """Show one entry."""
    entry_id = call.request.path_params["entry_id"]
    if not call.editable:
        entry = call.desk.chat.engine.entries.get(entry_id)
        if entry is None:
            raise Refused("没有这条问答。")
        return _form(call, Fields.of(entry), opened="")
    entry = call.workshop.draft.entry(entry_id)
    text = call.workshop.draft.text(f"entries/{entry_id}.md")
    return _form(call, Fields.of(entry), text_digest(text))


def new(call: Call) -> Response:
    """Show an empty form, with the next free number of the category that is there most."""
    corpus, _ = call.workshop.draft.read()
    question = " ".join(call.asked("question").split())[:200]
    last = corpus.entries[-1] if corpus.entries else None
    fields = Fields(id=free_id(corpus), category=last.category if last else "", question=question)
    return _form(call, fields, opened="", new=True)


def saved(call: Call) -> Response:
    """Save an entry to the draft, or show how it would look."""
    fields, opened = Fields.sent(call.form), call.form.get("opened")
    is_new = bool(call.form.get("new"))
    entry = fields.entry()
    fields = replace(fields, shown=entry.answer)
    if call.form.get("do") == "look":
        return _form(call, fields, opened, new=is_new)
    draft = call.workshop.draft
    try:
        if is_new and draft.text(f"entries/{entry.id}.md") is not None:
            raise Refused(f"编号 {entry.id} 已经有了。请换一个。")
        changed = draft.save_entry(entry, opened, call.visit.name)
    except Stale as stale:
        mine = checked(entry, draft.corpus / f"entries/{entry.id}.md")
        shown = difference(stale.theirs, mine)
        return _form(call, fields, text_digest(stale.theirs), str(stale), status=409, theirs=shown)
    except (Refused, CorpusError) as error:
        return _form(call, fields, opened, str(error), status=422, new=is_new)
    return go(f"/entries/{entry.id}", done="saved" if changed else "same")


def _form(
    call: Call, fields: Fields, opened: str, trouble: str = "", status: int = 200, new: bool = False, theirs: str = ""
) -> Response:
    entry = fields.entry()
    fields = replace(fields, shown=entry.answer)
    values: dict[str, Any] = {"categories": [], "found": _sorted([]), "hints": [], "changed": "", "events": []}
    if call.editable and (_ID.fullmatch(fields.id) or new):
        shop = call.workshop
        corpus, _ = shop.draft.read()
        name = f"entries/{fields.id}.md"
        live = shop.live_corpus / name
        before = live.read_text(encoding="utf-8") if not new and live.is_file() else None
        after = None if new else shop.draft.text(name)
        values = {
            "categories": list(dict.fromkeys(one.category for one in corpus.entries)),
            "found": _sorted(_findings(corpus, entry)),
            "hints": _likings(call, entry),
            "changed": difference(before, after) if after is not None and after != before else "",
            "events": [] if new else shop.history.events(20, name),
        }
    shown = {**asdict(fields)}
    return call.page(
        "entry", status, form=shown, opened=opened, trouble=trouble, new=new, theirs=theirs, **values
    )  # fmt: skip


def _findings(corpus: Corpus, entry: Entry) -> list[Problem]:
    """Return what the linter says of an entry as it stands in the form."""
    if not entry.question or not entry.body:
        return []
    path = corpus.path / f"entries/{entry.id}.md"
    # Lines are those of the file that would be written.
    lines = format_entry(entry).split("\n")
    numbered = tuple(replace(item, line=_line(lines, item)) for item in entry.similar)
    title = next((number for number, line in enumerate(lines, start=1) if line.startswith("# ")), 0)
    own = replace(entry, path=path, similar=numbered, line=title)
    # Alone, for the others' findings are not shown here, and which is nearer is asked of the engine in use.
    return [one for one in check(replace(corpus, entries=(own,)), near=None) if one.path == path]


def _line(lines: list[str], item: Similar) -> int:
    text = f"- {item.text} @{item.passage}" if item.passage else f"- {item.text}"
    return lines.index(text) + 1 if text in lines else 0


def _sorted(problems: Iterable[Problem]) -> dict[str, list[Remark]]:
    names = ("id", "category", "years", "question", "answer", "short", "similar", "label", "english", "basis", "other")
    found: dict[str, list[Remark]] = {name: [] for name in names}
    for problem in problems:
        named = (field for word, field in _FIELDS.items() if word in problem.message)
        place = "similar" if problem.line else next(named, "other")
        found[place].append(Remark(problem.message, problem.severity == ERROR))
    return found


def _likings(call: Call, entry: Entry) -> list[Remark]:
    """Return which new wordings the bot takes for another entry's: 更像 B5."""
    engine = call.desk.chat.engine
    known = set(engine.texts) if hasattr(engine, "texts") else set()
    found = []
    for item in entry.similar:
        if item.text in known:
            continue
        best = next(iter(engine.search(item.text)), None)
        if best and best.entry_id != entry.id and best.score >= _LIKER and best.entry_id in engine.entries:
            found.append(Remark(f"“{item.text}”更像 {best.entry_id} 的“{best.phrasing}”。请看看是否该放到那一条。"))
    return found[:_MOST_HINTS]


def _search(row: EntryRow, text: str) -> EntryRow | None:
    wanted, entry = fold(text), row.entry
    if wanted == fold(entry.id) or wanted in fold(f"{entry.question} {entry.label} {entry.answer}"):
        return row
    found = next((item.text for item in entry.similar if wanted in fold(item.text)), None)
    return replace(row, found=found) if found else None
