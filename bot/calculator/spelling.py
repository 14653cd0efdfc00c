"""Spelling: homophones of the words that a calculation turns on, put right (门疹, 主院, 抱销)."""

from __future__ import annotations

import os
from functools import cache

# Only single signs are looked up here; the tables of phrases would take 44 MB of every server's memory.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "yes")
from pypinyin import lazy_pinyin

# As written on receipts: 叁万伍仟元.
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
# Words whose sound no everyday word shares; 急诊 sounds like 几针 and is left out. No two of their signs sound alike.
_WORDS = ("门诊", "住院", "报销", "社康", "起付线", "诊查费", "备案", "绑定", "转诊")
# Signs behind which it is another word: 备安排, 住原来, 报小孩.
_GOES_ON = {"备案": "排装全月", "住院": "来址先", "报销": "孩朋学"}
_SIGNS = "".join(map(chr, range(0x4E00, 0x9FA6)))  # those that have a sound


def spell(text: str) -> str:
    """Return a folded text with misspelt key words replaced; its length does not change."""
    text = text.translate(_FORMAL)
    heard = text.translate(_homophones())
    for word in _WORDS:
        start = heard.find(word)
        while start >= 0:
            end = start + len(word)
            # 门疹 has one sign right, 被安 of 被安排 none.
            right = any(map(str.__eq__, text[start:end], word))
            if right and not (text[end : end + 1] and text[end] in _GOES_ON.get(word, "")):
                text = text[:start] + word + text[end:]
            start = heard.find(word, start + 1)
    return text


@cache
def _homophones() -> dict[int, str]:
    """Return the sign of our words that each sign sounds like; this takes 70 ms."""
    ours = {lazy_pinyin(sign)[0]: sign for sign in "".join(_WORDS)}
    return {ord(sign): ours[sound] for sign, sound in zip(_SIGNS, lazy_pinyin(_SIGNS), strict=True) if sound in ours}
