"""Report: the figures as a page to read, the curve as a picture, the errors as a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.ruler.measure import Figures, Outcome, curve, figures

_HEAD = ("right", "wrong", "clarify", "clarify, right one missing", "abstain", "recall@1", "recall@3", "MRR",
         "outside answered", "outside clarified", "part named", "coverage at 98 % precision")  # fmt: skip


def cells(f: Figures) -> list[str]:
    """Return the figures as the cells of a table."""
    shares = (f.right, f.wrong, f.clarify, f.clarify_off, f.abstain, f.recall1, f.recall3)
    rest = (f.outside, f.outside_clarify, f.part_right, f.coverage_at_98)
    return [*(f"{100 * s:.1f} %" for s in shares), f"{f.mrr:.3f}", *(f"{100 * s:.1f} %" for s in rest)]


def table(rows: Mapping[str, Figures], first: str) -> str:
    """Return a Markdown table with one row for each set of figures."""
    lines = ["| " + " | ".join([first, *_HEAD]) + " |", "|" + "---|" * (len(_HEAD) + 1)]
    lines += ["| " + " | ".join([name, *cells(f)]) + " |" for name, f in rows.items()]
    return "\n".join(lines)


def by(outcomes: Sequence[Outcome], key: Callable[[Outcome], str], first: str) -> str:
    """Return a Markdown table of right, wrong and the rest by `key`."""
    lines = [
        f"| {first} | cases | right or rightly refused | wrongly answered | asked back | abstained |",
        "|---|" + "---|" * 5,
    ]
    for name in dict.fromkeys(map(key, outcomes)):
        group = [o for o in outcomes if key(o) == name]
        inside = bool(group[0].case.entries)
        good = sum(o.result == "right" if inside else o.result in ("abstain", "smalltalk") for o in group)
        bad = sum(o.result in ("wrong", "smalltalk") if inside else o.result == "wrong" for o in group)
        asked = sum(o.result.startswith("clarify") for o in group)
        none = sum(o.result == "abstain" for o in group)
        lines.append(f"| {name} | {len(group)} | {good} | {bad} | {asked} | {none} |")
    return "\n".join(lines)


def errors(outcomes: Sequence[Outcome]) -> str:
    """Return every case that did not end well, worst first, as tab-separated lines."""
    bad = [o for o in outcomes if (o.result != "right" if o.case.entries else o.result in ("wrong", "clarify off"))]
    bad.sort(key=lambda o: (o.result != "wrong", -o.score))
    lines = ["result\tscore\tanswered\texpected\tkind\tquestion"]
    lines += [
        f"{o.result}\t{o.score:.3f}\t{o.top}\t{'|'.join(o.case.entries) or 'outside'}\t{o.case.kind}\t{o.case.text}"
        for o in bad
    ]
    return "\n".join(lines) + "\n"


def draw(path: Path, all_outcomes: Mapping[str, Sequence[Outcome]]) -> None:
    """Draw precision over coverage for each way to match."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    for name, outcomes in all_outcomes.items():
        precision, coverage = curve(outcomes)
        axes.plot(coverage, precision, label=f"{name} ({100 * figures(outcomes).coverage_at_98:.0f} % at 98 %)")
    axes.axhline(0.98, color="grey", linewidth=0.5)
    axes.set(xlabel="coverage: in-scope questions answered rightly", ylabel="precision of what is answered",
             xlim=(0, 1), ylim=(0.4, 1.01))  # fmt: skip
    axes.legend(loc="lower left")
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
