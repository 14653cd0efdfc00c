"""Topics: whether a sentence is a numeric question, and of which kind."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.calculator.reading import Reading, Slots
from corpus.policy import Policy

CLAIM = "claim"
CAPS = ("cap", "cap_cost", "remaining", "spent")
BENEFITS = ("benefit_start", "benefit_end", "benefit_length")

_SHORT, _HALF = 40, 24  # signs
_MONEY = {"amount", "above", "consult_fee", "deductible"}
_COSTS = ("total", "in_scope", "item", "above", "consult")
_WINDOW = re.compile(r"(?:几|多少|几多|好多)个?月(?:之内|以内|内|里头|里|再)|多长时间之?内|多久之?内")
_WHICH_MONTH = re.compile(r"几个月|多少个月|几月|哪个月")
_STARTS = re.compile(r"哪天生效|几时生效|从几月|开始用|起用|先用得|先可以")
_FROM_WHEN = re.compile(r"几月(?:份)?(?:能|可|起|开始|才)|哪(?:天|个月|一天)")
_HOW_LONG = re.compile(r"(?:几|多少|几多|好多)个月|时长")
_LEFT_OF_CAP = re.compile(
    r"(?:额度|限额)[^,。;]{0,4}(?:还剩|剩|还有)[^,。;]{0,4}(?:多少|几)|(?:还剩|剩)[^,。;]{0,3}(?:多少|几多?)(?:钱)?(?:的)?(?:额度|限额)"
)
_SPENT_ASKED = re.compile(r"(?:报|用|花|刷)(?:了|掉|去|咗|过|销)*(?:多少|几多|几|好多)")
_BABY = re.compile(
    r"(?:宝宝|娃|bb|崽|孩子|女儿|儿子|生了|才|刚|快)[^,。;\d]{0,4}(?:\d{1,2}|[一两二三四五六])个多?月(?![内之以后的钱])|\d{1,3}天(?:了|大|(?=[,。]|$))|刚出生|[个满]月大|(?:满|刚满)(?:月|百天)"
)
_PART_OF_YEAR = re.compile(r"[交缴][^,。;]{0,3}\d{1,2}月(?:份)?(?:到|至|-)(?:明年|次年)?(?P<last>\d{1,2})月")
_ONE_MONTH = re.compile(r"(?:一个|每个?)月(?:是|要|得|交)?(?:多少|几)|那个月(?:是|要|得)?(?:多少|几)")
_FEE_ASKED = re.compile(r"(?:交|缴|补|要|钱|费)[^,。;]{0,6}(?:多少|几|好多)|(?:多少|几|好多)钱|总额|算算|给个数")
_CLAUSE = re.compile(r"[,。;!?]+(?=.)")
_NUMBER_ASKED = re.compile(r"多少|几|百分|好多|算|数|能报|报得")
_STRICTLY = re.compile(r"多少|几(?![号时点楼])|百分|好多|算|多钱")
_SPENDS = re.compile(r"(?:花|看|用|刷|使)[^,。;]{0,4}(?:多少|几)")
_SUBSIDY_ASKED = re.compile(r"(?:补|财政|政府|公家|国家)[^,。;]{0,10}(?:多少|几)")
_OF_INSURANCE = re.compile(r"保|参|学年|缴|补|办")
_OF_FEES = re.compile(r"保|参|学年|缴|补|办|交|费|贴|一年|每年")
_MARKED = re.compile(r"(?<![吗嘛么呢])\?$")
_WHOLE_FUNDING = re.compile(r"应缴总额|全额|筹资总")
# 报名, 报医保: to enrol, not to claim.
_ENROLS = re.compile(r"报(?:名|医保|少儿|社保|个)")


def topic_of(reading: Reading, bill: Slots, policy: Policy) -> str:
    """Return the kind of numeric question, an empty string if it is none."""
    if "账户" in reading.text and reading.has("selected") and not reading.of("in_scope"):
        # Binding the family's account is bound in another sense.
        return ""
    if bases := _of_bases(reading, policy):
        return bases
    if reading.has("adult", "reverse") or "insured_elsewhere" in reading.slots or _asks_how(reading):
        return ""
    cost = _has_cost(reading, policy)
    return (
        _of_reverse(reading, policy)
        or _of_benefits(reading, bill, cost)
        or _of_caps(reading, bill, cost)
        or _of_claims(reading, bill, cost)
        or _of_fees(reading, policy)
    )


def _asks_how(reading: Reading) -> bool:
    """Whether it is asked how or where, and no number is asked for from there on."""
    if not reading.has("how"):
        return False
    clauses = _CLAUSE.split(reading.text)
    return not _STRICTLY.search(reading.text) or (len(clauses) > 1 and not _NUMBER_ASKED.search(clauses[-1]))


def _has_cost(reading: Reading, policy: Policy) -> bool:
    """Whether a cost is named; a number of the law that is only quoted is none."""
    costs = {amount.value for amount in reading.amounts if amount.role in _COSTS}
    return bool(costs and costs - {policy.number(name) for name in ("cap.amount", "fee.personal", "fee.subsidy")})


def _of_bases(reading: Reading, policy: Policy) -> str:
    """Tell whether the income or wage is asked that a printed number follows from."""
    if not reading.has("wage", "base") or not reading.has("quantity", "ask"):
        return ""
    cap = any(str(policy.number(name)) in reading.text for name in ("cap.amount", "cap.rate"))
    if reading.has("wage") and (cap or reading.has("cap")):
        return "wage_base"
    rates = {policy.number(f"fee.rate.{part}") for part in ("personal", "subsidy", "total")}
    fees = {str(policy.number(name)) for name in ("fee.personal", "fee.subsidy")}
    told = any(fee in reading.text for fee in fees) or any(Decimal(percent) in rates for percent in reading.percents)
    # 按6060算...一个孩子交多少: the base itself is known to whoever names it.
    named = any(
        amount.value == policy.number("fee.personal") / policy.ratio("fee.rate.personal") / policy.number("fee.months")
        for amount in reading.amounts
    )
    return "income_base" if reading.has("base") and told and not named else ""


def _of_reverse(reading: Reading, policy: Policy) -> str:
    """Tell whether an amount is asked about that some number of months comes to: 254.52是几个月的."""
    paid = [amount.value for amount in reading.amounts if amount.value and amount.role in ("total", "item")]
    if len(paid) != 1 or reading.dates.months or reading.has("base", "difference", "total"):
        return ""
    months = paid[0] * policy.number("fee.months") / policy.number("fee.personal")
    whole = months == int(months) and 1 <= months <= policy.number("fee.months")
    return "reverse" if whole and _WHICH_MONTH.search(reading.text) else ""


def _of_benefits(reading: Reading, bill: Slots, cost: bool) -> str:
    months = reading.dates.months
    if reading.has("newborn", "from_birth") and (reading.has("window") or _WINDOW.search(reading.text)) and not months:
        return "window"
    if not (reading.has("benefit") and months) or cost or "used_cap" in bill or reading.has("self", "ratio"):
        return ""
    if _HOW_LONG.search(reading.text) and not reading.has("begin"):
        return "benefit_length"
    if reading.has("finish") and not _STARTS.search(reading.text):
        return "benefit_end"
    return "benefit_start" if reading.has("begin") or _FROM_WHEN.search(reading.text) else ""


def _of_caps(reading: Reading, bill: Slots, cost: bool) -> str:
    if _LEFT_OF_CAP.search(reading.text) and reading.slots.get("visit") != "inpatient":
        return "remaining"
    if cost or reading.slots.get("visit") == "inpatient" or not reading.has("quantity", "ask"):
        return ""
    if "left_cap" in bill and "used_cap" not in bill and _SPENT_ASKED.search(reading.text):
        return "spent"
    used, left = "used_cap" in bill or bill.get("unclear") == "used_cap", reading.has("remaining")
    if reading.has("cap_spent") and reading.has("cap", "outpatient") and (not left or _SPENDS.search(reading.text)):
        return "cap_cost"
    if used and (left or reading.has("cap")):
        return "remaining"
    years = reading.dates.years or reading.dates.school_year
    asked = reading.has("cap") and reading.has("outpatient", "fund") and reading.has("quantity")
    several = reading.slots.get("children", "1") != "1" and reading.has("total")
    return "cap" if (years or several) and asked else ""


def _of_claims(reading: Reading, bill: Slots, cost: bool) -> str:
    slots = reading.slots
    if reading.has("subsidy") and not {"visit", "hospital_level"} & slots.keys():
        return ""
    known = {"visit", "hospital_level"} <= slots.keys()
    place = {"visit", "hospital_level", "selected", "emergency", "location"} & slots.keys()
    unclear = bill.get("unclear") in ("amount", "above", "consult_fee")
    if reading.has("apply") and not cost and slots.get("visit") != "inpatient" and not reading.has("fund", "ratio"):
        # 绑定了社康，听说9月办是436.32，现在参保多少钱: a fee, beside which the community centre is only named.
        return ""
    if unclear or _MONEY & bill.keys():
        if reading.has("pay") and reading.has("insured") and reading.dates.months and not place:
            return ""
        if unclear and not _MONEY & bill.keys() and not (known and len(reading.text) <= _SHORT):
            # 看了五天，前后花了七千多: a story without a number is for the index.
            return ""
        own = reading.has("self") and reading.has("quantity") and (place or reading.has("medical"))
        asks = reading.has("quantity")
        told = (known and (asks or len(reading.text) <= _HALF)) or ("visit" in slots and asks)
        return CLAIM if reading.has("fund", "ratio") or own or (told and not reading.has("how")) else ""
    if not reading.has("quantity") or slots.get("visit") not in ("outpatient", "inpatient"):
        return ""
    asked, one_level = reading.has("fund", "self", "ratio"), len(reading.levels) == 1
    if one_level and (asked or (slots.get("visit") == "inpatient" and reading.percents)):
        return CLAIM
    not_chosen = slots.get("selected") == "false" and slots.get("visit") == "outpatient"
    return CLAIM if asked and not_chosen else ""


def _of_fees(reading: Reading, policy: Policy) -> str:
    slots, months = reading.slots, reading.dates.months
    part = _PART_OF_YEAR.search(reading.text)
    if part and int(part["last"]) != policy.fee.last.number:
        # 只交11月到12月: the fee runs to the end of the year, whatever one would like.
        return ""
    from_birth = reading.has("from_birth")
    # 25年7月办 一个娃 ?: a question mark asks as well; 现在可以补办吗? asks something else.
    marked = len(reading.text) <= _HALF and _MARKED.search(reading.text) is not None and "月" in reading.text
    asks = reading.has("quantity") or (bool(months) and reading.has("apply") and marked)
    if reading.has("benefit") and not (from_birth and _FEE_ASKED.search(reading.text)):
        return ""
    if reading.has("cap") and reading.has("outpatient"):
        return ""
    born = any(month.role == "birth" for month in months)
    if from_birth or (born and reading.has("pay", "apply")):
        paid = asks or born or _FEE_ASKED.search(reading.text)
        return "newborn" if (from_birth and paid) or (asks and not reading.has("fund")) else ""
    baby = _BABY.search(reading.text) or (reading.has("baby") and not reading.has("monthly"))
    if baby and asks and reading.has("pay", "apply") and not reading.has("fund") and not slots.get("visit"):
        return "newborn"
    if not asks or not reading.has("pay", "subsidy", "apply") or reading.has("ratio") or _claims(reading):
        return ""
    if reading.has("monthly"):
        if not months:
            ours = reading.has("insured", "subsidy") or str(int(policy.number("fee.personal"))) in reading.text
            return "monthly" if ours and "账户" not in reading.text else ""
        if _ONE_MONTH.search(reading.text):
            # 交10月一个月多少钱: nobody can pay a single month.
            return ""
    if _WHOLE_FUNDING.search(reading.text) and not months:
        return "total"
    if reading.has("subsidy"):
        return _of_subsidy(reading, policy)
    if reading.has("difference") and (months or reading.has("midway")):
        return "difference"
    years = reading.dates.years or reading.dates.school_year
    dated = bool(months or years) or reading.has("midway")
    if (reading.amounts and not _OF_INSURANCE.search(reading.text)) or not (dated or _OF_FEES.search(reading.text)):
        # 校车费一学期1350，十月才坐的话扣多少; 校服一套几多钱，两个仔各买三套: some other fee.
        return ""
    return "fee" if dated or slots.get("children", "1") != "1" else ""


def _claims(reading: Reading) -> bool:
    """Whether it is of a hospital or of what the fund pays, so that it can be no fee."""
    hospital = {"hospital_level", "emergency"} & reading.slots.keys() or "医院" in reading.text
    fund = reading.has("fund") and not _ENROLS.search(reading.text)
    return bool(hospital) or fund or reading.slots.get("visit") == "inpatient"


def _of_subsidy(reading: Reading, policy: Policy) -> str:
    if reading.dates.months and reading.has("own_part", "total"):
        # 12月参保，政府补多少，个人交多少: two questions, or a sum that the booklet does not print.
        return ""
    # 屋里交了436.32，公家补好多: who names the own part does not ask for it.
    named = any(amount.value == policy.number("fee.personal") for amount in reading.amounts)
    if reading.has("own_part") and not (named and not reading.has("total", "difference")):
        return "subsidy_gap" if reading.has("difference") else "total"
    return "subsidy" if _SUBSIDY_ASKED.search(reading.text) or reading.has("total") else ""
