"""Spelling: homophones of the words that a calculation turns on, put right (门疹, 主院, 抱销)."""

from __future__ import annotations

from functools import cache, lru_cache

from pypinyin import lazy_pinyin

# Words whose sound no everyday word shares; 急诊 sounds like 几针 and is left out.
# As written on receipts: 叁万伍仟元.
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_WORDS = ("门诊", "住院", "报销", "社康", "起付线", "诊查费", "备案", "绑定", "转诊")

# Signs behind which it is another word: 备安排, 住原来, 报小孩.
_GOES_ON = {"备案": "排装全月", "住院": "来址先", "报销": "孩朋学"}


def spell(text: str) -> str:
    """Return a folded text with misspelt key words replaced; its length does not change."""
    text = text.translate(_FORMAL)
    sounds = [_sound(sign) for sign in text]
    spoken = f" {' '.join(sounds)} "
    for word, sound in _known().items():
        start = spoken.find(sound)
        while start >= 0:
            place = spoken.count(" ", 0, start)
            said, after = text[place : place + len(word)], text[place + len(word) : place + len(word) + 1]
            # 门疹 has one sign right, 被安 of 被安排 none.
            if any(map(str.__eq__, said, word)) and not (after and after in _GOES_ON.get(word, "")):
                text = text[:place] + word + text[place + len(word) :]
            start = spoken.find(sound, start + 1)
    return text


@cache
def _known() -> dict[str, str]:
    return {word: f" {' '.join(map(_sound, word))} " for word in _WORDS}


@lru_cache(maxsize=8192)
def _sound(sign: str) -> str:
    """Return the sound of a sign; one without stands for itself, and a space for no sound at all."""
    if sign.isspace():
        return "_"
    return lazy_pinyin(sign)[0] if "\u4e00" <= sign <= "\u9fff" else sign
