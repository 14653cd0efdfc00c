"""Sections: each a question about the bot, answered by a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.entries import Corpus
from index.encode import Encoder, Vectors
from index.engine import Engine
from tests.ruler import scorecard
from tests.ruler.calculator import TABLES, calculator_table, chat_table, slips, through_chat, try_table
from tests.ruler.cases import Case
from tests.ruler.kept import loops, promised
from tests.ruler.measure import Figures, always, engine_outcomes, figures
from tests.ruler.rivals import DenseSearch, WordSearch
from tests.ruler.second import second_corpus
from tests.ruler.unseen import begun, mean_similar, thinned, unseen_offices
from tests.ruler.wrapped import WAYS, wrapped
from tests.support.calculator_cases import real_calculator

SIMILAR = (3, 8, 15, 30, 60)
_BEGUN = (3, 8, 15)
_HEADINGS = {
    "新写的": "新写的问题\n\n程序定下来以后，由没看过资料的问法、也没看过程序的人写的；没有照着它们改过。",
    "开发用的": "开发用的问题\n\n程序照着这些问题改过，所以这里的数偏乐观。",
}


@dataclass(frozen=True)
class Ruler:
    """What is measured, with which questions, and where the lists of errors go."""

    corpus: Corpus
    engine: Engine
    encoder: Encoder
    precision: float
    sets: Mapping[str, list[Case]]  # the most telling first
    folder: Path
    out: Path
    known: Mapping[str, Vectors]

    def build(self, corpus: Corpus) -> Engine:
        """Return the engine of another corpus, or of a part of this one."""
        return Engine.build(corpus, self.encoder, known=self.known)


Small = dict[str, tuple[Corpus, Engine, list[Case]]]


def styles(ruler: Ruler) -> Iterator[str]:
    """Yield for each set of questions what becomes of them, by style."""
    listed = ""
    for name, cases in ruler.sets.items():
        outcomes = engine_outcomes(ruler.engine, ruler.precision, cases)
        found = figures(outcomes)
        listed += scorecard.errors(outcomes)
        inside = f"{found.inside} 个资料里有的，{found.outsiders} 个没有的"
        parts = (
            f"问到一部分的，{found.parts} 个里有 {scorecard.percent(found.part_right)}指对了段落。"
            if found.parts
            else ""
        )
        yield f"## {_HEADINGS[name]}{inside}。{parts}\n\n{scorecard.table({name: found}, '问题')}"
        yield scorecard.by_style(outcomes)
        yield scorecard.by_entry(outcomes)
    (ruler.out / "errors.tsv").write_text(listed, encoding="utf-8")


def wrapping(ruler: Ruler) -> str:
    """Return what courtesies and personal numbers cost."""
    parts = ["## 裹着客套和号码\n\n同样的问题，前后裹上人们发消息时常带的话；差的百分点是和不裹相比。"]
    for name, cases in ruler.sets.items():
        bare = figures(engine_outcomes(ruler.engine, ruler.precision, cases))
        rows = {
            way: figures(engine_outcomes(ruler.engine, ruler.precision, wrapped(cases, wrap)))
            for way, wrap in WAYS.items()
        }
        parts.append(f"{name}：\n\n{scorecard.losses(bare, rows)}")
    return "\n\n".join(parts)


def small(ruler: Ruler) -> tuple[str, str, Small]:
    """Return how much the number of similar questions matters, here and in two other offices, and these offices."""
    name, cases = next(iter(ruler.sets.items()))
    rows: dict[str, Figures] = {}
    for count in SIMILAR:
        print(f"每条 {count} 个相似问题……", flush=True)
        rows[str(count)] = figures(engine_outcomes(ruler.build(thinned(ruler.corpus, count)), ruler.precision, cases))
    rows[f"全部（平均 {mean_similar(ruler.corpus.entries):.0f}）"] = figures(
        engine_outcomes(ruler.engine, ruler.precision, cases)
    )
    right = [row.right for row in rows.values()]
    rises = "问法越多，答对的越多。" if right == sorted(right) else "有一步问法多了，答对的反而少了。"
    curve = (
        f"## 问法少的时候\n\n从每条的单子里均匀地抽，不能答的问题按同样的比例抽；问的是{name}问题。{rises}\n\n"
        + scorecard.table(rows, "每条的相似问题")
    )
    built: Small = {}
    found: dict[str, Figures] = {}
    for office in unseen_offices():
        for count in _BEGUN:
            label = f"{office.name}，{count} 个"
            corpus = begun(office.corpus, count)
            built[label] = corpus, ruler.build(corpus), office.cases
            found[label] = figures(engine_outcomes(built[label][1], ruler.precision, office.cases))
    offices = (
        "## 别的单位\n\n一份住房公积金（housing_fund，30 条）和一份图书馆（library，21 条）的资料，每条写了头 3、8、15 "
        "个相似问题，各有 40 句不能答的；提问的是另一个人。程序没有照着它们改过。\n\n"
        + scorecard.table(found, "单位，每条的相似问题")
    )
    return curve, offices, built


def promise(ruler: Ruler, built: Small) -> str:
    """Return whether the precision asked for was got, and whether what is offered leads to an answer."""
    everywhere = {name: (ruler.engine, cases) for name, cases in ruler.sets.items()}
    everywhere |= {name: (engine, cases) for name, (_, engine, cases) in built.items()}
    kept = {name: promised(engine, cases) for name, (engine, cases) in everywhere.items()}
    rounds = {name: loops(engine, ruler.precision, cases) for name, (engine, cases) in everywhere.items()}
    lines = [f"{name}\t{line}" for name, each in rounds.items() for line in (*each.lost_titles, *each.loops)]
    (ruler.out / "loops.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return (
        "## 说到做到\n\n要求的正确率和量到的正确率；括号里是资料里有的问题直接答对的。\n\n"
        f"{scorecard.promises(kept)}\n\n"
        "## 不兜圈子\n\n每个标准问题问一遍；每次回复里列出的选项，在同一次对话里各点一遍。应当都是 0。\n\n"
        f"{scorecard.circles(rounds)}"
    )


def rivals(ruler: Ruler, built: Small) -> str:
    """Return the figures of simpler ways to match on the same questions."""
    places: Small = {name: (ruler.corpus, ruler.engine, cases) for name, cases in ruler.sets.items()} | built
    rows: dict[str, dict[str, Figures]] = {}
    words = dense = None
    for name, (corpus, engine, cases) in places.items():
        if corpus is not ruler.corpus or words is None or dense is None:
            words, dense = WordSearch(corpus), DenseSearch(corpus, ruler.encoder)
        ways = {
            "this bot": engine_outcomes(engine, ruler.precision, cases),
            "BM25, jieba": always(words, cases),
            "vectors + FAISS": always(dense, cases),
        }
        if not rows:
            scorecard.draw(ruler.out / "curve.png", ways)
        rows[name] = {way: figures(outcomes) for way, outcomes in ways.items()}
    return (
        "## 同一批问题，别的做法\n\nBM25 和向量（同一个编码模型，FAISS，最近的问法）总是答排第一的；"
        "最后一列是事后挑最好的门槛，答出来的 98 % 正确时最多能答对多少。\n\n" + scorecard.rivals(rows)
        + "\n\n![正确率和覆盖的曲线](../tests/ruler/curve.png)"
    )  # fmt: skip


def calculations(ruler: Ruler) -> str:
    """Return the figures of the calculator, alone and with the matching; list what is not right."""
    calculator, cases = real_calculator(), ruler.sets["开发用的"]
    tables = {name: try_table(calculator, ruler.folder / name) for name in TABLES if (ruler.folder / name).exists()}
    rows = {
        "只匹配": through_chat(ruler.engine, ruler.precision, None, cases),
        "匹配和算账": through_chat(ruler.engine, ruler.precision, calculator, cases),
    }
    lines = "\n".join(slips(tables, rows, cases))
    (ruler.out / "calculator.tsv").write_text(f"table\tresult\tgot\texpected\tquestion\n{lines}\n", encoding="utf-8")
    return (
        "## 算账\n\n题目由没看过程序的人写，今天当作 2024 年 10 月 15 日；程序照着错的改过。"
        f"“不是数字题却接手”也包括反问和说没有。\n\n{calculator_table(tables)}\n\n"
        "同一批开发用的问题走完整的对话（算出来的数也要出自对的那一条才算对）：\n\n"
        f"{chat_table(rows, cases)}"
    )


def another(ruler: Ruler, data: Path) -> str:
    """Return the figures on corpora cut out of public pairs of questions."""
    rows = {}
    for name in ("LCQMC", "BQ"):
        corpus, cases = second_corpus(data / "eval" / f"{name}.tsv.gz")
        engine = ruler.build(corpus)
        rows[f"{name}：{len(corpus.entries)} 条"] = figures(engine_outcomes(engine, ruler.precision, cases))
        rows[f"{name}：BM25"] = figures(always(WordSearch(corpus), cases))
    return f"## 公开的问句对\n\n按意思归成条目，一半建索引，一半来问。\n\n{scorecard.table(rows, '资料')}"
