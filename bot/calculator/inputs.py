"""Inputs: what was read of a bill, by the names that programs get."""

from __future__ import annotations

from bot.calculator.formulas import Claim
from bot.calculator.outcome import cents
from bot.calculator.record import AWAY, LOCAL, SEVERAL, UNSURE, Record

_WIRE = {"deductible": "deductible", "consult": "consult_fee", "used": "used_cap", "above": "cost_above_deductible"}


def inputs_of(record: Record, asked: Claim | None = None) -> dict[str, str]:
    """Return what was read as the wire shows it; money with two decimals."""
    sent = {"visit": record.visit, "hospital_level": record.level}
    cost = asked.cost if asked and asked.visit == "outpatient" and record.cost is not None else record.cost
    if record.above is None and cost is not None:
        sent["in_scope_cost"] = str(cents(cost))
    sent |= {wire: str(cents(value)) for name, wire in _WIRE.items() if (value := getattr(record, name)) is not None}
    if record.beyond:
        sent["outside_cost"] = str(cents(record.beyond))
    sent["location"] = record.location if record.location not in (AWAY, SEVERAL) else ""
    if asked and asked.away:
        sent["out_of_city_kind"] = "temporary" if asked.away.endswith("province") else asked.away
    elif asked:
        sent["location"] = sent["location"] or LOCAL
    sent |= {"selected": record.selected, "hukou": record.hukou}
    return {name: value for name, value in sent.items() if value and value != UNSURE}
