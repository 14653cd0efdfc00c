"""Receipt: a calculation, or the question it hangs on, as people read it; made of the fields that programs get."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.reply import Ask, Card, Choice, Estimate, Reply, Result

Say = Callable[[str], str]

_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_LINES = re.compile(r"[；\n]")
_DIFFERENCE = re.compile(r"\((?P<whole>[\d.]+) - (?P<off>[\d.]+)\) (?P<rest>[×÷] .+)")
# Something times months, times children.
_COUNTED = re.compile(r"[\d.]+(?: × \d+){1,2}")
_FACTOR = re.compile(r"(?<![\d.])(?!0%)\d+(?:\.\d+)?%")
_WORDS = re.compile("[\u4e00-\u9fff]")
_ROW = re.compile(r"(.+?)(自己付)?")
_BESIDE = "·"  # between the names of two cases of one row
# What the reader can change with a button is not said a second time as a request.
_INVITATION = re.compile(r"把[^。]*，可以再算一次。")
_LEVELS = {"一级": "1", "二级": "2", "三级": "3"}
# What each amount of the inputs is called, and the results.
_AMOUNTS = {
    "in_scope_cost": "card_cost",
    "cost_above_deductible": "card_above",
    "deductible": "card_deductible",
    "consult_fee": "card_consult",
    "used_cap": "card_used",
    "outside_cost": "card_outside",
}
_COSTS = ("in_scope_cost", "cost_above_deductible", "consult_fee", "outside_cost")
_LEVEL_SLOT = "hospital_level"


def receipt(reply: Reply, say: Say) -> Card | None:
    """Return the card of a reply that calculates or asks for a value, None for all others."""
    asked = reply.ask
    estimate = reply.estimate or (asked.estimate if asked else None)
    if estimate is None:
        return Card(choices=_answers(asked, say)) if asked and asked.options else None
    table = _table(estimate, asked, say)
    return Card(
        results=[] if table else [_figure(result, say) for result in estimate.results],
        year=say("card_year").replace("{years}", estimate.policy_year) if estimate.policy_year else None,
        steps=[] if table else list(_steps(estimate, say)),
        premises=_table_premises(estimate, say) if table else list(_premises(estimate.assumptions, say)),
        table=table,
        choices=_answers(asked or Ask(slot=_LEVEL_SLOT, options=_levels(estimate)), say, asked is not None)
        if table
        else _changes(estimate.inputs, say),
    )


def grouped(text: str) -> str:
    """Write the numbers of a line with commas, and without cents where there are none."""
    return _NUMBER.sub(lambda match: _grouped(match[0]), text)


def _grouped(number: str) -> str:
    whole, _, rest = number.partition(".")
    cents = rest.rstrip("%")
    whole = re.sub(r"\d(?=(\d{3})+$)", r"\g<0>,", whole.rstrip("%"))
    return whole + (f".{cents}" if cents.strip("0") else "") + ("%" if number.endswith("%") else "")


def _figure(result: Result, say: Say) -> Result:
    return Result(label=say(result.label), value=grouped(result.value), unit=result.unit)


def _premises(assumptions: Sequence[str], say: Say) -> Iterator[str]:
    for text in assumptions:
        said = say(text)
        yield _INVITATION.sub("", said).removeprefix("假定") if said == text else said


def _steps(estimate: Estimate, say: Say) -> Iterator[str]:
    """Yield the lines of the formula, each number with what it is; 75 = 75 says nothing."""
    for line in _LINES.split(estimate.formula):
        left, equals, right = line.strip().partition(" = ")
        if not equals:
            left, equals, right = line.strip().partition(" ≈ ")
        if not left or left == right:
            continue
        if _WORDS.search(line):
            # Said in words: a year in it is no amount.
            yield line.strip()
            continue
        names = _Names(estimate.inputs, say)
        if match := _DIFFERENCE.fullmatch(left):
            base = Decimal(match["whole"]) - Decimal(match["off"])
            yield _close(f"{names.all(' - '.join(match.group('whole', 'off')))} = {_grouped(str(base))}")
            left = f"{base} {match['rest']}"
        yield _close(f"{names.all(left)}{equals}{grouped(right)}")


def _close(line: str) -> str:
    """Take the space away that a full-width bracket brings by itself."""
    return line.replace("） ", "）").strip()


@dataclass
class _Names:
    """Says beside each number of a formula what it is, as far as the inputs tell; it rather says nothing than guess."""

    inputs: Mapping[str, str]
    say: Say
    said: set[str] = field(default_factory=set)

    def all(self, formula: str) -> str:
        """Return a side of a formula with its numbers named."""
        if "school_year" in self.inputs and _COUNTED.fullmatch(formula):
            return self._counted(formula)
        # Each summand has its own factors.
        terms = [self._term(term, formula) for term in formula.split(" + ")]
        return " + ".join(terms).replace(" - ", " − ")

    def _counted(self, formula: str) -> str:
        """Name the factors of a fee: what a month costs, how many months, how many children."""
        first, *counts = formula.split(" × ")
        months = len(counts) > 1 or counts[0] != self.inputs.get("children", "1")
        units = ["card_months", "card_children"] if months else ["card_children"]
        named = [f"{count} {self.say(unit)}" for count, unit in zip(counts, units, strict=False)]
        amount = f"{_grouped(first)}（{self.say('card_month')}）" if months else _grouped(first)
        return " × ".join([amount, *named])

    def _term(self, term: str, formula: str) -> str:
        factors = [match[0] for match in _FACTOR.finditer(term)]
        names = dict(zip(factors, (self._level(), self._place()), strict=False)) if "% - " not in term else {}
        if len(factors) == 2 and factors[0] == factors[1]:
            # 90% × 90%: the same number twice, and each means something else.
            return self._amounts(term.replace(factors[0], "\0", 1), formula, {factors[1]: self._place()}).replace(
                "\0", _named(factors[0], self._level())
            )
        return self._amounts(term, formula, names)

    def _amounts(self, term: str, formula: str, names: Mapping[str, str]) -> str:
        def named(match: re.Match[str]) -> str:
            number = match[0]
            return _named(number, names.get(number, "") if number.endswith("%") else self._amount(number, formula))

        return _NUMBER.sub(named, term)

    def _level(self) -> str:
        level = self.inputs.get(_LEVEL_SLOT, "")
        return self.say(f"card_level_{level}") if level in _LEVELS.values() else ""

    def _place(self) -> str:
        case = self.inputs.get("out_of_city_kind", "")
        place = self.inputs.get("location", "")
        if case == "temporary":
            return self.say(f"card_{place}") if place in ("in_province", "out_province") else ""
        return self.say(f"card_{case}") if case in ("emergency", "filed", "referral") else ""

    def _amount(self, number: str, formula: str) -> str:
        limited = {"used_cap", "cap_year"} & set(self.inputs) and re.fullmatch(r"[\d.]+ [-÷] .+", formula)
        if limited and "cap" not in self.said and formula.startswith(number):
            self.said.add("cap")
            if number != self.inputs.get("in_scope_cost"):
                return self.say("card_cap")
        for slot, key in _AMOUNTS.items():
            if self.inputs.get(slot) == number and slot not in self.said:
                self.said.add(slot)
                return self.say(key)
        return ""


def _named(number: str, name: str) -> str:
    return f"{_grouped(number)}（{name}）" if name else _grouped(number)


def _levels(estimate: Estimate) -> list[str]:
    return [result.label.removesuffix("自己付") for result in estimate.results]


def _table(estimate: Estimate, asked: Ask | None, say: Say) -> list[list[str]]:
    """Return what comes out for each answer, where none was given yet; the best case alone would mislead."""
    found = [match for result in estimate.results if (match := _ROW.fullmatch(result.label))]
    levels = [_LEVELS.get(match[1][:2], "") for match in found]
    if not asked and (len(found) < 2 or _LEVEL_SLOT in estimate.inputs or not all(levels)):
        return []
    cost = sum(Decimal(estimate.inputs[slot]) for slot in _COSTS if slot in estimate.inputs)
    first = "card_level" if all(levels) else "card_case"
    head = [say(first), *([say("card_fund"), say("card_own")] if cost else [say("card_cost")])]
    rows = []
    for match, level, result in zip(found, levels, estimate.results, strict=True):
        values = [Decimal(result.value)]
        if cost:
            values.append(cost - values[0])
        if match[2]:
            values.reverse()
        name = say(f"card_level_{level}") if level else _BESIDE.join(_case(one, say) for one in match[1].split(_BESIDE))
        rows.append([name, *(f"{_grouped(str(value))} {result.unit}" for value in values)])
    return [head, *rows]


def _case(label: str, say: Say) -> str:
    level = _LEVELS.get(label[:2])
    return say(f"card_level_{level}" if level else label)


def _table_premises(estimate: Estimate, say: Say) -> list[str]:
    """Return what a table goes by, first the cost, each as a part of one line."""
    cost = estimate.inputs.get("in_scope_cost") or estimate.inputs.get("cost_above_deductible")
    amount = [say("card_table_cost").replace("{amount}", _grouped(cost))] if cost else []
    return [*amount, *(premise.rstrip("。.") for premise in _premises(estimate.assumptions, say))]


def _answers(asked: Ask, say: Say, new: bool = True) -> list[Choice]:
    choices = [Choice(label=say(option), say=option) for option in asked.options]
    # Whoever has said so once is not asked again.
    unknown = [Choice(label=say("card_unknown"), say="不知道")] if asked.slot == _LEVEL_SLOT and choices and new else []
    return [*choices, *unknown]


def _changes(inputs: Mapping[str, str], say: Say) -> list[Choice]:
    """Return what the reader may change; each button says it as a person would."""
    choices = []
    level, place = inputs.get(_LEVEL_SLOT), inputs.get("location")
    if inputs.get("visit") == "inpatient" and "in_scope_cost" in inputs:
        choices.append(Choice(label=say("card_change_deductible"), say="起付线", fill=True))
    for name, value in _LEVELS.items():
        if level and value != level:
            label = say("card_change_level").replace("{level}", say(f"card_level_{value}"))
            choices.append(Choice(label=label, say=f"{name}医院"))
    if level and place == "local":
        choices.append(Choice(label=say("card_change_away"), say=say("card_say_away")))
    elif level and place:
        choices.append(Choice(label=say("card_change_local"), say=say("card_say_local")))
    if "apply_month" in inputs and "birth_month" not in inputs:
        choices.append(Choice(label=say("card_change_month"), say="换成", fill=True))
    return choices
