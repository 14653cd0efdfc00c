"""Years: the numbers of a school year as a form, each with the words that it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from bot.channels.admin.console import Call, go
from bot.channels.admin.editor import Remark
from bot.workshop.amendment import Wish, copy_year, following, policy_of, save_year
from bot.workshop.errors import Stale
from bot.workshop.folders import text_digest
from corpus.figures import discrepancies
from corpus.policy import Figure, Policy, Printed


@dataclass(frozen=True)
class NumberRow:
    """A number or a date as the form has it."""

    name: str
    value: str
    unit: str
    entry: str
    words: str
    found: tuple[Remark, ...] = ()


def listed(call: Call) -> Response:
    """Show the school years."""
    if not call.editable:
        return call.page("years", years=(), problems=["没有设置 FAQ_WORK，这里看不到。"], next="")
    corpus, errors = call.workshop.draft.read()
    problems = [f"{error.path.name}：{error.message}" for error in errors if error.path.parent.name == "policy"]
    newest = corpus.policies[0].years if corpus.policies else ""
    return call.page("years", years=corpus.policies, problems=problems, next=following(newest) if newest else "")


def copied(call: Call) -> Response:
    """Begin a new school year."""
    years = copy_year(call.workshop.draft, call.form.line("from"), call.visit.name)
    return go(f"/years/{years}", done="copied")


def shown(call: Call) -> Response:
    """Show the numbers of a school year."""
    return _form(call, call.request.path_params["years"])


def saved(call: Call) -> Response:
    """Save the numbers of a school year, and the words of the answers that follow them."""
    years, form, draft = call.request.path_params["years"], call.form, call.workshop.draft
    policy = policy_of(draft, years)
    wishes = {
        item.name: Wish(form.line(f"value.{item.name}"), form.line(f"entry.{item.name}").upper(), _words(call, item))
        for item in policy.printed
        if form.all(f"words.{item.name}")
    }
    periods = (form.line("fee"), form.line("benefit"), form.line("cap"))
    try:
        changed = save_year(
            draft, years, form.get("opened"), wishes, periods, set(form.all("ready")), call.visit.name
        )  # fmt: skip
    except Stale as stale:
        return _form(call, years, str(stale), 409)
    return go(f"/years/{years}", done="saved" if changed else "same")


def _words(call: Call, item: Printed) -> str:
    return call.form.text(f"words.{item.name}").strip()


def _form(call: Call, years: str, trouble: str = "", status: int = 200) -> Response:
    draft = call.workshop.draft
    policy = policy_of(draft, years)
    corpus, _ = draft.read()
    found: dict[str, list[str]] = {}
    for one in discrepancies(corpus.entries, (policy,)):
        name, _, message = one.message.removeprefix("“").partition("”：")
        found.setdefault(name if one.path == policy.path else "", []).append(message or one.message)
    rows = [_row(item, found.get(item.name, [])) for item in policy.printed]
    named = list(dict.fromkeys(item.entry for item in policy.printed))
    entries = [entry for entry in corpus.entries if entry.id in named]
    return call.page(
        "year",
        status,
        policy=policy,
        rows=rows,
        periods=_periods(policy),
        opened=text_digest(draft.text(f"policy/{years}.toml")),
        left=sum(map(len, found.values())),
        others=found.get("", []),
        entries=entries,
        trouble=trouble,
    )


def _row(item: Printed, found: list[str]) -> NumberRow:
    value, unit = (str(item.value), item.unit) if isinstance(item, Figure) else ("", "")
    return NumberRow(
        item.name, value, unit, item.entry, item.words, tuple(Remark(message, bad=True) for message in found)
    )


def _periods(policy: Policy) -> dict[str, str]:
    spans = {"fee": policy.fee, "benefit": policy.benefit}
    return {name: f"{span.first} 至 {span.last}" for name, span in spans.items()} | {"cap": str(policy.cap_year)}
