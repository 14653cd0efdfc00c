"""Reading: everything in one sentence that a calculation may need, as slots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.calculator.dates import Dates, find_dates
from bot.calculator.money import Amount, find_amounts, is_vague
from bot.calculator.numbers import read_number
from bot.calculator.places import find_place
from bot.calculator.spelling import spell
from bot.calculator.vocabulary import HERE, Vocabulary, Words

Slots = dict[str, str]

_COUNT = re.compile(
    r"(?P<n>(?:-|负)?(?:\d+(?:\.\d+)?|[一两二三四五六七八九十百千万亿]+)|俩|仨)\s*(?:个|位|名|只|条)?\s*(?P<noun>娃|孩|小孩|宝宝|小朋友|仔|崽|细路|细佬|bb|儿子|女儿|闺女|小鬼|小家伙|学生|插班生|女|囡|囝|kids?|孙|神兽|外孙|妞|丫头|小子|仔女|名|人(?![民家])|双胞胎|细蚊|人一起|个一起|个都|个加|个总|个一共|个小的|个合|个埋|个(?=\d{1,2}月)|个人)"
)
_PAIRS = re.compile(
    r"(?:兄妹|姐弟|哥俩|姐俩|兄弟|姐妹|龙凤胎|双胞胎|双胎|孖仔|孖女|孖|一儿一女|一男一女|一仔一女|一对|twins)(?:俩|两)?"
)
_TRIPLETS = re.compile(r"三胞胎|仨(?:娃|孩|宝)?")
_ORDINAL = re.compile(r"(?:第|老|[一二三四]胎|[二三]孩)")
_NO_HOSPITAL = r"(?!护理|手术|残疾|保护|台阶|电梯|预警|风|伤残|地震|跳|心理|教师|厨师|烧伤|烫伤|肥胖|高血压|证)"
_BAD_LEVEL = re.compile(rf"(?<![\d十年])(?:[四五六七八九零0]|[4-9])级{_NO_HOSPITAL}|四甲|五甲")
_NOT_SURE = re.compile(r"是不是[^,。;]{0,6}(?:选|绑)|(?:选定|绑定|绑的|绑了)(?:没有?|不)(?:知道|清楚)")
_CORRECTED = re.compile(r"不对|错了|哦不|应该是|说错|讲错|记错|唉不|啊不|哎不|噢不|不是|更正|,不,")
_LEVEL_RANGE = re.compile(r"[一二12]级(?:及|和|或)?(?:以下|以上)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%|百分之([\d零一二三四五六七八九十百两点]+)")


class Said(dict[str, bool | None]):
    """What is said of each cue: True, False where it is denied, None; looked for when it is first needed."""

    def __init__(self, text: str, cues: Mapping[str, Words]) -> None:
        """Take the text and the words to look for."""
        super().__init__()
        self._text = text
        self._cues = cues

    def __missing__(self, cue: str) -> bool | None:
        """Look for a cue once."""
        self[cue] = found = self._cues[cue].said(self._text)
        return found


@dataclass(frozen=True)
class Reading:
    """One sentence as the calculator sees it."""

    text: str
    slots: Slots
    amounts: tuple[Amount, ...]
    dates: Dates
    vague: bool
    levels: tuple[str, ...]
    impossible: tuple[str, ...]
    percents: tuple[str, ...]
    said: Said

    def has(self, *cues: str) -> bool:
        """Tell whether one of the cues is in the sentence."""
        return any(self.said[cue] for cue in cues)

    def of(self, role: str) -> list[Amount]:
        """Return the amounts of one role."""
        return [amount for amount in self.amounts if amount.role == role]


def read(text: str, words: Vocabulary, today: date) -> Reading:
    """Read a folded sentence."""
    text = spell(text)
    dates = find_dates(text, today, words.cues["birth"])
    levels, level_spans = _levels(text, words.levels)
    count_spans, children = _children(text)
    taken = [*dates.spans, *level_spans, *count_spans, *_percent_spans(text)]
    amounts = _corrected(text, find_amounts(text, taken, words.roles), words.cues["corrected"])
    said = Said(text, words.cues)
    slots: Slots = {}
    _put_visit(slots, text, words.cues, said)
    _put_place(slots, text, words)
    _put_kind(slots, said)
    if not words.cues["selected"].disputed(text) and not _NOT_SURE.search(text):
        _put_selected(slots, said)
    else:
        slots["selected"] = "unsure"
    _put_hukou(slots, text, words, said)
    if len(levels) == 1:
        slots["hospital_level"] = levels[0]
    if children:
        slots["children"] = children
    if said["stay_unclear"]:
        slots.pop("visit", None)
    if said["filed"] and _elsewhere(text, words):
        slots["elsewhere"] = "true"
    if words.cues["filed"].disputed(text):
        slots["filed"] = "unsure"
    impossible = tuple(match[0] for match in [_BAD_LEVEL.search(text)] if match)
    if slots.get("visit") == "both":
        slots["visit"] = _visit_of_costs(text, amounts, words.cues)
    percents = tuple(match[1] or str(read_number(match[2]) or 0) for match in _PERCENT.finditer(text))
    return Reading(text, slots, tuple(amounts), dates, is_vague(text), levels, impossible, percents, said)


def _elsewhere(text: str, words: Vocabulary) -> bool:
    """Whether two places are named that are not one within the other (湖南长沙): filed here, treated there."""
    found = [(start, end) for start, end, group in words.places.find(text) if group != HERE]
    apart = [second for first, second in pairwise(found) if second[0] - first[1] > 2]
    return bool(apart) and len({text[start:end] for start, end in found}) > 1


def _levels(text: str, words: Mapping[str, Words]) -> tuple[tuple[str, ...], list[tuple[int, int]]]:
    """Return the levels that are said and not denied; the last one counts after a correction."""
    ranges = [match.span() for match in _LEVEL_RANGE.finditer(text)]
    found = [
        (one.start, one.end, level, one.denied)
        for level, names in words.items()
        for one in names.find(text, before_only=True)
        if not any(start <= one.start < end for start, end in ranges) and re.match(_NO_HOSPITAL, text[one.end :])
    ]
    spans = [(start, end) for start, end, _, _ in found]
    kept = [
        (start, end, level)
        for start, end, level, denied in sorted(found)
        if not denied and not _owner(text, end, level)
    ]
    if len(kept) > 1 and "住" in text:
        # 绑的是社康，住的是三级: the chosen one matters for outpatient care only.
        kept = [one for one in kept if not re.search(r"(?:绑|选定|签约)[^,。;]{0,5}$", text[: one[0]])] or kept
    for place in range(len(kept) - 1, 0, -1):
        if _CORRECTED.search(text[kept[place - 1][1] : kept[place][0]]):
            kept = kept[place:]
            break
    return tuple(dict.fromkeys(level for _, _, level in kept)), [*spans, *ranges]


def _owner(text: str, end: int, level: str) -> bool:
    """Whether a hospital is only named by the one it belongs to (社康的结算医院) or comes from (社康转诊到)."""
    if re.match(r"(?:医院)?(?:底下|旗下|下面|下属|名下)", text[end : end + 10]):
        return True
    if level != "1":
        return False
    return (
        re.match(
            r"(?:中心|健康|服务|站|医院)*(?:的|所属|那边的|上面的|嘅)?(?:结算|上级|转诊|转到|转去|转上|转院|开了?转诊|开转诊|医生转|医生?说看不了|大夫)",
            text[end : end + 14],
        )
        is not None
    )


def _children(text: str) -> tuple[list[tuple[int, int]], str]:
    spans, count, counts = [], "", set()
    for match in _COUNT.finditer(text):
        if _ORDINAL.search(text[max(0, match.start() - 1) : match.start("noun")]):
            continue
        spans.append(match.span())
        counts.add(_count(match["n"]))
        count = max(count, _count(match["n"]), key=lambda number: int(number or -1))
    for pattern, number in ((_PAIRS, "2"), (_TRIPLETS, "3")):
        if not count and (match := pattern.search(text)):
            spans.append(match.span())
            count = number
    if len(counts) > 1 and 2 * int(count) != sum(map(int, counts)):
        return spans, "several"
    return spans, count


def _count(said: str) -> str:
    """Return how many children are said; 0 where no family can have so many."""
    if said in ("俩", "仨"):
        return "2" if said == "俩" else "3"
    number = read_number(said.lstrip("-负"))
    possible = number is not None and number == int(number) and said[0] not in "-负" and number <= 9999
    return str(int(number)) if possible and number is not None else "0"


def _percent_spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _PERCENT.finditer(text)]


def _corrected(text: str, amounts: list[Amount], words: Words) -> list[Amount]:
    """Drop an amount that the next one corrects: 花了2万 不对是3万."""
    kept: list[Amount] = []
    for amount in amounts:
        if (
            kept
            and kept[-1].role in (amount.role, "total")
            and words.said(text[kept[-1].end : amount.start]) is not None
        ):
            amount = Amount(
                amount.value,
                kept[-1].role if amount.role == "total" else amount.role,
                amount.about,
                amount.start,
                amount.end,
            )
            kept.pop()
        kept.append(amount)
    return kept


def _put_visit(slots: Slots, text: str, cues: Mapping[str, Words], said: Said) -> None:
    inpatient, outpatient = said["inpatient"], said["outpatient"]
    if said["inpatient_word"] and said["outpatient_word"]:
        # 门诊用光了，现在住院花了1万: which of the two has the cost is settled with the amounts.
        slots["visit"] = "both"
    elif inpatient and said["inpatient_word"] is not False:
        slots["visit"] = "inpatient"
    elif outpatient or said["outpatient_word"] or inpatient is False:
        slots["visit"] = "outpatient"


def _visit_of_costs(text: str, amounts: list[Amount], cues: Mapping[str, Words]) -> str:
    """Return the visit that stands last before each cost, "both" where costs stand behind both."""
    places = [(one.start, "inpatient") for one in cues["inpatient_word"].find(text) if not one.denied]
    places += [(one.start, "outpatient") for one in cues["outpatient_word"].find(text) if not one.denied]
    costs = [amount for amount in amounts if amount.role in ("total", "in_scope", "item", "above")]
    visits = {max((place for place in places if place[0] < cost.start), default=(0, "both"))[1] for cost in costs}
    return visits.pop() if len(visits) == 1 else "both"


def _put_place(slots: Slots, text: str, words: Vocabulary) -> None:
    place = find_place(text, words.places)
    if place:
        slots["location"] = place


def _put_kind(slots: Slots, said: Said) -> None:
    if said["referral"]:
        slots["referral"] = "true"
    elif said["referral"] is False:
        slots["referral"] = "false"
    # 急诊挂的号，但没抢救: the rescue decides.
    emergency = said["emergency"] if said["rescue"] is None else said["rescue"]
    if emergency is not None:
        slots["emergency"] = "true" if emergency else "false"
    if said["filed"] is not None:
        slots["filed"] = "true" if said["filed"] else "false"
    if said["temporary"]:
        slots["temporary"] = "true"


def _put_selected(slots: Slots, said: Said) -> None:
    if said["selected"] is not None:
        slots["selected"] = "true" if said["selected"] else "false"


# Whose residence it is, where it is not the child's: 我深户老公不是.
_PARENT = re.compile(r"(?:我|老公|老婆|爸|妈|父亲|母亲|爷|奶|父母|先生|太太)(?:是|都是|也是|有|本人|自己)?$")


def _put_hukou(slots: Slots, text: str, words: Vocabulary, said: Said) -> None:
    here = [one for one in words.cues["hukou_here"].find(text) if not _PARENT.search(text[: one.start])]
    other = any(
        group != HERE
        and (
            re.match(r"(?:的)?(?:户口|户籍)", text[end:])
            or re.search(r"(?:户口|户籍)(?:还)?(?:在|是|落在?)$", text[:start])
        )
        and not _PARENT.search(text[:start])
        for start, end, group in words.places.find(text)
    )
    if any(not one.denied for one in here):
        slots["hukou"] = "shenzhen"
    elif said["hukou_elsewhere"] or other or here:
        slots["hukou"] = "other"
    if said["hukou_elsewhere"] and not words.cues["hukou_elsewhere"].disputed(text):
        slots["hukou"] = "other"
