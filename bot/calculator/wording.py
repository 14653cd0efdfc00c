"""Wording: outcomes as sentences, what was read and the result first; every sentence from the corpus's phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from bot.calculator.arithmetic import Expression
from bot.calculator.formulas import percent
from bot.calculator.outcome import CASE_NAMES, COMPARED, PLACE_NAMES, Figure, Missing, Result, Unknown, Wrong, plain
from bot.calculator.record import LOCAL, Record
from bot.reply import Ask, CalculatorReply, Estimate
from bot.reply import Result as WireResult
from corpus.policy import Policy

Say = Callable[[str], str]

OPTIONS = {
    "visit": {"门诊": "outpatient", "住院": "inpatient"},
    "hospital_level": {"一级及以下（含社康）": "1", "二级": "2", "三级": "3"},
    "location": {"深圳市内": "local", "广东省内（市外）": "in_province", "广东省外": "out_province"},
    "out_of_city_kind": {
        "办了长期异地备案": "filed",
        "办了市外转诊": "referral",
        "异地急诊抢救": "emergency",
        "都没有（临时外出）": "temporary",
    },
    "selected": {"是": "true", "不是": "false"},
    "hukou": {"深圳户口": "shenzhen", "不是深圳户口": "other"},
}
# More cases than these stand in lines of their own.
_IN_A_LINE = 3
_LEVELS = {"1": "一级医院或社康", "2": "二级医院", "3": "三级医院"}
_VISITS = {"inpatient": "住院", "outpatient": "看门诊", "": ""}
_AMOUNTS = {
    "total": "费用", "scoped": "医保范围内费用", "items": "各项费用合计", "above": "起付线以上费用",
    "each": "每次（每人）费用", "upto": "最多", "outside": "自费",
    "deductible": "起付线", "consult": "诊查费", "used": "门诊已报", "left": "门诊额度还剩",
}  # fmt: skip


class Wording:
    """Puts outcomes into words."""

    def __init__(self, say: Say, basis: Mapping[str, str], policy: Policy) -> None:
        """Take the phrases, where each entry stands in the documents, and the numbers that phrases name."""
        self._say = say
        self._basis = basis
        self._policy = policy
        self._facts = {
            "years": policy.years,
            "cap": str(policy.number("cap.amount")),
            "cap_year": str(policy.cap_year),
            "window": plain(policy.number("newborn.window")),
            "year_months": plain(policy.number("fee.months")),
            "emergency": percent(policy.ratio("away.emergency")),
            "in_province": percent(policy.ratio("away.in_province")),
            "out_province": percent(policy.ratio("away.out_province")),
            "fee_first": str(policy.fee.first.number),
            "fee_last": str(policy.fee.last.number),
            "benefit_first": str(policy.benefit.first.number),
            "benefit_last": str(policy.benefit.last.number),
        }

    def result(self, result: Result, read: str, state: str, heading: str = "") -> CalculatorReply:
        """Say a result, and first what was read."""
        formula = "；".join(map(str, result.steps))
        lead = self.fill("calc_read", {"read": read}) if read else ""
        lines = [lead + heading + self._headline(result.figures)]
        if result.steps:
            lines.append(f"{self._say('calc_formula')}{formula}")
        lines += self._notes(self._assumed(result))
        lines.append(f"{self._say('basis')}{self._sources(result.basis or (result.entry,))}")
        return CalculatorReply("calculation", "\n".join(lines), result.entry, self._estimate(result), state=state)

    def question(self, missing: Missing, read: str, state: str, lead: str = "") -> CalculatorReply:
        """Ask for what is missing, and say what was read so far."""
        lines = [self._say(lead)] if lead else []
        said = self.fill("calc_read_so_far", {"read": read}) if read else ""
        if said and missing.table:
            lines.append(said)
            said = ""
        if missing.table:
            lines.append(self._heading(missing))
            rows = [f"{one.label} {one.value} {one.unit}" for one in missing.table]
            lines += rows if len(rows) > _IN_A_LINE else ["；".join(rows) + "。"]
            lines += self._notes([self.fill(note) for note in missing.assumptions])
        lines.append(said + self.fill(missing.phrase or f"calc_ask_{missing.slot}", missing.values))
        table = Result(missing.table, (), missing.entry, missing.inputs, missing.assumptions) if missing.table else None
        options = list(OPTIONS.get(missing.slot, ()))
        ask = Ask(slot=missing.slot, options=options, estimate=self._estimate(table) if table else None)
        return CalculatorReply("ask", "\n".join(lines), missing.entry or None, ask=ask, state=state)

    def not_known(self, missing: Missing, read: str, state: str) -> CalculatorReply:
        """Help somebody who does not know what was asked: every level's figure, or where to look it up."""
        if not missing.table:
            return self.question(missing, read, state, "calc_look_up")
        notes = (*missing.assumptions, "calc_note_table")
        table = Result(missing.table, (), missing.entry, missing.inputs, notes)
        return self.result(table, read, state, self._heading(missing))

    def unknown(self, unknown: Unknown, state: str | None = None, read: str = "") -> CalculatorReply:
        """Say that the documents do not say it, and first what was read."""
        said = self.fill("calc_read_so_far", {"read": read}) if read else ""
        text = f"{said}{self.fill(unknown.phrase, unknown.values)}\n{self._say('hotline')}"
        return CalculatorReply("abstain", text, state=state)

    def wrong(self, wrong: Wrong, state: str | None = None) -> CalculatorReply:
        """Say what cannot be, and the way out."""
        return CalculatorReply("abstain", self.fill(wrong.phrase, wrong.values), state=state)

    def arithmetic(self, sums: Expression) -> CalculatorReply:
        """Say what a plain sum comes to."""
        if sums.value is None:
            return CalculatorReply("abstain", self._say(f"calc_sum_{sums.fault}"))
        value = plain(sums.value)
        formula = f"{sums.line} {'=' if sums.exact else '≈'} {value}"
        estimate = Estimate(results=[WireResult(label="结果", value=value, unit="")], formula=formula, policy_year="")
        return CalculatorReply("calculation", formula, None, estimate)

    def fill(self, phrase: str, values: Mapping[str, str] | None = None) -> str:
        """Return a phrase with its blanks filled."""
        text = self._say(phrase)
        for name, value in {**self._facts, **(values or {})}.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _heading(self, missing: Missing) -> str:
        if missing.slot == "hukou":
            return self.fill("calc_table_fee")
        if missing.slot == "hospital_level":
            return self.fill("calc_table_own" if missing.own else "calc_table")
        return self.fill("calc_table_cases_own" if missing.own else "calc_table_cases")

    def _notes(self, notes: Sequence[str]) -> list[str]:
        return [self._say("calc_notes") + "".join(notes)] if notes else []

    def _assumed(self, result: Result) -> list[str]:
        apart = [self.fill("calc_note_apart", {"amounts": result.apart})] if result.apart else []
        return [*apart, *map(self.fill, result.assumptions)]

    def _estimate(self, result: Result) -> Estimate:
        return Estimate(
            results=[WireResult(label=one.label, value=one.value, unit=one.unit) for one in result.figures],
            formula="；".join(map(str, result.steps)),
            inputs=result.inputs,
            assumptions=self._assumed(result),
            basis=list(result.basis or (result.entry,)),
            policy_year=self._policy.years,
        )

    def _headline(self, figures: tuple[Figure, ...]) -> str:
        return "，".join(f"{one.label} {one.value}{'' if one.unit == '%' else ' '}{one.unit}" for one in figures) + "。"

    def _sources(self, entries: tuple[str, ...]) -> str:
        return "；".join(self._basis.get(entry) or entry for entry in entries) + f"（{self._policy.years}学年度）"


