"""Wording: outcomes as sentences, result first; every sentence from the corpus's phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.calculator.arithmetic import Expression
from bot.calculator.formulas import percent
from bot.calculator.outcome import Figure, Missing, Result, Unknown, Wrong, plain
from bot.reply import Ask, CalculatorReply, Estimate
from bot.reply import Result as WireResult
from corpus.policy import Policy

Say = Callable[[str], str]

OPTIONS = {
    "visit": ("门诊", "住院"),
    "hospital_level": ("一级及以下（含社康）", "二级", "三级"),
    "location": ("深圳市内", "广东省内（市外）", "广东省外"),
    "out_of_city_kind": ("办了长期异地备案", "办了市外转诊", "异地急诊抢救", "都没有（临时外出）"),
    "selected": ("是", "不是"),
    "hukou": ("深圳户口", "不是深圳户口"),
}


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

    def result(self, result: Result, state: str) -> CalculatorReply:
        """Say a result."""
        notes = [self.fill(note) for note in result.assumptions]
        formula = "；".join(map(str, result.steps))
        lines = [self._headline(result.figures)]
        if result.steps:
            lines.append(f"{self._say('calc_formula')}{formula}")
        lines += [f"{self._say('calc_notes')}{''.join(notes)}"] if notes else []
        lines.append(f"{self._say('basis')}{self._sources(result.basis or (result.entry,))}")
        return CalculatorReply("calculation", "\n".join(lines), result.entry, self._estimate(result), state=state)

    def question(self, missing: Missing, state: str, lead: str = "") -> CalculatorReply:
        """Ask for what is missing."""
        lines = [self._say(lead)] if lead else []
        if missing.table:
            lines.append("；".join(f"{one.label} {one.value} {one.unit}" for one in missing.table) + "。")
        lines.append(self._say(missing.phrase or f"calc_ask_{missing.slot}"))
        table = Result(missing.table, (), missing.entry, missing.inputs) if missing.table else None
        ask = Ask(
            slot=missing.slot,
            options=list(OPTIONS.get(missing.slot, ())),
            estimate=self._estimate(table) if table else None,
        )
        return CalculatorReply("ask", "\n".join(lines), missing.entry or None, ask=ask, state=state)

    def not_known(self, missing: Missing, state: str) -> CalculatorReply:
        """Help somebody who does not know what was asked: every level's figure, or where to look it up."""
        if not missing.table:
            return self.question(missing, state, "calc_look_up")
        return self.result(Result(missing.table, (), missing.entry, missing.inputs, ("calc_note_table",)), state)

    def unknown(self, unknown: Unknown, state: str | None = None) -> CalculatorReply:
        """Say that the documents do not say it."""
        return CalculatorReply(
            "abstain", f"{self.fill(unknown.phrase, unknown.values)}\n{self._say('hotline')}", state=state
        )

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

    def _estimate(self, result: Result) -> Estimate:
        return Estimate(
            results=[WireResult(label=one.label, value=one.value, unit=one.unit) for one in result.figures],
            formula="；".join(map(str, result.steps)),
            inputs=result.inputs,
            assumptions=[self.fill(note) for note in result.assumptions],
            basis=list(result.basis or (result.entry,)),
            policy_year=self._policy.years,
        )

    def _headline(self, figures: tuple[Figure, ...]) -> str:
        return "，".join(f"{one.label} {one.value}{'' if one.unit == '%' else ' '}{one.unit}" for one in figures) + "。"

    def _sources(self, entries: tuple[str, ...]) -> str:
        return "；".join(self._basis.get(entry) or entry for entry in entries) + f"（{self._policy.years}学年度）"
