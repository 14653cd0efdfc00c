"""Away: where the hospital is, and which case of care out of the city it is."""

from __future__ import annotations

from bot.calculator.guards import temporary
from bot.calculator.record import AWAY, IN_PROVINCE, LOCAL, UNSURE, YES, Record

# The share of these is the same inside the province and outside.
_SAME_EVERYWHERE = ("filed", "referral", "emergency")


def location_of(record: Record) -> str:
    """Return where the hospital is; in the city unless something speaks against it."""
    away = (
        record.filed
        or record.temporary == YES
        or (record.referral == YES and record.visit == "inpatient" and not record.selected)
    )
    return record.location or (AWAY if away else LOCAL)


def away_kind(record: Record) -> str:
    """Return which out-of-city case was said, an empty string if none was."""
    said = {name: getattr(record, name) for name in _SAME_EVERYWHERE}
    if UNSURE in said.values() or (said["filed"] == YES and record.temporary == YES):
        return ""
    yes = [name for name, value in said.items() if value == YES]
    if set(yes) == {"filed", "referral"}:
        return "referral"
    if len(yes) == 1:
        return "" if yes == ["filed"] and record.hukou == "other" else yes[0]
    if yes:
        return ""
    return "temporary" if temporary(record) else ""


def share_of(kind: str, location: str) -> str:
    """Return the name of the share that the policy has for a case."""
    if kind in _SAME_EVERYWHERE:
        return kind
    return "in_province" if location == IN_PROVINCE else "out_province"
