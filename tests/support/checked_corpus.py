"""Checked corpus: two entries that the linter has nothing to say about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from corpus.check import PHRASES

TODAY = date(2025, 3, 1)
HEAD = "---\n编号: {id}\n类别: 甲\n年度: 2024-2025\n依据: 手册\n---\n\n# {question}\n\n## 相似问题\n\n"
P3_SIMILAR = ["小孩医保一年多少钱", "每个学年要交几多", "个人缴费是多少元", "保费金额是多少", "交钱的标准 @金额"]
B5_SIMILAR = [
    "住院能报几成",
    "在医院住了一周怎么报",
    "三级医院住院报销比例",
    "住院起付线以上报多少",
    "住院统筹基金付几成",
]
P3 = HEAD.format(id="P3", question="每年要交多少钱？") + "".join(f"- {text}\n" for text in P3_SIMILAR)
P3 += "\n## 答案\n\n按收入算。<!-- 段落: 金额 -->每年436.32元。\n"
B5 = HEAD.format(id="B5", question="市内住院报销多少？") + "".join(f"- {text}\n" for text in B5_SIMILAR)
B5 += "\n## 答案\n\n按92%付。\n"
SENTENCES = "[text]\n" + "".join(f'{key} = "句子"\n' for key in PHRASES)
TALK = '[[smalltalk]]\nname = "greeting"\nquestions = ["你好"]\nreply = "您好"\n'
OFFICE = """
id = "office"
name = "问答"
subject = "办事"
hotline = "0100"
marks = ["医保", "住院", "报销"]
[period]
label = "学年度"
ends = "08-31"
"""
FILES = {
    "entries/P3.md": P3,
    "entries/B5.md": B5,
    "office.toml": OFFICE,
    "words/terms.txt": "医保\n",
    "words/synonyms.txt": "缴费 = 交钱\n",
    "words/outside.txt": "养老金怎么领\n",
    "phrases.toml": SENTENCES + TALK,
}


def write(root: Path, **changes: str) -> Path:
    for name, text in {**FILES, **changes}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root
