"""Trial: a question asked as a visitor would, with the reasons, and the way to put the answer right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from bot.channels.admin.console import Call, go
from bot.channels.desk import checked_question
from bot.channels.errors import ApiError
from bot.reply import Query
from bot.workshop.errors import Refused
from corpus.entry import Entry
from index.explain import Candidate, Explanation
from index.rows import SMALLTALK
from index.signals import NAMES, POSITIVE

_KINDS = {
    "answer": "直接回答",
    "clarify": "反问",
    "abstain": "没有答案",
    "smalltalk": "寒暄",
    "ask": "追问",
    "calculation": "测算",
}
# What each signal is, for people who have never heard of it.
_SIGNALS = {
    "nearest": "意思最近的问法",
    "nearest 3": "意思最近的三个",
    "centre": "和整条的意思",
    "votes": "最近的 64 个里有几票",
    "linear": "用词像不像（学来的）",
    "dense linear": "意思像不像（学来的）",
    "bm25": "用词重合",
    "pinyin bm25": "读音重合",
    "unexplained share": "没被解释的字",
    "most unexplained": "没被解释的最少见的字",
    "pinyin gaps": "读音也对不上的字",
    "surface gaps": "字面对不上的字",
    "negation": "一个说“没有”一个不说",
    "elsewhere": "说的是别处",
}
_CLEAR = 0.35


@dataclass(frozen=True)
class CandidateRow:
    """A candidate as the page shows it."""

    id: str
    name: str
    score: float
    phrasing: str
    reasons: str


def shown(call: Call) -> Response:
    """Show what a visitor would get for a question, and why."""
    text = call.asked("q")
    values: dict[str, Any] = {"q": text[:500], "reply": None, "trouble": ""}
    live = call.desk.live
    if text:
        try:
            question = checked_question(text, "q")
            reply = live.presenter.reply(live.trial.reply(Query(question, "trial")))
            engine = live.chat.engine
            limits = engine.thresholds(call.desk.settings.precision, call.desk.settings.strangers)
            hits = [hit.entry_id for hit in engine.search(question)]
            values |= {
                "reply": reply,
                "kind": _KINDS.get(reply.kind, reply.kind),
                "why": reasons(engine.explain(question), engine.entries),
                "threshold": limits.answer,
                "offer": limits.offer,
                "chosen": next((one for one in hits if one in engine.entries), ""),
            }
        except ApiError as error:
            values["trouble"] = error.message
    return call.page("trial", entries=_choices(call), **values)


def corrected(call: Call) -> Response:
    """Put a question where it belongs: to an entry, or to those that are not to be answered."""
    text = " ".join(checked_question(call.form.get("text"), "text").split())
    draft = call.workshop.draft
    if call.form.get("do") == "outside":
        return go("/publish", done="added" if draft.add_outside([text], call.visit.name) else "known")
    entry_id = call.form.line("entry")
    owner, _, part = call.form.line("part").partition(" ")
    if part and owner != entry_id:
        raise Refused(f"“{part}”是 {owner} 的一段，您选的是 {entry_id}。没有改动，请回去选同一条的段落，或者选“整条”。")
    added = draft.add_similar(entry_id, {text: part}, call.visit.name)
    return go(f"/entries/{entry_id}", done="added" if added else "known")


def reasons(found: Explanation, entries: Mapping[str, Entry]) -> dict[str, Any]:
    """Return an explanation as the page shows it."""
    rows = [
        CandidateRow(one.entry_id, _named(one.entry_id, entries), one.score, one.phrasing, _spoken(one))
        for one in found.candidates
    ]
    columns = [one.values for one in found.candidates]
    columns += [found.outside] if found.outside is not None else []
    signals = [(_SIGNALS[name], [float(values[place]) for values in columns]) for place, name in enumerate(NAMES)]
    return {"reading": found.reading, "rows": rows, "signals": signals}


def _spoken(one: Candidate) -> str:
    """Say in words what speaks for a candidate and what against it."""
    values = dict(zip(NAMES, map(float, one.values), strict=True))
    found = ["意思很近"] if values["nearest"] > 0.8 else ["意思有点近"] if values["nearest"] > 0.6 else []
    found += ["用词重合"] if values["bm25"] > _CLEAR else []
    found += [f"最近的问法里占 {values['votes']:.0%}"] if values["votes"] > _CLEAR else []
    against = NAMES[POSITIVE:]
    gaps = values["unexplained share"] > _CLEAR
    found += ["有字没被解释"] if gaps else []
    found += [_SIGNALS[name] for name in against if name in ("negation", "elsewhere") and values[name] > 0]
    return "，".join(found) or "都不明显"


def _named(entry_id: str, entries: Mapping[str, Entry]) -> str:
    if entry := entries.get(entry_id):
        return f"{entry_id}　{entry.label or entry.question}"
    return f"寒暄 {entry_id.removeprefix(SMALLTALK)}" if entry_id.startswith(SMALLTALK) else entry_id


def _choices(call: Call) -> list[Any]:
    if call.editable:
        return [entry for entry in call.workshop.draft.read()[0].entries if entry.active]
    return list(call.desk.chat.engine.entries.values())
