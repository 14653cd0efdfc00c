"""Reading: everything in one sentence that a calculation may need, as slots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.calculator.counts import find_children
from bot.calculator.dates import Dates, find_dates
from bot.calculator.levels import find_levels, impossible_level
from bot.calculator.money import Amount, find_amounts, is_vague
from bot.calculator.numbers import read_number
from bot.calculator.places import find_place, has_two_places, insured_elsewhere
from bot.calculator.roles import with_roles
from bot.calculator.spelling import spell
from bot.calculator.vocabulary import HERE, LEVEL, PLACE, Found, Named, Vocabulary, Words

# What is known, by name; the names of the wire, and some of our own.
Slots = dict[str, str]

UNSURE = "unsure"
_COSTS = ("total", "in_scope", "item", "above")
_CLAUSE = re.compile(r"[,。;!?]")
_TOLD = re.compile(r"[了过掉去自付是]{0,3}\d|[了过掉]?[一两二三四五六七八九][百千万]")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%|百分之([\d零一二三四五六七八九十百两点]+)")
# 绑的是社康，去了儿童医院: chosen there, treated here.
_ANOTHER = re.compile(r"(?:绑|选定|签约)[^。]{0,12},[^。]{0,8}(?:去了?|到|跑去|在)[^,。]{0,12}(?:医院|社康)")
# 不是200，是20.
_DENIED, _RATHER = re.compile(r"(?:不是|唔系|不系)$"), re.compile(r"(?:元|块)?,?(?:而)?(?:是|系)")
_NOT_SURE = re.compile(r"是不是[^,。;]{0,6}(?:选|绑)|(?:选定|绑定|绑的|绑了)(?:没有?|不)(?:知道|清楚)")
# Whose residence it is, where it is not the child's: 我深户老公不是.
# 打算备案, 备案来得及吗, 转诊没批: asked about, planned or refused, not done.
_DOUBT_BEFORE = re.compile(
    r"(?:打算|准备|正在|想|要不要|需要|需不需要|说要|让我?|可以补?|来不及|来得及|没来得及|本来想?|不知道要?|没听说过?|不懂|不会弄?"
    r"|后补|不肯|不给|之后才|后来才|是不是要?|如果|要是|假如|爸爸?|妈妈?|老大|老二|哥哥|姐姐|爷爷|奶奶|外公|外婆|老人|出院后才|出院才)(?:在[^,。]{1,4})?[去办补申请做的开]{0,3}$"
)
_DOUBT_AFTER = re.compile(
    r"(?:手续)?(?:是什么|怎么|咋|还没批|没批|没生效|未生效|没通过|未通过|没下来|还没|申请了|漏|要不要|(?:医院|医生)?不给|还在|审核|失败|被拒|不成功|没成功|来得及|来不及|忘了?办没|的电话|了吗|了没有?(?:[?。]|不)|吗|有用吗)"
)
_PARENT = re.compile(r"(?:我|老公|老婆|爸|妈|父亲|母亲|爷|奶|父母|先生|太太)(?:是|都是|也是|有|本人|自己)?$")
_PLANNED = re.compile(r"(?:打算|准备|正在|在|想|需要|是不是|要不要|办不了|办|申请|还没)[要去办上落入]{0,2}$")
_PARENTS_TOO = re.compile(r"(?:的)?(?:妈妈?|爸爸?|家庭|父母|老公|老婆)|[吗么]")
_RESIDENCE_AFTER = re.compile(r"(?:的)?(?:户口|户籍)")
_RESIDENCE_BEFORE = re.compile(r"(?:户口|户籍)(?:还)?(?:在|是|落在?)$")


@dataclass(frozen=True)
class Message:
    """A sentence before it is read: spelled right, and what it may speak of."""

    text: str
    hints: frozenset[str]

    @classmethod
    def of(cls, folded: str, words: Vocabulary) -> Message:
        """Take a folded sentence."""
        text = spell(folded)
        return cls(text, words.hints(text))


class Said(dict[str, bool | None]):
    """What is said of each cue: True, False where it is denied, None; looked for when it is first needed."""

    def __init__(self, message: Message, cues: Mapping[str, Words]) -> None:
        """Take the message and the words to look for."""
        super().__init__()
        self._message = message
        self._cues = cues

    def __missing__(self, cue: str) -> bool | None:
        """Look for a cue once."""
        hinted = cue in self._message.hints
        self[cue] = found = self._cues[cue].said(self._message.text) if hinted else None
        return found

    def find(self, cue: str) -> list[Found]:
        """Return every place where a cue stands."""
        return list(self._cues[cue].find(self._message.text)) if self[cue] is not None else []

    def disputed(self, cue: str) -> bool:
        """Tell whether a cue is said in one place and denied in another."""
        return len({one.denied for one in self.find(cue)}) > 1


@dataclass(frozen=True)
class Reading:
    """One sentence as the calculator sees it."""

    text: str
    slots: Slots
    amounts: tuple[Amount, ...]
    dates: Dates
    vague: bool
    levels: tuple[str, ...]
    impossible: str
    percents: tuple[str, ...]
    own: tuple[Found, ...]
    said: Said

    def has(self, *cues: str) -> bool:
        """Tell whether one of the cues is in the sentence."""
        # Asked some thirty times a message, so without a generator.
        for cue in cues:  # noqa: SIM110
            if self.said[cue]:
                return True
        return False

    @property
    def asks_own(self) -> bool:
        """Whether it is asked what the family pays; 自己付了25 tells it."""
        return any(not _TOLD.match(self.text, one.end) and not one.denied for one in self.own)

    def of(self, role: str) -> list[Amount]:
        """Return the amounts of one role."""
        return [amount for amount in self.amounts if amount.role == role]


def read(message: Message, words: Vocabulary, today: date) -> Reading:
    """Read a sentence."""
    text, hints = message.text, message.hints
    named = list(words.places.find(text)) if PLACE in hints else []
    dates = find_dates(text, today, words.cues["birth"])
    levels, level_spans = find_levels(text, words.levels) if LEVEL in hints else ((), [])
    children, count_spans = find_children(text)
    percents = list(_PERCENT.finditer(text))
    taken = [*dates.spans, *level_spans, *count_spans, *(match.span() for match in percents)]
    amounts = with_roles(text, find_amounts(text, taken), words.roles)
    amounts = _corrected(text, amounts, words.cues["corrected"])
    said = Said(message, words.cues)
    slots = {
        "visit": _visit(text, amounts, words.cues, said),
        "location": find_place(text, named),
        "hospital_level": levels[0] if len(levels) == 1 and not _ANOTHER.search(text) else "",
        "children": children,
        "selected": _selected(text, said),
        "filed": _papers("filed", text, said),
        "referral": _papers("referral", text, said),
        # 急诊挂的号，但没抢救: the rescue decides.
        "emergency": _flag(said["emergency"] if said["rescue"] is None else said["rescue"]),
        "temporary": "true" if said["temporary"] else "",
        "elsewhere": "true" if said["filed"] and has_two_places(text, named) else "",
        "hukou": _hukou(text, said, named),
        "uninsured": _flag(said["uninsured"] or None),
        "insured_elsewhere": "true" if insured_elsewhere(text, named) else "",
    }
    if slots["visit"] and not (said["inpatient_word"] or said["outpatient_word"]):
        # 社康, 绑定: it sounds like a visit, but says nothing against the stay that was spoken of.
        slots["weak_visit"] = "true"
    return Reading(
        text,
        {name: value for name, value in slots.items() if value},
        tuple(amounts),
        dates,
        is_vague(text),
        levels,
        impossible_level(text),
        tuple(match[1] or str(read_number(match[2]) or 0) for match in percents),
        tuple(said.find("self")),
        said,
    )


def _flag(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def _answer(cue: str, said: Said) -> str:
    """Return whether something is the case; unsure where it is said in one place and denied in another."""
    return UNSURE if said.disputed(cue) else _flag(said[cue])


def _papers(cue: str, text: str, said: Said) -> str:
    """Return whether papers are there; unsure where they are only asked about, planned or refused."""
    for one in said.find(cue):
        doubt = _DOUBT_AFTER.match(text, one.end) or _DOUBT_BEFORE.search(text[: one.start])
        if doubt and not one.denied:
            return UNSURE
    return _answer(cue, said)


def _selected(text: str, said: Said) -> str:
    if _NOT_SURE.search(text) or _ANOTHER.search(text) or said["other_chosen"]:
        return UNSURE
    if said["not_chosen"]:
        return UNSURE if said["selected"] and said.disputed("selected") else "false"
    return _answer("selected", said)


def _corrected(text: str, amounts: list[Amount], words: Words) -> list[Amount]:
    """Drop an amount that the next one corrects: 花了2万 不对是3万."""
    kept: list[Amount] = []
    for amount in amounts:
        before = kept[-1] if kept else None
        same = before is not None and (amount.role in (before.role, "total") or before.role == "total")
        between = text[before.end : amount.start] if before else ""
        denied = before is not None and _DENIED.search(text[: before.start]) and _RATHER.match(between)
        if before and same and (denied or words.said(between) is not None):
            kept.pop()
            amount = replace(amount, role=before.role if amount.role == "total" else amount.role)
        kept.append(amount)
    return kept


def _visit(text: str, amounts: list[Amount], cues: Mapping[str, Words], said: Said) -> str:
    if said["stay_unclear"]:
        return ""
    if said["inpatient_word"] and said["outpatient_word"]:
        return _visit_of_costs(text, amounts, cues)
    if said["inpatient"] and said["inpatient_word"] is not False:
        return "inpatient"
    if said["outpatient"] or said["outpatient_word"] or said["inpatient_word"] is False:
        return "outpatient"
    return ""


def _visit_of_costs(text: str, amounts: list[Amount], cues: Mapping[str, Words]) -> str:
    """Return the one visit that is named in the clauses of the costs; "both" where that is not clear."""
    visits: set[str] = set()
    for cost in (amount for amount in amounts if amount.role in _COSTS):
        start = max(text.rfind(sign, 0, cost.start) for sign in ",。;!?") + 1
        clause = _CLAUSE.split(text[start:])[0]
        visits |= {visit for visit in ("inpatient", "outpatient") if cues[visit].said(clause)} or {"both"}
    return visits.pop() if len(visits) == 1 else "both"


def _hukou(text: str, said: Said, named: Sequence[Named]) -> str:
    here = [
        one
        for one in said.find("hukou_here")
        if not _PARENT.search(text[: one.start])
        and not _PLANNED.search(text[: one.start])
        and not _PARENTS_TOO.match(text, one.end)
        # 广州户口在深圳上学: the residence is of the place before it.
        and not any(end == one.start and group != HERE for _, end, group in named)
    ]
    if said["hukou_elsewhere"] and not said.disputed("hukou_elsewhere"):
        return "other"
    if any(not one.denied for one in here):
        return "shenzhen"
    return "other" if said["hukou_elsewhere"] or here or _lives_elsewhere(text, named) else ""


def _lives_elsewhere(text: str, named: Sequence[Named]) -> bool:
    """Whether a residence in another place is named: 湖北户口, 户口在东莞."""
    return any(
        (_RESIDENCE_AFTER.match(text, end) or _RESIDENCE_BEFORE.search(text[:start]))
        and not _PARENT.search(text[:start])
        for start, end, group in named
        if group != HERE
    )
