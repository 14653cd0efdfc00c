"""Papers: whether one was chosen, filed, referred or an emergency, where words speak against what was learned."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.calculator.outcome import LEVELS
from bot.calculator.reader import Sentence
from bot.calculator.record import LOCAL, NO, UNSURE, YES, Record
from bot.calculator.spans import LEVEL, PLACE, Span

# A head that says nothing of what a word names is believed from here on.
BELIEVED = 0.95
_ATTRIBUTES = {"filed": "filed", "referral": "referral", "emergency": "emergency"}
_NO = "[没沒未无無冇]|不(?!对|錯|错)|(?<!除)非|唔"
_DENIED = re.compile(r"[没未无不冇非][^,。;]{0,6}(?:转诊|抢救|急诊)|(?:转诊|抢救|急诊)[^,。;]{0,3}[没未]")
# 没在绑定的社康, 不是选定的; a clause that denies something else ends at its comma.
_CHOSEN_DENIED = re.compile(
    rf"(?:{_NO})[^,。;!? ]{{0,5}}(?:选定|绑定|签约|绑)|(?:选定|绑定|签约)[^,。;!? 的]{{0,3}}(?:没|未|冇|不是|唔系)"
)
# 绑的是某某社康，没有转诊: which one is chosen, not that it was the one that was visited.
_CHOSEN_IS = re.compile(r"(?:绑|选|签)[定约了过的]{0,2}(?<!就)是(?!这|那|本|他|它|她)[^,。;!?]{0,10}$")
# 没转诊, 没开转诊单, 冇转; 转账 and 转院 are not meant.
_REFERRAL_DENIED = re.compile(
    r"(?:没|沒|未|无|冇|不是|来不及)[^,。;!? 绑选签]{0,5}(?:转诊|转(?=[,。;!? ]|$))|转诊[^,。;!? ]{0,3}(?:没|冇)"
)
# 社康开了转诊单, 从社康转到市里: who sends the child on.
_REFERS = re.compile(r"[^,。;!? 没未冇无不]{0,8}转(?=[诊院到去往上至介出])(?!诊[^,。;]{0,2}[没未冇无])")
# What is said outright of filing settles what was read with doubt.
_FILED = re.compile(
    r"(?:已经?|办[了过好妥]|做[了过好]|备[了好])(?:[^,。;没未不冇吗]{0,8}备案|案)|备案(?:已|都?[办做][了好过]|[了咗过])(?!吗|没|么|吧)"
)
_NOT_FILED = re.compile(r"(?:没|沒|未|冇|不|无|来不及)[^,。;]{0,6}备案|备案[^,。;]{0,3}(?:没|未|冇)")
_REFERRED = re.compile(
    r"转诊[了过](?!吗|没|么|吧|[^,。;]{0,4}[没未冇])|(?:办|开)(?:[了好妥到]|过了?)[^,。;没未不冇吗]{0,4}转诊|转诊[单手续]{0,2}(?:已经?|都)?[办开](?:[了好妥到]|过了)(?!吗|没|么|吧)"
)
_BOTH_WAYS = re.compile(
    r"(备案|转诊)[^。;]{0,8}[不没未冇][^,。;]{0,3}\1|[不没未冇][^,。;]{0,3}(备案|转诊)[^。;]{0,8}\2"
    r"|(?:备案|转诊)[了过]?[跟和与同比][没不未冇]|(?:有没有?|有冇|有无|办不办|办没办|备不备)[^,。;]{0,6}(?:备案|转诊)"
)
_OUT_OF_CITY = re.compile("市外|外市|外地|异地|省外")
_EMERGENCY_DENIED = re.compile(r"(?:没|沒|未|无|冇|不|唔|非)[^,。;!? ]{0,5}(?:抢救|急诊|急症)")


def with_papers(record: Record, sentence: Sentence) -> Record:
    """Doubt that filing, referral, emergency or a part out of scope is not spoken of where its word stands."""
    if "difference" in sentence.words and (both := _BOTH_WAYS.search(sentence.text)):
        # 备案和不备案差多少: neither of the two is what was done.
        case = "referral" if "转诊" in both[0] else "filed"
        record = replace(record, many="cmp", compared=(f"case={case}", "case=temporary"), filed="", referral="")
    else:
        record = _of_referrer(_of_cases(record, sentence), sentence)
    return _of_scope(_of_choice(record, sentence), sentence)


def _of_referrer(record: Record, sentence: Sentence) -> Record:
    """Take the level of the hospital visited, not of the one that referred there."""
    spans = [span for span, *_ in sentence.of(LEVEL)]
    senders = [span for span in spans if _REFERS.match(sentence.text, span.end)]
    visited = {span.name for span in spans if span not in senders}
    if record.many == "cmp" or not senders or not (visited or {span.name for span in senders} == {LEVELS[0]}):
        return record
    away = record.location or sentence.of(PLACE) or _OUT_OF_CITY.search(sentence.text)
    return replace(
        record, level=visited.pop() if len(visited) == 1 else "", location=record.location if away else LOCAL
    )


def _of_cases(record: Record, sentence: Sentence) -> Record:
    words, text = sentence.words, sentence.text
    if record.referral != NO and _REFERRAL_DENIED.search(text):
        record = replace(record, referral=UNSURE if record.referral == YES else NO)
    # Where nothing would be paid, a referral or an emergency that was missed is a wrong number.
    strict = record.selected == NO and not _DENIED.search(text)
    for field, word in _ATTRIBUTES.items():
        spoken = sentence.reading.sure(field, "+", "?") > 1 - BELIEVED
        if not getattr(record, field) and word in words and (strict or spoken):
            doubt: dict[str, Any] = {field: UNSURE}
            record = replace(record, **doubt)
    if record.filed == UNSURE and bool(_FILED.search(text)) != bool(_NOT_FILED.search(text)):
        record = replace(record, filed=YES if _FILED.search(text) else NO)
    if record.referral in ("", UNSURE) and _REFERRED.search(text) and not _REFERRAL_DENIED.search(text):
        record = replace(record, referral=YES)
    if record.referral == NO and not record.emergency and record.location in ("", LOCAL) and "emergency" in words:
        # 急诊, 没转诊: whether it was one that needs no referral decides whether anything is paid.
        record = record if _EMERGENCY_DENIED.search(text) else replace(record, emergency=UNSURE)
    if not record.temporary and "temporary" in words and sentence.reading.sure("temporary", "+") >= 0.2:
        record = replace(record, temporary=YES)
    return record


def _of_choice(record: Record, sentence: Sentence) -> Record:
    words = sentence.words
    unsure = (not record.selected and "not_chosen" in words) or (record.selected and {"unknown", "selected"} <= words)
    unsure = unsure or (
        record.selected != NO and any(is_only_chosen(span, sentence) for span, *_ in sentence.of(LEVEL))
    )
    denied = bool(_CHOSEN_DENIED.search(sentence.text) or words & {"not_chosen", "other_chosen"})
    silent = not (record.selected or denied or unsure or "unknown" in words)
    if record.task == "more" and "selected" in words and silent:
        return replace(record, selected=YES)  # 那要是绑定了呢
    # Nothing is paid where it was not chosen, so both a word and the reader have to say so.
    return replace(record, selected=UNSURE) if unsure or (record.selected == NO) != denied else record


def is_only_chosen(level: Span, sentence: Sentence) -> bool:
    """Tell whether a level is said of the institution that is chosen, and another was visited: it sent nobody on."""
    chosen = _CHOSEN_IS.search(sentence.text[: level.start])
    return chosen is not None and _REFERRAL_DENIED.search(sentence.text) is not None


def _of_scope(record: Record, sentence: Sentence) -> Record:
    partly = sentence.reading.sure("scope", "-", "?") > 1 - BELIEVED
    if not record.scope and "mixed" in sentence.words and partly and record.outside is None:
        return replace(record, scope="part")
    return record
