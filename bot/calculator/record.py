"""Record: everything that a numeric question says, in one shape; several bills are several records."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from corpus.interval import Month

LOCAL, IN_PROVINCE, OUT_PROVINCE = "local", "in_province", "out_province"
# Out of the city, nobody says where; not covered; several places at once.
AWAY, UNCOVERED, SEVERAL = "away", "uncovered", "several"
# Papers and emergencies that make care out of the city another case.
CASES = ("filed", "referral", "emergency")
# Children whose counts do not agree.
SEVERAL_CHILDREN = -1
YES, NO, UNSURE = "true", "false", "unsure"
# The amounts that say how much was spent, whichever way; a new one takes the place of all of them.
COSTS = ("total", "scoped", "items", "above", "each", "upto")
AMOUNTS = (*COSTS, "deductible", "consult", "outside", "used", "left", "paid", "base")
_COUNTS = ("children", "times", "apply_day", "birth_day", "year")
_MONTHS = ("apply", "birth", "day_of")
_MARKS = ("midway", "about", "assumed_year", "assumed_now", "exhausted", "surgery")
# What a calculation of another kind may still use.
_KEPT = ("hukou", "children", "location", "used", "left")
_OF_BENEFITS = {"bstart", "bend", "blen", "binforce", "window"}


@dataclass(frozen=True)
class Record:
    """One numeric question, or one bill of it; an empty field was not said.

    `unclear` names the slot of an amount that cannot be computed with, `wrong` the phrase for what cannot be.
    """

    task: str = ""
    want: str = ""
    visit: str = ""
    level: str = ""
    compared: tuple[str, ...] = ()  # a field and its value, level=2, for each thing that is to be compared
    location: str = ""
    filed: str = ""
    referral: str = ""
    emergency: str = ""
    temporary: str = ""
    selected: str = ""
    hukou: str = ""
    scope: str = ""
    consult_in: str = ""
    many: str = ""
    part: str = ""
    total: Decimal | None = None
    scoped: Decimal | None = None
    items: Decimal | None = None
    above: Decimal | None = None
    each: Decimal | None = None
    upto: Decimal | None = None  # the other end of a cost that is said as lying between two
    deductible: Decimal | None = None
    consult: Decimal | None = None
    outside: Decimal | None = None
    used: Decimal | None = None
    left: Decimal | None = None
    paid: Decimal | None = None
    base: Decimal | None = None
    children: int | None = None
    times: int | None = None
    apply: tuple[Month, ...] = ()
    apply_day: int | None = None
    birth: tuple[Month, ...] = ()
    birth_day: int | None = None
    day_of: tuple[Month, ...] = ()  # the month of a visit
    year: int | None = None
    school_year: str = ""
    midway: bool = False
    about: bool = False
    assumed_year: bool = False
    assumed_now: bool = False  # nobody said when the child is enrolled
    exhausted: bool = False
    surgery: bool = False  # nobody said that it is a stay
    unclear: str = ""
    wrong: str = ""
    name: str = ""  # of what cannot be
    apart: str = ""  # amounts that were said and are not counted
    who: str = ""  # which child of several
    policy: str = ""  # the school year whose numbers are used

    def over(self, before: Record) -> Record:
        """Return what was said before with what this record says in its place."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if _is_said(getattr(self, one.name))}
        for name in ("task", "wrong", "name", "apart"):
            said.pop(name, None)
        if said.get("location") == AWAY and before.location in (IN_PROVINCE, OUT_PROVINCE):
            said.pop("location")  # 老家 was named before
        part, whole = said.get("scoped"), before.total
        if before.scoped is not None and part is not None and whole is not None and part <= whole:
            said.setdefault("total", whole)  # what is in scope is put right, and the bill stays what it was
        if any(name in said for name in COSTS):
            said = dict.fromkeys(COSTS) | {"scope": "", "outside": None, "about": False} | said
            if before.want in ("ratio", "selfratio"):
                said.setdefault("want", "self" if before.want == "selfratio" else "fund")
        if "consult" in said or "total" in said:
            said.setdefault("unclear", "")
        if said.get("unclear", before.unclear) == before.unclear and before.unclear in _slots(said):
            said["unclear"] = ""
        if "apply" in said:
            said = {"midway": False, "assumed_year": False, "assumed_now": False, "apply_day": None} | said
        if "visit" in said:
            said = {"surgery": False} | said
        if YES in {said.get(name) for name in CASES}:
            # Who has filed, or was referred, is not out for a while; 那急诊抢救呢 is in the place of what was said.
            said = {"temporary": "", **{name: "" for name in CASES if getattr(before, name) == YES}} | said
        if "location" in said and said["location"] == LOCAL:
            said |= {"filed": "", "referral": "", "emergency": "", "temporary": ""}
        apart = self.apart or before.apart * bool(said.get("unclear", before.unclear))
        return replace(before, **said, wrong=self.wrong, name=self.name, apart=apart)

    def keeping(self, before: Record) -> Record:
        """Return this record with what the calculation before said that another kind may use as well."""
        # When benefits begin decides what is paid of a bill, too.
        months = ("apply", "birth", "birth_day") if {before.task, self.task} & {*_OF_BENEFITS, "claim"} else ()
        names = (*_KEPT, *months, *(("level",) if self.task == "remaining" else ()))
        kept = {name: getattr(before, name) for name in names if not _is_said(getattr(self, name))}
        return replace(self, **kept)

    @property
    def cost(self) -> Decimal | None:
        """The cost that counts: what is in scope, else the total without what is not, else the sum of its parts."""
        if self.scoped is not None:
            return self.scoped
        if self.total is not None:
            return self.total - (self.outside or 0)
        return self.items

    @property
    def beyond(self) -> Decimal:
        """What the family pays whatever the ratio: the part of the total that is out of scope, or below the line."""
        counted = self.cost if self.above is None or self.visit != "inpatient" else self.above
        whole = self.total
        if whole is None and self.scoped is not None:
            whole = self.scoped + (self.outside or 0)
        return Decimal(0) if whole is None or counted is None else max(Decimal(0), whole - counted)

    @property
    def told_cost(self) -> bool:
        """Whether a cost was said, whichever way."""
        return self.consult is not None or any(getattr(self, name) is not None for name in COSTS)

    @property
    def is_whole(self) -> bool:
        """Whether a claim stands for itself and needs nothing of the one before."""
        return bool(self.visit) and any(getattr(self, name) is not None for name in COSTS)

    @property
    def is_temporary(self) -> bool:
        """Whether somebody away says that he has no paper: then it is a temporary stay."""
        return self.temporary == YES or NO in (self.filed, self.referral)

    @property
    def where(self) -> str:
        """Where the hospital is; in the city unless something speaks against it."""
        referred = self.referral == YES and self.visit == "inpatient" and not self.selected
        away = self.filed or self.temporary == YES or referred
        return self.location or (AWAY if away else LOCAL)

    @property
    def case(self) -> str:
        """Which case of care out of the city was said, an empty string if none was."""
        said = {name: getattr(self, name) for name in CASES}
        yes = [name for name, value in said.items() if value == YES]
        if UNSURE in said.values() or (said["filed"] == YES and self.temporary == YES):
            return ""
        if set(yes) == {"filed", "referral"}:
            return "referral"
        if yes:
            return "" if len(yes) > 1 or (yes == ["filed"] and self.hukou == "other") else yes[0]
        return "temporary" if self.is_temporary else ""


