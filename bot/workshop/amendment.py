"""Amendment: the numbers of a school year, changed in their file without touching the remarks around them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from bot.workshop.draft import Draft, checked
from bot.workshop.errors import NotThere, Refused
from bot.workshop.folders import text_digest
from corpus.entry import Entry
from corpus.errors import CorpusError
from corpus.figures import mentions
from corpus.interval import Interval
from corpus.policy import Figure, Policy, Printed, parse_policy

_YEARS = re.compile(r"(20\d\d)-(20\d\d)")
_BLOCK = re.compile(r"^\[\[(?:figure|date)\]\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Wish:
    """What an item of a year is to be: its number (empty for a date), and where the answers print it."""

    value: str
    entry: str
    words: str


def policy_of(draft: Draft, years: str) -> Policy:
    """Return the policy of a school year as it stands in the draft."""
    text = draft.text(_name(years)) if _YEARS.fullmatch(years) else None
    if text is None:
        raise NotThere(f"草稿里没有 {years[:20]} 年度的数字。")
    try:
        return parse_policy(text, draft.corpus / _name(years))
    except CorpusError as error:
        raise Refused(f"{error.path.name}：{error.message}") from None


def following(years: str) -> str:
    """Return the school year after another."""
    return f"{int(years[:4]) + 1}-{int(years[5:]) + 1}"


def copy_year(draft: Draft, years: str, who: str) -> str:
    """Begin the next school year as a copy of one; return its name."""
    policy = policy_of(draft, years)
    new = following(years)
    if draft.text(_name(new)) is not None:
        raise Refused(f"{new} 年度已经有了，没有再建。")
    text = _headed(draft.text(_name(years)) or "", new, _later(policy.fee), _later(policy.benefit), policy.cap_year + 1)
    _expect(text, draft, new)
    draft.save(_name(new), text, "", who, f"从 {years} 复制了新的年度")
    return new


def save_year(
    draft: Draft, years: str, opened: str, wishes: Mapping[str, Wish], periods: tuple[str, str, str], ready: set[str],
    who: str,
) -> int:  # fmt: skip
    """Change the numbers of a year, and with them the same words of the answers; return how many files changed.

    `opened` is the digest of the file that the clerk saw; the entries in `ready` were compared with the new document,
    and are of this year from now on.
    """
    policy = policy_of(draft, years)
    wanted = {item.name: _settled(item, wishes[item.name]) for item in policy.printed if item.name in wishes}
    text = draft.text(_name(years)) or ""
    text = _headed(_BLOCK.sub(lambda block: _rewritten(block[0], wanted), text), years, *_periods(periods))
    after = _expect(text, draft, years)
    entries = _followed(draft, policy, after, ready)
    changed = int(draft.save(_name(years), text, opened, who, f"改了 {years} 年度的数字"))
    for entry in entries:
        before = text_digest(draft.text(f"entries/{entry.id}.md"))
        changed += draft.save_entry(entry, before, who)
    return changed


def _settled(item: Printed, wish: Wish) -> Wish:
    """Let the words follow a number that was changed where nobody changed them."""
    if not isinstance(item, Figure) or wish.words != item.words:
        return wish
    try:
        value = Decimal(wish.value)
    except InvalidOperation:
        raise Refused(f"“{item.words}”的数“{wish.value[:20]}”不是数。只写数字和小数点，没有保存。") from None
    alike = [one for one in mentions(item.words) if (one.value, one.unit) == (item.value, item.unit)]
    if value == item.value or len(alike) != 1 or "万" in alike[0].text:
        return wish
    start, end = alike[0].start, alike[0].end
    said = _NUMBER.sub(wish.value, item.words[start:end], count=1)
    return replace(wish, words=item.words[:start] + said + item.words[end:])


def _rewritten(block: str, wanted: Mapping[str, Wish]) -> str:
    name = re.search(r'^name\s*=\s*"([^"]*)"', block, re.MULTILINE)
    wish = wanted.get(name[1]) if name else None
    if wish is None:
        return block
    for key in ("value", "entry", "words"):
        given = json.dumps(getattr(wish, key), ensure_ascii=False)
        block = re.sub(rf"^{key}\s*=.*$", lambda _, line=f"{key} = {given}": line, block, flags=re.MULTILINE)  # type: ignore[misc]
    return block


def _headed(text: str, years: str, fee: str, benefit: str, cap: object) -> str:
    lines = {"years": f'"{years}"', "fee": fee, "benefit": benefit, "cap": f'"{cap}"'}
    for key, value in lines.items():
        text = re.sub(rf"^{key}\s*=.*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
    return text


def _periods(given: tuple[str, str, str]) -> tuple[str, str, str]:
    spans = []
    for text in given[:2]:
        months = re.findall(r"\d{4}-\d{2}", text)
        if len(months) != 2:
            raise Refused(f"“{text[:30]}”不是一段月份。例如：2024-09 至 2025-08。没有保存。")
        spans.append(f'["{months[0]}", "{months[1]}"]')
    if not re.fullmatch(r"\d{4}", given[2]):
        raise Refused(f"限额的年份“{given[2][:10]}”不对。例如：2024。没有保存。")
    return spans[0], spans[1], given[2]


def _later(period: Interval) -> str:
    return f'["{period.first.plus(12)}", "{period.last.plus(12)}"]'


def _expect(text: str, draft: Draft, years: str) -> Policy:
    try:
        return parse_policy(text, draft.corpus / _name(years))
    except CorpusError as error:
        raise Refused(f"没有保存：{error.message}") from None


def _followed(draft: Draft, before: Policy, after: Policy, ready: set[str]) -> list[Entry]:
    """Return the entries whose answers say the new words now, or that are of this year from now on."""
    words = {item.name: item.words for item in before.printed}
    entries: dict[str, Entry] = {}
    for item in after.printed:
        old = words.get(item.name, "")
        entry = entries.get(item.entry) or draft.entry(item.entry)
        if old and old != item.words:
            entry = replace(
                entry,
                body=entry.body.replace(old, item.words),
                short_answer=entry.short_answer.replace(old, item.words),
            )
        entries[item.entry] = replace(entry, years=after.years) if item.entry in ready else entry
    for entry in entries.values():
        checked(entry, draft.corpus / f"entries/{entry.id}.md")
    return list(entries.values())


def _name(years: str) -> str:
    return f"policy/{years}.toml"