def said(records: Sequence[Record]) -> str:
    """Return what was read, in a parent's words; an empty string where nothing was."""
    return "；".join(filter(None, map(_said, records)))


def _said(record: Record) -> str:
    apart = {one.partition("=")[0] for one in record.compared}
    parts = [record.who, ("" if "level" in apart else _LEVELS.get(record.level, "")) + _VISITS.get(record.visit, "")]
    parts += ["和".join(COMPARED.get(one, "") for one in record.compared)] if len(record.compared) > 1 else []
    amounts = {**_AMOUNTS, "paid": "已缴费"} if record.task == "reverse" else _AMOUNTS
    parts += [
        f"{label} {_money(value)} 元" for name, label in amounts.items() if (value := getattr(record, name)) is not None
    ]
    if record.task == "claim" or record.visit:
        local = record.visit == "inpatient" and record.where == LOCAL and not record.compared
        parts += [] if "location" in apart else [PLACE_NAMES.get(record.location, "在深圳" if local else "")]
        # A referral within the city is none out of it.
        names = {**CASE_NAMES, "referral": "有转诊"} if record.where == LOCAL else CASE_NAMES
        if not apart & {"case", "location"}:
            parts += [label for name, label in names.items() if getattr(record, name) == "true"]
            parts += ["没有备案"] if record.filed == "false" else []
        parts += [{"true": "是选定的机构", "false": "不是选定的机构"}.get(record.selected, "")]
    parts += [f"{month.chinese}出生" for month in record.birth]
    parts += [f"{month.chinese}办理" for month in dict.fromkeys(record.apply)]
    parts += ["全年"] if record.who and not (record.birth or record.apply or record.midway) else []
    parts += [{"shenzhen": "深圳户口", "other": "不是深圳户口"}.get(record.hukou, "")]
    parts += [f"{record.children} 个孩子"] if (record.children or 1) > 1 else []
    parts += [f"{record.times} 次"] if record.each is not None and (record.times or 1) > 1 else []
    said = "、".join(filter(None, parts))
    # A numeral stands apart from the sign before it.
    return f" {said}" if said[:1].isdigit() and record.children else said


def _money(value: Decimal) -> str:
    return f"{value:,.2f}".removesuffix(".00")