def _slots(said: dict[str, object]) -> set[str]:
    """Return the slots that amounts answer."""
    answered = {
        "consult": "consult_fee",
        "deductible": "deductible",
        "used": "used_cap",
        "left": "used_cap",
        "outside": "outside",
    }
    return {answered.get(name, "amount") for name in AMOUNTS if said.get(name) is not None}


@dataclass(frozen=True)
class Talk:
    """What goes on: its records, the slot that was asked for, and what was computed before.

    That is the version before the last message, and the last calculation of another kind.
    """

    records: tuple[Record, ...] = ()
    asked: str = ""
    past: tuple[tuple[Record, ...], ...] = ()

    def after(self, before: Talk) -> Talk:
        """Return this with what went on before behind it."""
        if self.records == before.records or not before.records:
            return replace(self, past=before.past)
        cards = (before.records, *before.past)
        other = next((card for card in cards[1:] if card[0].task != before.records[0].task), None)
        return replace(self, past=cards[:1] if other is None else (cards[0], other))


def dump(talk: Talk) -> str:
    """Return what goes on as a short text for the session store."""
    cards = [[_plain(record) for record in card] for card in (talk.records, *talk.past)]
    return json.dumps([cards[0], talk.asked, *cards[1:]], ensure_ascii=False, separators=(",", ":"))


def load(text: str | None) -> Talk:
    """Read it back; nothing where there is nothing or it is of another version."""
    try:
        rows, asked, *past = json.loads(text or "")
        cards = [tuple(_record(row) for row in card) for card in (rows, *past)]
        return Talk(cards[0], str(asked), tuple(filter(None, cards[1:])))
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        return Talk()


def _plain(record: Record) -> dict[str, object]:
    said = {one.name: getattr(record, one.name) for one in fields(record)}
    return {name: _text(value) for name, value in said.items() if _is_said(value)}


def _is_said(value: object) -> bool:
    """Tell whether a field holds something; 0 is something."""
    return value is not None and value is not False and value not in ("", ())


def _text(value: object) -> object:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, int) else str(value)


def _record(row: dict[str, object]) -> Record:
    said: dict[str, object] = {}
    for name, value in row.items():
        if name in AMOUNTS:
            said[name] = Decimal(str(value))
        elif name in _MONTHS:
            said[name] = tuple(Month.parse(str(one)) for one in value)  # type: ignore[attr-defined]
        elif name == "compared":
            said[name] = tuple(str(one) for one in value)  # type: ignore[attr-defined]
        elif name in _COUNTS:
            said[name] = int(str(value))
        else:
            said[name] = value is True if name in _MARKS else str(value)
    return Record(**said)  # type: ignore[arg-type]
