"""`make eval`: ask the held-out cases of the engine and of its rivals; write build/eval."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from index.embed import open_embedder

from corpus.entries import Corpus, load_corpus
from index import disk
from index.engine import Engine
from tests.calculator_cases import real_calculator
from tests.documents import put
from tests.ruler import report
from tests.ruler.calculator import TABLES, calculator_table, chat_table, slips, through_chat, try_table
from tests.ruler.cases import Case, read_cases
from tests.ruler.measure import Figures, engine_outcomes, figures, run
from tests.ruler.rivals import ALWAYS, FIXED, DenseSearch, WordSearch
from tests.ruler.second import second_corpus

_OUR_CASES = Path("tests/cases")
SIMILAR = (0, 5, 15, 30, 60)


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(prog="python -m tests.ruler", description="评测")
    parser.add_argument("--cases", type=Path, default=_OUR_CASES, help="folder of the tables of questions")
    parser.add_argument("--out", type=Path, default=Path("build/eval"), help="where the report goes")
    parser.add_argument("--data", type=Path, help="folder of the public test sets, for the second corpus")
    parser.add_argument("--quick", action="store_true", help="no learning curve, no second corpus")
    options = parser.parse_args()
    precision = float(os.environ.get("FAQ_PRECISION") or 0.98)
    model = os.environ.get("FAQ_MODEL") or disk.default_model()
    options.out.mkdir(parents=True, exist_ok=True)
    corpus, cases = load_corpus(), read_cases(options.cases)
    engine = disk.load(disk.default_index(), model, corpus.digest)

    ours = engine_outcomes(engine, precision, cases)
    base = open_embedder(model)
    rivals = {
        "this engine": ours,
        "BM25 over jieba words": run(WordSearch(corpus), ALWAYS, cases),
        "plain card: dense, fixed 0.8": run(DenseSearch(corpus, base), FIXED, cases),
    }
    untuned = Engine.build(corpus, model, tuned=False)
    rivals["this engine without tuning"] = engine_outcomes(untuned, precision, cases)
    parts = [
        f"# Evaluation\n\n{len([c for c in cases if c.entries])} questions in scope, "
        f"{len([c for c in cases if not c.entries])} outside; precision asked for: {precision:.0%}; "
        f"threshold {engine.thresholds(precision).answer:.2f}\n",
        report.table({name: figures(outcomes) for name, outcomes in rivals.items()}, "way to match"),
        "\n## By entry\n\n" + report.by(ours, lambda o: (o.case.entries or ("outside",))[0], "entry"),
        "\n## By kind\n\n" + report.by(ours, lambda o: f"{'' if o.case.entries else 'outside: '}{o.case.kind}", "kind"),
        calculations(engine, precision, cases, options.cases, options.out),
    ]
    (options.out / "errors.tsv").write_text(report.errors(ours), encoding="utf-8")
    report.draw(options.out / "curve.png", rivals)
    if not options.quick:
        parts.append(
            "\n## Learning curve\n\n"
            + report.table(learning_curve(corpus, model, precision, cases), "similar questions an entry")
        )
        if options.data:
            parts.append("\n## Another corpus\n\n" + report.table(others(options.data, model, precision), "corpus"))
    text = "\n".join(parts) + "\n"
    (options.out / "report.md").write_text(text, encoding="utf-8")
    print(text)
    if not options.quick and options.cases == _OUR_CASES:
        # Figures of other questions, or a part of them, are nobody's but the asker's.
        put("eval", text)
    print(f"build: {options.out}/report.md, curve.png, errors.tsv, calculator.tsv")


def calculations(engine: Engine, precision: float, cases: list[Case], folder: Path, out: Path) -> str:
    """Return the figures of the calculator, alone and with the matching; list what is not right."""
    calculator = real_calculator()
    tables = {name: try_table(calculator, folder / name) for name in TABLES if (folder / name).exists()}
    rows = {
        "matcher alone": through_chat(engine, precision, None, cases),
        "with the calculator": through_chat(engine, precision, calculator, cases),
    }
    lines = "\n".join(slips(tables, rows, cases))
    (out / "calculator.tsv").write_text(f"table\tresult\tgot\texpected\tquestion\n{lines}\n", encoding="utf-8")
    return f"\n## Calculator\n\n{calculator_table(tables)}\n\n{chat_table(rows, cases)}\n"


def learning_curve(corpus: Corpus, model: str | Path, precision: float, cases: list[Case]) -> dict[str, Figures]:
    """Return the figures with fewer similar questions, evenly drawn from each list."""
    rows = {}
    for count in SIMILAR:
        entries = tuple(
            replace(e, similar=e.similar[:: max(1, len(e.similar) // max(count, 1))][:count]) for e in corpus.entries
        )
        print(f"learning curve: {count} similar questions an entry", flush=True)
        engine = Engine.build(replace(corpus, entries=entries), model)
        rows[str(count)] = figures(engine_outcomes(engine, precision, cases))
    return rows


def others(data: Path, model: str | Path, precision: float) -> dict[str, Figures]:
    """Return the figures on corpora that are not about insurance."""
    rows = {}
    for name in ("LCQMC", "BQ"):
        print(f"another corpus: {name}", flush=True)
        corpus, cases = second_corpus(data / "eval" / f"{name}.tsv.gz")
        rows[f"{name}: {len(corpus.entries)} entries"] = figures(
            engine_outcomes(Engine.build(corpus, model), precision, cases)
        )
        rows[f"{name}: BM25 over jieba words"] = figures(run(WordSearch(corpus), ALWAYS, cases))
    return rows


if __name__ == "__main__":
    main()
