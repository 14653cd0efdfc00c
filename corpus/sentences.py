"""Sentences: what the linter asks of the calculator's sentences, so that next year's numbers need no change in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Every sentence that the calculator says and no other part of the bot.
CALCULATION = (
    "calc_formula",
    "calc_notes",
    "calc_read",
    "calc_read_so_far",
    "calc_cancelled",
    "calc_absent",
    "calc_ask_visit",
    "calc_ask_visit_both",
    "calc_ask_hospital_level",
    "calc_ask_location",
    "calc_ask_out_of_city_kind",
    "calc_ask_selected",
    "calc_ask_amount",
    "calc_ask_scope",
    "calc_ask_which",
    "calc_ask_consult_in",
    "calc_ask_consult_fee",
    "calc_ask_deductible",
    "calc_ask_used_cap",
    "calc_ask_apply_month",
    "calc_ask_birth_month",
    "calc_ask_hukou",
    "calc_ask_bills",
    "calc_ask_no_level",
    "calc_ask_which_month",
    "calc_ask_which_bill",
    "calc_ask_which_child",
    "calc_look_up",
    "calc_assume_scope",
    "calc_assume_rest",
    "calc_assume_about",
    "calc_assume_temporary",
    "calc_assume_local",
    "calc_assume_stay",
    "calc_assume_benefit",
    "calc_assume_between",
    "calc_assume_registration",
    "calc_assume_deductible",
    "calc_assume_selected",
    "calc_assume_selected_away",
    "calc_assume_not_referred",
    "calc_assume_no_consult",
    "calc_assume_unused",
    "calc_assume_now",
    "calc_assume_school_year",
    "calc_cap_unknown",
    "calc_at_cap",
    "calc_note_base",
    "calc_over_limit",
    "calc_not_paid",
    "calc_ratio_inpatient",
    "calc_ratio_outpatient",
    "calc_ratio_consult",
    "calc_table",
    "calc_note_table",
    "calc_table_own",
    "calc_table_cases",
    "calc_table_cases_own",
    "calc_table_fee",
    "calc_note_apart",
    "calc_note_settled",
    "calc_note_year",
    "calc_stay_limit",
    "calc_note_months",
    "calc_note_subsidy",
    "calc_note_monthly",
    "calc_note_derived",
    "calc_note_gap",
    "calc_note_from_birth",
    "calc_note_late",
    "calc_note_benefit",
    "calc_in_force",
    "calc_not_in_force",
    "calc_note_window",
    "calc_note_cap",
    "calc_note_cap_cost",
    "calc_note_remaining",
    "calc_other_year",
    "calc_other_month",
    "calc_other_cap",
    "calc_other_benefit",
    "calc_benefit_midway",
    "calc_newborn_benefit",
    "calc_newborn_uninsured",
    "calc_newborn_other_hukou",
    "calc_newborn_before",
    "calc_newborn_edge",
    "calc_newborn_edge_year",
    "calc_uncovered",
    "calc_unclear",
    "calc_uninsured",
    "calc_exhausted",
    "calc_not_months",
    "calc_not_selected_referred",
    "calc_away_emergency",
    "calc_away_two",
    "calc_away_far",
    "calc_away_primary",
    "calc_negative",
    "calc_zero",
    "calc_absurd",
    "calc_over_cap",
    "calc_no_month",
    "calc_before_birth",
    "calc_children",
    "calc_other_ratio",
    "calc_filed_not_here",
    "calc_one_by_one",
    "calc_child_by_child",
    "calc_ask_sibling",
    "calc_consult_elsewhere",
    "calc_over_used",
    "calc_consult_over",
    "calc_scope_over",
    "calc_percent",
    "calc_sum_zero",
    "calc_sum_power",
    "calc_sum_large",
    "calc_sum_long",
    "calc_sum_deep",
    "calc_sum_brackets",
)
# The words on the card that shows a calculation.
CARD = (
    *(
        "card_year",
        "card_fund",
        "card_own",
        "card_cost",
        "card_above",
        "card_deductible",
        "card_consult",
        "card_used",
        "card_outside",
    ),
    *("card_cap", "card_month", "card_months", "card_children", "card_level_1", "card_level_2", "card_level_3"),
    *(
        "card_in_province",
        "card_out_province",
        "card_emergency",
        "card_filed",
        "card_referral",
        "card_level",
        "card_case",
        "card_table_cost",
    ),
    *("card_change_deductible", "card_change_level", "card_change_away", "card_change_local", "card_change_month"),
    *("card_say_away", "card_say_local"),
    "card_unknown",
)
# Blanks that the calculator fills in any of its sentences, from the policy.
FACTS = (
    *("years", "cap", "cap_year", "window", "year_months", "emergency", "in_province", "out_province"),
    *("fee_first", "fee_last", "benefit_first", "benefit_last"),
)
# Blanks of one sentence, filled from what the user said or from what came out.
BLANKS = {
    "calc_read": ("read",),
    "calc_read_so_far": ("read",),
    "calc_absent": ("name",),
    "calc_other_year": ("other", "fee"),
    "calc_other_month": ("other", "fee", "month"),
    "calc_other_cap": ("year",),
    "calc_other_ratio": ("year",),
    "calc_benefit_midway": ("month",),
    "calc_newborn_before": ("from", "to", "fee"),
    "calc_newborn_edge": ("early", "late"),
    "calc_away_two": ("high", "low"),
    "calc_away_far": ("high", "low"),
    "calc_no_month": ("month",),
    "calc_note_apart": ("amounts",),
    "calc_unclear": ("amounts",),
}
# Sentences that are said as they are: no blank is filled in them.
FIXED = ("calc_formula", "calc_notes", "calc_look_up")
_FIXED_KINDS = ("calc_ask_", "calc_sum_")

_BLANK = re.compile(r"\{([^{}]*)\}")
_EXAMPLE = re.compile(r"例如[^。！？；]*")
_UNITS = "元|成|个月|月"
# A number of the law, written in digits or in words; 0 and 100 % are none.
_FIGURE = re.compile(
    rf"(?<![\d.])(?!0\s*[元%％]|100\s*[%％])\d[\d.,，]*\s*(?:{_UNITS}|块|万|%|％|日|号|天|年|-\d)"
    rf"|[二两三四五六七八九十百千万]+(?:{_UNITS})|百分之(?!百)[\d一二三四五六七八九十]+"
)


def blanks_of(key: str) -> tuple[str, ...]:
    """Return the blanks that the calculator fills in a sentence."""
    return () if key in FIXED or key.startswith(_FIXED_KINDS) else (*FACTS, *BLANKS.get(key, ()))


def slips(key: str, text: str) -> Iterator[str]:
    """Yield what is wrong in a sentence of the calculator, each with the way out."""
    known = blanks_of(key)
    for name in _BLANK.findall(text):
        if name not in known:
            ways = f"这里可用的有：{'、'.join(f'{{{one}}}' for one in known)}。" if known else "这一句里不能用花括号。"
            yield f"“{key}”里的 {{{name}}} 不认识。{ways}"
    if re.search("[{}｛｝]", _BLANK.sub("", text)):
        yield f"“{key}”里的花括号不成对，或者不是英文的“{{”和“}}”。"
    for found in _FIGURE.finditer(_EXAMPLE.sub("", text)):
        yield (
            f"“{key}”里直接写了“{found[0]}”，下一学年就不对了。请换成花括号，例如 {{fee_last}}月、{{cap}}元；"
            "只是举例的数，前面写上“例如”。"
        )
