"""Article: a reply as HTML, for readers without a script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote, urlencode

from bot.channels.desk import Desk
from bot.channels.layout import called
from bot.channels.markdown import render
from bot.reply import Card, Choice, Option, Reply


def reply_card(desk: Desk, question: str, reply: Reply) -> str:
    """Return a question and its reply."""
    parts = [f'<p class="soft">{escape(question)}</p>']
    parts += [f"<h2>{escape(reply.entry.question)}</h2>" if reply.entry and reply.kind == "answer" else ""]
    parts += [_said(desk, reply.lead) if reply.lead else ""]
    if reply.passage:
        parts += [f'{_said(desk, desk.say("passage_intro"))}<div class="part">{render(reply.passage)}</div>']
        parts += [_said(desk, desk.say("full_answer"))]
    parts += [_body(desk, reply)]
    # Where all answers are of a year that is over, the bar at the top has said so.
    parts += [note(reply.notice) if not desk.bar() else ""]
    if reply.entry and reply.entry.basis:
        link = f'<a href="{address(reply.entry.id)}">{escape(reply.entry.basis)}</a>'
        parts += [f'<p class="soft">{escape(desk.say("basis"))}{link}</p>']
    parts += [_choices(reply, reply.card.choices) if reply.card else "", _options(desk, reply)]
    return f'<article class="card" aria-label="答复">{"".join(parts)}</article>'


def note(text: str | None) -> str:
    """Return a remark in its own colour."""
    return f'<p class="note">{escape(text)}</p>' if text else ""


def links(pairs: Iterable[tuple[str, str]]) -> str:
    """Return addresses and their escaped names as a list to tap on."""
    items = (f'<li><a href="{link}">{name}</a></li>' for link, name in pairs)
    return f'<ul class="links">{"".join(items)}</ul>'


def option_links(options: Iterable[Option]) -> str:
    """Return questions by their short names."""
    return links((address(option.entry_id), escape(option.label or option.question)) for option in options)


def address(entry_id: str) -> str:
    """Return where an entry can be read."""
    return escape(f"/answers/{quote(entry_id, safe='')}")


def _body(desk: Desk, reply: Reply) -> str:
    card = reply.card
    if reply.kind == "answer":
        return render(reply.text)
    if card and card.table:
        question = reply.text.strip().splitlines()[-1:] if reply.kind == "ask" else []
        return _table(card.table) + _points([*([card.year] if card.year else []), *card.premises]) + "".join(
            _said(desk, line) for line in question
        )  # fmt: skip
    if card and card.results:
        return _sum(card)
    return _said(desk, reply.text)


def _sum(card: Card) -> str:
    figures = "　".join(
        f"{escape(one.label)} <strong>{escape(one.value)}</strong> {escape(one.unit)}" for one in card.results
    )
    year = f'<p class="soft">{escape(card.year)}</p>' if card.year else ""
    steps = f"<h3>怎么算的</h3>{_points(card.steps)}" if card.steps else ""
    premises = f"<h3>按下面这些算的</h3>{_points(card.premises)}" if card.premises else ""
    return f'<p class="sum">{figures}</p>{year}{steps}{premises}'


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in body
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _points(texts: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


def _said(desk: Desk, text: str) -> str:
    return "".join(f"<p>{called(desk, line)}</p>" for line in text.splitlines() if line.strip())


def _choices(reply: Reply, choices: Iterable[Choice]) -> str:
    """Offer the values that the reply asks for, in the same session; what must be completed is typed into the box."""
    pairs = [
        (escape("/?" + urlencode({"q": choice.say, "s": reply.session_id})), escape(choice.label))
        for choice in choices
        if not choice.fill
    ]
    return links(pairs) if pairs else ""


def _options(desk: Desk, reply: Reply) -> str:
    if not reply.options:
        return ""
    key = {"answer": "related", "abstain": "abstain_options"}.get(reply.kind)
    return (_said(desk, desk.say(key)) if key else "") + option_links(reply.options)
