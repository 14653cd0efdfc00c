"""Spelling: homophones of the words that a calculation turns on, put right (门疹, 主院, 抱销)."""

from __future__ import annotations

from functools import cache, lru_cache

from pypinyin import lazy_pinyin

# Words whose sound no everyday word shares; 急诊 sounds like 几针 and is left out.
_WORDS = ("门诊", "住院", "报销", "社康", "起付线", "诊查费", "备案", "绑定", "转诊")


def spell(text: str) -> str:
    """Return a folded text with misspelt key words replaced; its length does not change."""
    sounds = _sounds(text)
    signs = list(text)
    for word, sound in _known().items():
        for start in range(len(sounds) - len(sound) + 1):
            if sounds[start : start + len(sound)] == sound:
                signs[start : start + len(sound)] = word
    return "".join(signs)


@cache
def _known() -> dict[str, tuple[str, ...]]:
    return {word: _sounds(word) for word in _WORDS}


@lru_cache(maxsize=256)
def _sounds(text: str) -> tuple[str, ...]:
    """Return the sound of each sign; a sign without one stands for itself."""
    return tuple(_sound(sign) for sign in text)


@lru_cache(maxsize=8192)
def _sound(sign: str) -> str:
    return lazy_pinyin(sign)[0] if "\u4e00" <= sign <= "\u9fff" else sign
