"""Speaker: what records come to, in words, by the school year that is spoken of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.calculator.absent import Absences
from bot.calculator.choices import weighed
from bot.calculator.claims import claim
from bot.calculator.fees import FEES, work_out_fee
from bot.calculator.follow import OFFERED
from bot.calculator.limits import CAPS, work_out_benefit, work_out_caps
from bot.calculator.months import with_months
from bot.calculator.outcome import Missing, Outcome, Result, Unknown, Wrong
from bot.calculator.reader import Sentence
from bot.calculator.record import Record, Talk, dump
from bot.calculator.siblings import work_out_family
from bot.calculator.spans import MONTH, YEAR
from bot.calculator.wording import Say, Wording, said
from bot.reply import CalculatorReply
from corpus.policy import Policy


class Speaker:
    """Says what records come to."""

    def __init__(self, policies: tuple[Policy, ...], absences: Absences, say: Say, basis: Mapping[str, str]) -> None:
        """Take the numbers, the newest first, the names of missing ones, the phrases and where entries stand."""
        self._policies, self._absences = policies, absences
        self._wordings = {policy.years: Wording(say, basis, policy) for policy in policies}

    def wording(self, policy: Policy | None = None) -> Wording:
        """Return the words of a school year, the newest where none is given."""
        return self._wordings[(policy or self._policies[0]).years]

    def run(self, records: Sequence[Record], policy: Policy, shown: Sequence[Record] = ()) -> CalculatorReply:
        """Say what `shown` comes to, all the records where it is empty; all of them go on."""
        records = tuple(replace(record, policy=policy.years) for record in records)
        asked = list(shown or records)
        wording, outcome, read = self.wording(policy), work_out(asked, policy), said(asked)
        if isinstance(outcome, Missing):
            outcome = weighed(asked, outcome, lambda told: work_out(told, policy))
        match outcome:
            case Result():
                outcome = replace(outcome, apart="、".join(dict.fromkeys(one.apart for one in asked if one.apart)))
                offered = OFFERED if "calc_assume_deductible" in outcome.assumptions else ""
                return wording.result(outcome, read, dump(Talk(records, offered)))
            case Missing():
                return wording.question(outcome, read, dump(Talk(records, outcome.slot)))
            case Unknown():
                return wording.unknown(outcome, dump(Talk(records)), read)
            case Wrong():
                return wording.wrong(outcome)

    def ask_again(self, before: Sequence[Record], policy: Policy) -> CalculatorReply | None:
        """Ask once more what is missing, None if nothing is."""
        return self.run(before, policy) if isinstance(work_out(before, policy), Missing) else None

    def not_known(self, before: Sequence[Record], policy: Policy) -> CalculatorReply | None:
        """Help somebody who does not know what is missing, None if nothing is."""
        outcome = work_out(before, policy)
        if not isinstance(outcome, Missing):
            return None
        return self.wording(policy).not_known(outcome, said(before), dump(Talk(tuple(before), outcome.slot)))

    def absent(self, text: str, strictly: bool = False) -> CalculatorReply | None:
        """Say that the documents do not have the number that a text names, None if it names none of those."""
        name = (strictly and self._absences.asked_right_out(text)) or self._absences.named(text, strictly=strictly)
        return self.missing(name) if name else None

    def missing(self, name: str, policy: Policy | None = None) -> CalculatorReply:
        """Say that the documents do not have a number."""
        return self.wording(policy).unknown(Unknown("calc_absent", {"name": name}))

    def midway(self, sentence: Sentence, policy: Policy) -> CalculatorReply | None:
        """Say that the documents do not say when benefits begin that are paid for from another month than September."""
        months = [span for span, *_ in sentence.of(MONTH, "a") if span.possible]
        if not months or not sentence.words & {"benefit", "begin"}:
            return None
        record = with_months(Record(task="bstart"), sentence, policy, None, "bstart")
        outcome = work_out_benefit(record, policy)
        return self.wording(policy).unknown(outcome) if isinstance(outcome, Unknown) else None

    def policy_of(self, sentence: Sentence, before: Sequence[Record] = ()) -> Policy:
        """Return the school year that is spoken of, that goes on, or the newest."""
        schools = {span.name for span in sentence.spans if span.name}
        months = [span.month for span in sentence.spans if span.kind == MONTH and span.year and span.possible]
        for policy in self._policies:
            if policy.years in schools or any(policy.fee.contains(month) for month in months):
                return policy
        years = {span.year for span in sentence.spans if span.kind == YEAR}
        named = (policy for policy in self._policies if {policy.cap_year, policy.fee.first.year} & years)
        return next(named, self.known_policy(before))

    def known_policy(self, before: Sequence[Record]) -> Policy:
        """Return the school year of what goes on, or the newest."""
        years = {record.policy for record in before}
        return next((policy for policy in self._policies if policy.years in years), self._policies[0])


def work_out(records: Sequence[Record], policy: Policy) -> Outcome:
    """Work out a question by the formulas of its task."""
    task = records[0].task
    if task == "claim":
        return claim(records, policy)
    if wrong := next((one for one in records if one.wrong), None):
        return Wrong(wrong.wrong, {"month": wrong.name})
    if task in FEES:
        return work_out_family(records, policy) if len(records) > 1 else work_out_fee(records[0], policy)
    return work_out_caps(records, policy) if task in CAPS else work_out_benefit(records[0], policy)
