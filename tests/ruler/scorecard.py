"""Scorecard: the figures as tables to read, the curve as a picture, the errors as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tests.ruler.cases import CONTENTLESS
from tests.ruler.kept import Loops
from tests.ruler.measure import Figures, Outcome, curve, figures

_WAYS = ("答对", "答错", "反问（对的在内）", "反问（没有对的）", "说没有", "对的排第一", "不该答却答了", "正确率")
_INSIDE = ("个数", "答对", "答错", "反问（对的在内）", "反问（没有对的）", "说没有")
_OUTSIDE = ("个数", "不该答却答了", "反问", "说没有", "寒暄")


def table(rows: Mapping[str, Figures], first: str) -> str:
    """Return a Markdown table with one row for each set of figures."""
    lines = []
    for name, f in rows.items():
        shares = (f.right, f.wrong, f.asked, f.asked_off, f.denied, f.recall1, f.outside, f.precision)
        lines.append((name, *map(percent, shares)))
    return markdown((first, *_WAYS), lines)


def by_style(outcomes: Sequence[Outcome]) -> str:
    """Return two tables by style: what can be answered, first as short as a search or longer, and what cannot."""
    inside = [o for o in outcomes if o.case.entries]
    rows = [
        ("**短，像搜索（2–12 字）**", [o for o in inside if o.case.head]),
        ("**更长的**", [o for o in inside if not o.case.head]),
        *((o.case.style, group) for o, group in _groups(inside)),
    ]
    outside = [o for o in outcomes if not o.case.entries]
    others = [
        ("**全部**", outside),
        *((f"{o.case.style}{'（没有内容）' * (o.case.style == CONTENTLESS)}", group) for o, group in _groups(outside)),
    ]
    return "\n\n".join([
        markdown(("资料里有的", *_INSIDE), [(name, *_inside(group)) for name, group in rows]),
        markdown(("资料里没有的", *_OUTSIDE), [(name, *_outside(group)) for name, group in others]),
    ])  # fmt: skip


def by_entry(outcomes: Sequence[Outcome]) -> str:
    """Return a table by the first right entry."""
    inside = [o for o in outcomes if o.case.entries]
    names = dict.fromkeys(o.case.entries[0] for o in inside)
    rows = [(name, *_inside([o for o in inside if o.case.entries[0] == name])) for name in names]
    return markdown(("条目", *_INSIDE), rows)


def promises(rows: Mapping[str, Mapping[float, Figures]]) -> str:
    """Return a table of the precision that was got for each that was asked, and what was answered rightly with it."""
    asked = list(next(iter(rows.values())))
    lines = [(name, *(f"{percent(f.precision)}（{percent(f.right)}）" for f in got.values()))
             for name, got in rows.items()]  # fmt: skip
    return markdown(("正确率（答对）", *(f"要求 {precision:.0%}" for precision in asked)), lines)


def circles(rows: Mapping[str, Loops]) -> str:
    """Return a table of the questions that have an answer of their own and did not get it."""
    lines = [(name, each.titles, len(each.lost_titles), each.options, len(each.loops)) for name, each in rows.items()]
    return markdown(("资料", "标准问题", "没得到自己的答案", "列出的选项", "点了又是一份单子"), lines)


def rivals(rows: Mapping[str, Mapping[str, Figures]]) -> str:
    """Return a table of every way to match on the same questions."""
    lines = [
        (questions, way, percent(f.recall1), percent(f.recall3), percent(f.right), percent(f.wrong), percent(f.outside),
         percent(f.coverage_at_98))
        for questions, ways in rows.items() for way, f in ways.items()
    ]  # fmt: skip
    return markdown(("问题", "做法", "排第一", "前三", "答对", "答错", "不该答却答了", "98% 正确时最多答对"), lines)


def losses(bare: Figures, rows: Mapping[str, Figures]) -> str:
    """Return a table of what each wrapping costs, in points."""
    lines = [
        (name, percent(f.right), f"{100 * (f.right - bare.right):+.1f}", percent(f.wrong), percent(f.outside))
        for name, f in {"不裹": bare, **rows}.items()
    ]
    return markdown(("裹的是", "答对", "差几个百分点", "答错", "不该答却答了"), lines)


def errors(outcomes: Sequence[Outcome]) -> str:
    """Return every case that did not end well, worst first, as tab-separated lines."""
    bad = [o for o in outcomes if (o.result != "right" if o.case.entries else o.result in ("wrong", "asked off"))]
    bad.sort(key=lambda o: (o.result != "wrong", -o.score))
    lines = ["result\tscore\tfirst\texpected\tstyle\tquestion"]
    lines += [
        f"{o.result}\t{o.score:.3f}\t{o.top}\t{'|'.join(o.case.entries) or 'outside'}\t{o.case.style}\t{o.case.text}"
        for o in bad
    ]
    return "\n".join(lines) + "\n"


def draw(path: Path, ways: Mapping[str, Sequence[Outcome]]) -> None:
    """Draw precision over coverage for each way to match."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    for name, outcomes in ways.items():
        precision, coverage = curve(outcomes)
        axes.plot(coverage, precision, label=f"{name} ({100 * figures(outcomes).coverage_at_98:.0f} % at 98 %)")
    axes.axhline(0.98, color="grey", linewidth=0.5)
    axes.set(xlabel="coverage: in-scope questions answered rightly", ylabel="precision, one question in five outside",
             xlim=(0, 1), ylim=(0.4, 1.01))  # fmt: skip
    axes.legend(loc="lower left")
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def markdown(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    names = list(map(str, head))
    return "\n".join([_row(names), "|" + "---|" * len(names), *map(_row, rows)])


def percent(share: float) -> str:
    """Return a share as people read it."""
    return f"{100 * share:.1f} %"


def _groups(outcomes: Sequence[Outcome]) -> list[tuple[Outcome, list[Outcome]]]:
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.case.style, []).append(outcome)
    return [(group[0], group) for group in found.values()]


def _inside(group: Sequence[Outcome]) -> tuple[object, ...]:
    results: tuple[tuple[str, ...], ...] = (("right",), ("wrong", "smalltalk"), ("asked",), ("asked off",), ("denied",))
    return (len(group), *(_share(group, lambda o, some=some: o.result in some) for some in results))


def _outside(group: Sequence[Outcome]) -> tuple[object, ...]:
    results: tuple[tuple[str, ...], ...] = (("wrong",), ("asked", "asked off"), ("denied",), ("smalltalk",))
    return (len(group), *(_share(group, lambda o, some=some: o.result in some) for some in results))


def _share(group: Sequence[Outcome], test: Callable[[Outcome], bool]) -> str:
    return percent(sum(map(test, group)) / len(group)) if group else ""


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
