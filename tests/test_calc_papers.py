"""Whether an institution was chosen and who referred, where words speak against what was learned."""

from __future__ import annotations

import pytest

from tests.support.calculator_cases import outcome, told


@pytest.mark.parametrize(
    "said",
    [
        "不在绑定的那家社康看的门诊，120块，报多少",
        "去了没选定的二级医院看门诊，花了300，能报多少",
        "没在签约的社康，看门诊花了160，报多少",
        "在非选定的三级医院看门诊花了700，能报多少",
    ],
)
def test_what_is_denied_near_the_choice_is_never_taken_for_chosen(said: str) -> None:
    reply = told(said)
    assert outcome(reply) in ("ask:selected", "=0.00元", "absent")


@pytest.mark.parametrize("said", ["在绑定的社康看门诊花了200，报多少", "没带卡，绑定的社康看门诊花了200，报多少"])
def test_a_denial_in_another_clause_says_nothing_of_the_choice(said: str) -> None:
    assert outcome(told(said)) == "=150.00元"


@pytest.mark.parametrize("said", ["三级医院看门诊800块，没转诊，报多少", "急诊，未转诊，三级医院，费用800，报多少"])
def test_without_a_referral_it_is_asked_whether_the_hospital_was_chosen(said: str) -> None:
    assert outcome(told(said)) == "ask:selected"
    assert outcome(told(said, "是")) == "=440.00元"


def test_not_chosen_and_not_referred_is_not_paid_but_an_emergency_may_be() -> None:
    assert outcome(told("三级医院看门诊800块，没转诊，报多少", "不是")) == "=0.00元"
    assert outcome(told("急诊，未转诊，三级医院，费用800，报多少", "不是")) == "absent"


def test_who_refers_is_not_who_is_visited() -> None:
    reply = told("社康开了转诊单去的妇幼保健院，门诊花了800，报多少")
    assert outcome(reply) in ("ask:hospital_level", "ask:selected")
    assert "社康看" not in reply.text and "市外转诊" not in reply.text
    assert outcome(told("社康转诊到三甲医院住院花了9000，报多少")) == "=8100.00元"
