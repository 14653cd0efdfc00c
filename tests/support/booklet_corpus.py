"""Booklet corpus: two of its entries and all that goes with them, for what reads files."""

from __future__ import annotations

from pathlib import Path

ENTRY = (
    "---\n编号: {id}\n类别: 甲\n依据: 手册\n---\n\n# {question}\n\n## 相似问题\n\n- {similar}\n\n## 答案\n\n答{id}。\n"
)
P3 = ENTRY.format(id="P3", question="每年交多少钱？", similar="一年要交几多钱")
B5 = ENTRY.format(id="B5", question="住院报销多少？", similar="住院能报几成")
PHRASES_TOML = """
welcome = ["P3", "B5"]

[text]
greeting = "您好"
expired = "出自 {years} 年度"

[[smalltalk]]
name = "greeting"
questions = ["你好", "在吗"]
reply = "您好"
"""


FILES = {
    "entries/P3.md": P3,
    "entries/B5.md": B5,
    "words/terms.txt": "# 词\n少儿医保\n统筹基金\n少儿医保\n",
    "words/synonyms.txt": "# 标准词 = 说法\n银行卡 = 卡 卡片\n缴费＝交钱、交费\n",
    "words/outside.txt": "# 不能回答的\n养老金怎么领\n\n社保卡丢了怎么办\n",
    "phrases.toml": PHRASES_TOML,
}


def write(root: Path, **changes: str | bytes | None) -> Path:
    """Lay the fixture corpus under `root`; a change of None leaves that file out."""
    for name, text in {**FILES, **changes}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        elif text is not None:
            path.write_text(text, encoding="utf-8")
    return root
