"""Unanswered: the questions that went without a good answer, and where the clerk puts each group of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from bot.channels.admin.console import Call, go
from bot.database.faults import DatabaseFault
from bot.inbox.inbox import PAGE, Group, Inbox, State
from bot.workshop.errors import NotNow, NotThere, Refused

# A page is to open at once; the rest is put into groups while the clerk works.
AT_ONCE, UNKNOWN = 500, 10
_STATES: dict[State, str] = {"new": "待办", "handled": "办过的", "ignored": "忽略的"}
_MOST = 200


def shown(call: Call) -> Response:
    """Show a page of groups, the largest first."""
    box, engine = _box(call), call.desk.chat.engine
    state: State = next((one for one in _STATES if one == call.asked("state")), "new")
    number = call.asked("page")
    place = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    try:
        left = box.refresh(engine, AT_ONCE, UNKNOWN)
        if left:
            call.console.catch_up.begin(box, engine)
        page = box.page(engine, state, PAGE, (max(place, 1) - 1) * PAGE)
    except DatabaseFault as fault:
        raise NotNow(f"问答记录现在读不出来：{fault}") from None
    return call.page(
        "inbox",
        groups=[_row(group) for group in page.groups],
        total=page.total,
        questions=page.questions,
        left=left,
        state=state,
        states=_STATES,
        place=max(place, 1),
        more=page.total > max(place, 1) * PAGE,
        entries=call.workshop.draft.read()[0].entries if call.editable else (),
    )


def done(call: Call) -> Response:
    """Do with a group what the clerk chose."""
    box, who, act = _box(call), call.visit.name, call.form.get("do")
    group = _group(call, box)
    known = {one.text for one in group.wordings}
    texts = [text for text in dict.fromkeys(call.form.all("text")) if text in known]
    if act not in ("ignore", "again") and not texts:
        raise Refused("一句也没有勾。请勾上要加的问法。没有改动。")
    state, note, place, said = _deed(call, group, texts, act)
    box.settle(group.id, state, who, note, call.desk.chat.engine.version)
    return go(place, done=said)


def _deed(call: Call, group: Group, texts: list[str], act: str) -> tuple[State, str, str, str]:
    """Change the draft; return the state of the group, what was done, and which page comes next."""
    who = call.visit.name
    if act == "ignore":
        return "ignored", "忽略", "/inbox", "ignored"
    if act == "again":
        return "new", "", "/inbox", "again"
    draft = call.workshop.draft
    if act == "outside":
        draft.add_outside(texts, who)
        return "handled", "不归本资料答", "/inbox", "outside"
    if act == "new":
        near = call.desk.chat.engine.entries.get(group.nearest[0].entry_id) if group.nearest else None
        entry_id = draft.add_entry(near.category if near else "", texts, who)
        return "handled", f"新建了 {entry_id}", f"/entries/{entry_id}", "begun"
    entry_id = call.form.line("entry")
    draft.add_similar(entry_id, dict.fromkeys(texts, ""), who)
    return "handled", f"加为 {entry_id} 的相似问", f"/entries/{entry_id}", "added"


def _group(call: Call, box: Inbox) -> Group:
    number = call.form.line("group")
    known = number.isascii() and number.isdecimal() and len(number) < 10
    group = box.group(call.desk.chat.engine, int(number), _MOST) if known else None
    if group is None:
        raise NotThere("这一组已经不在了，多半是别人刚办过。没有改动。")
    return group


def _box(call: Call) -> Inbox:
    if call.console.database is None:
        raise NotNow("没有开问答记录（FAQ_RECORDS），所以没有待办的问题。请让运行的人打开它。")
    return Inbox(call.console.database)


def _row(group: Group) -> dict[str, Any]:
    return {"group": group, "last": datetime.fromtimestamp(group.last / 1000, UTC)}
