"""Guards: words that speak against what was learned; where the two disagree, it is asked and not computed.

The reader is right far more often than a word, so a word alone never decides what is computed: it only makes doubtful,
or fills in what the reader left open.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.calculator.papers import BELIEVED, with_papers
from bot.calculator.reader import Sentence
from bot.calculator.record import AWAY, LOCAL, Record
from bot.calculator.spans import AMOUNT, MONTH, PLACE, TIMES, YEAR

# Questions of the plain fee have none of these words, unless the reader is as good as certain.
_OTHER_FEES = {"subsidy", "monthly", "base", "wage", "cap", "difference"}
# Words that leave no doubt about the kind of visit.
VISITS = {
    "outpatient": re.compile(r"(?<![没未不冇])门诊|社康|[看挂睇][了个咗]{0,2}急诊"),
    "inpatient": re.compile(
        r"(?<![没未不冇])(?<!没有)(?:住院|住[了咗][^,。;]{0,4}院|入院|出院|病房|床位费"
        r"|住(?:在|进|的是)?(?:[一二三][级甲]|社区医院|社康)|(?:医院|[一二三][级甲]|社康)住(?!在|址|处|所|户)"
        r"|住[了咗过足满]{0,2}(?:\d{1,3}|[一二两三四五六七八九十几]{1,3})[来多]?(?:天|日|晚|夜|周|个?星期|个?礼拜))"
    ),
}
_AWAY = re.compile(
    r"(?<![非从])(?<!不是)(?<!不在)(?:外地|异地|外市|市外|老家|乡下|乡里|娘家|婆家|外婆家|姥姥家|奶奶家)"
    r"(?!户口|户籍|户|人(?!民)|的户|转学|过来|来|带|寄|回来|转诊|就医|备案)"
)
_ONLY_APPLY = re.compile(r"(?<!补)不想?补|不补前|只从|只[交缴].{0,4}(?:申请|办)")
# 没到起付线: nothing is paid, and without the deductible nobody can show it.
_BELOW = re.compile(
    r"(?:没|未|不)(?:有)?(?:到|够|达到|超过|超|过)[^,。;]{0,3}起付|起付线?[^,。;]{0,2}(?:没|未|不)(?:到|过|超|达到|够)"
)
# An operation where nobody says otherwise means a stay; that is said with the result.
_SURGERY = re.compile(r"(?<![小日间门诊])手术|开刀")
# 400够不够, 收了280多是不是收多了: the amount is held against the fee.
_HELD_AGAINST = re.compile(r"够|[收扣](?:得|的)?(?:多(?!少)|错|对)|多[收扣]|对吗|对不对")
# 公司报一半: half of the fee is somebody else's.
_HALF = re.compile(
    r"(?:[报补出担付退负][^,。;]{0,8}|各[出付]?)(?:一半|半数|50%)|(?:一半|50%)[^,。;]{0,8}(?:[报补出担付退])"
)
# 哪天截止, 满半年是几月: a time is asked for and no fee.
_WHEN, _SUM = re.compile("截止|到期|最晚|最迟|[是到]几月|[是到]哪个?月"), re.compile("[钱费元块]|多少|几多")
# 6月毕业, 9月停保, 今年没交: until when then, the year that was paid for decides, and nobody said which that is.
_STOPPED = re.compile(
    r"毕业|[停断退]保|停[了止]|(?:没|未|冇|不)(?:有)?(?:再)?(?:交|缴|续|参保)(?!过)|离开|转走|漏[交缴]"
)
# 政策更新到几月: of something else than benefits.
_BENEFIT = re.compile("待遇|报|享|用|管|效|到期|截止|保|交|缴|看病|住院|断")
_PAID = re.compile(r"(?<![没未冇不漏])[交缴](?:清|了|的|过|足|齐|好)")
_ANOTHER = re.compile(r"另一个|另外一个|其中一个|只有一个|[两二三四五2-5]个[^。;一\d]{1,8}一个(?=\d{1,2}月)")
_YEARLY = re.compile(r"年可支配|年的?收入|换算成一?年|全年[^,。;]{0,6}收入")
_MONEY = re.compile(r"钱|元|块|几多$")
_MONTHS, _WHICH_MONTH = re.compile(r"几个月|多少个?月|几多个?月"), re.compile(r"几月|哪个?月|何时|什么时候|从.{0,3}月")
_EACH_TIME = re.compile(r"每[次回趟][^,。;\d]{0,3}$")
_OWN = ("self", "selfratio")
_PER_MONTH = re.compile(r"月(?:平均)?工资|每个?月|一个月|月均")


def guarded(record: Record, sentence: Sentence) -> Record:
    """Return a record with its doubts."""
    record = _of_task(record, sentence)
    if record.task in ("claim", "more", "capcost"):
        record = with_papers(record, sentence)
    if record.task in ("claim", "more", "capcost", "remaining"):
        record = _of_visit(record, sentence)
    if record.task in ("claim", "more"):
        record = _of_amounts(record, sentence)
    return _of_months(record, sentence)


def outside(record: Record, sentence: Sentence) -> bool:
    """Tell whether a question is better left to the entries: of grown-ups, turned round, or of two things at once."""
    words, sure = sentence.words, sentence.reading.sure("task")
    if record.task in ("claim", "capcost") and words & {"adult", "reverse"} - (
        {"reverse"} if record.paid or record.cost else set()
    ):
        return True
    if record.task == "claim" and not (record.told_cost or record.visit or record.level or record.deductible):
        # 去广州看病没转诊能报几成: of nothing in particular; the entry says it all.
        return not sentence.of(AMOUNT)
    loose = [span for span, *_ in sentence.of(AMOUNT, "NF") if span.value not in sentence.known]
    if (record.task == "monthly" and loose) or (record.task in ("fee", "cap") and sentence.of(AMOUNT, "N")):
        return True  # 额度一千，刷了365.5，够不够: what is seen and has no place in the sum is not dropped
    stopped = _STOPPED.search(sentence.text) and not _PAID.search(sentence.text)
    if record.task in ("bstart", "bend", "blen", "binforce") and (stopped or not _BENEFIT.search(sentence.text)):
        return True
    if record.task == "fee" and _WHEN.search(sentence.text) and not _SUM.search(sentence.text):
        return True
    if record.task in ("subsidy", "total", "gap", "monthly") and sentence.of(MONTH, "a"):
        return True
    others = words & (_OTHER_FEES - {"monthly"} if record.apply else _OTHER_FEES)
    return record.task == "fee" and record.base is None and bool(others) and sure < 0.97


def _of_task(record: Record, sentence: Sentence) -> Record:
    """Settle what of two readings of one task is meant by its words."""
    text = sentence.text
    monthly = "monthly" in sentence.words and sentence.reading.sure("task", "monthly") >= 0.1
    if record.task == "fee" and monthly and not (record.apply and "total" in sentence.words):
        record = replace(record, task="monthly")
    if record.task == "reverse" and not record.want:
        want = "months" if _MONTHS.search(text) else "month" if _WHICH_MONTH.search(text) else ""
        return replace(record, want=want)
    if record.task == "cap" and record.children and "total" not in sentence.words:
        return replace(record, children=None)
    if record.task == "wage" and _PER_MONTH.search(text):
        return replace(record, want="month")
    if record.task == "income" and _YEARLY.search(text):
        return replace(record, want="year")
    if record.task == "monthly" and (record.part == "") == ("subsidy" in sentence.words):
        whole = bool(sentence.words & {"own_part", "total"})
        part = ("all" if whole else "sub") if "subsidy" in sentence.words else ""
        record = replace(record, part=part if sentence.reading.sure("part", part) >= 0.05 else f"{part}?")
    if record.task in ("subsidy", "total", "gap", "monthly"):
        want = "ratio" if "ratio" in sentence.words else record.want
        return replace(record, hukou="", want=want)  # the same for every child
    if record.task == "fee" and not record.want and _HALF.search(text):
        record = replace(record, want="half")
    held = [span.value for span, *_ in sentence.of(AMOUNT, "N")]
    if record.task == "fee" and record.paid is None and len(held) == 1 and _HELD_AGAINST.search(text):
        record = replace(record, paid=held[0])
    if record.task == "claim" and record.paid is not None and not record.told_cost and record.want in _OWN:
        return replace(record, want="owncost")  # who says what he paid asks of how much
    if record.task in ("claim", "more") and record.want in ("", "fund") and record.told_cost:
        own = "self" in sentence.words and sentence.reading.sure("want", "self") >= 0.1
        return replace(record, want="self") if own else record
    return _of_children(record, sentence)


def _of_children(record: Record, sentence: Sentence) -> Record:
    """Settle what words say of the child: newborn or not, and whose household."""
    text = sentence.text
    if record.task == "fee" and not record.want and _MONTHS.search(text) and not _MONEY.search(text):
        return replace(record, want="months")
    if record.task == "fee" and "baby" in sentence.words:
        return replace(record, task="newborn")  # 三个月大的宝宝: what is paid from its birth on
    if record.task == "newborn" and _ONLY_APPLY.search(text):
        return replace(record, task="fee", birth=())
    if "hukou_elsewhere" in sentence.words:
        return replace(record, hukou="other" if sentence.reading["hukou"] == "-" else "")
    return record


def _of_visit(record: Record, sentence: Sentence) -> Record:
    """Fill in the kind of visit and the place where words leave no doubt, and doubt them where words do."""
    text = sentence.text
    if "stay_unclear" in sentence.words:
        record = replace(record, visit="")
    elif not record.visit:
        said = [visit for visit, words in VISITS.items() if words.search(text)]
        surgery = not said and record.task == "claim" and _SURGERY.search(text) is not None
        record = replace(record, visit="inpatient" if surgery else said[0] if len(said) == 1 else "", surgery=surgery)
    if record.visit == "outpatient" and (record.deductible is not None or record.above is not None):
        # Only a stay has a deductible.
        record = replace(record, visit="" if sentence.reading.sure("visit", "out") > BELIEVED else "inpatient")
    if (
        record.location in ("", LOCAL)
        and not sentence.of(PLACE, "t")
        and _AWAY.search(text)
        and sentence.reading["place"] != "here"
    ):
        record = replace(record, location=AWAY)
    return record


def _of_amounts(record: Record, sentence: Sentence) -> Record:
    """Doubt an amount whose name right before it is not what was learned, and sums that words make doubtful."""
    for span, role, _ in sentence.of(AMOUNT):
        before, after = sentence.text[: span.start].rstrip("是为:的 "), sentence.text[span.end :].lstrip("的")
        if (before.endswith(sentence.names("deductible")) and role not in "DAX") or (
            after.startswith(sentence.names("consult")) and role not in "CX"
        ):
            return replace(record, unclear="amount")
        if (
            before.endswith(sentence.names("consult"))
            and role not in "CXIN"
            and not before.endswith(("含诊查费", "除诊查费", "了诊查费"))
        ):
            return replace(record, unclear="amount")
        if before.removesuffix("费").endswith("挂号") and not record.consult_in and not sentence.of(AMOUNT, "C"):
            record = replace(record, consult_in="maybe")  # a registration may have a consultation in it
    if record.deductible is None and record.above is None and _BELOW.search(sentence.text):
        record = replace(record, unclear=record.unclear or "deductible")
    ones = [span.end for span, *_ in sentence.of(TIMES) if span.value == 1]
    costs = [span for span, *_ in sentence.of(AMOUNT, "TSI")]
    each = any(span.start in ones or _EACH_TIME.search(sentence.text[: span.start]) for span in costs)
    if record.times and record.each is None and each:
        # 一趟130, 跑了4趟; 3次，每次5000: what each cost, and not all.
        return (
            replace(record, each=record.total, total=None)
            if record.total is not None
            else replace(record, unclear="amount")
        )
    if len(sentence.of(AMOUNT, "U")) > 1 and len({span.year for span, *_ in sentence.of(YEAR)}) > 1:
        # 去年报了2000, 今年报了800.
        return replace(record, used=None, unclear="used_cap")
    return record


def _of_months(record: Record, sentence: Sentence) -> Record:
    """Ask for the month of application where words say that it is not September, or its month is doubtful."""
    if record.task != "fee":
        return record
    # 两个孩子，小的11月办: one of several, unless a sum of all is asked for.
    several = sentence.reading.sure("many", "one", "sum") >= 0.2 or (
        (record.children or 1) > 1 and not sentence.words & {"total", "each"}
    )
    siblings = ("sibling" in sentence.words and several) or _ANOTHER.search(sentence.text)
    if len(set(record.apply)) > 1 and record.children == len(record.apply) and "total" in sentence.words:
        return replace(record, many="sum")
    if len(record.apply) == 1 and siblings:
        # 老大交过了，老二12月办: whose month it is, and who is asked for, is not clear.
        return replace(record, many="one", children=max(2, record.children or 2))
    if record.apply:
        return record
    doubtful = any(role == "o" and sure < 0.9 for _, role, sure in sentence.of(MONTH))
    return replace(record, midway=True) if doubtful or "midway" in sentence.words else record
