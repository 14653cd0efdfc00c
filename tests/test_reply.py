"""The wire shapes are those of the contract."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply import (
    Ask,
    Estimate,
    Reply,
    Result,
    trim,
)

CONTRACT = ["reply_id", "session_id", "kind", "text", "entry", "passage", "estimate", "ask", "options", "confidence"]
ADDED = ["lead", "card", "notice"]


def test_every_field_is_always_there() -> None:
    wire = json.loads(Reply(kind="abstain", text="没有").model_dump_json())
    assert set(wire) == {*CONTRACT, *ADDED}
    assert wire["entry"] is None and wire["options"] == []


def test_estimate_has_the_shape_of_the_contract() -> None:
    estimate = Estimate(
        results=[Result(label="医保支付", value="17460.00", unit="元")],
        formula="(20000.00 - 600.00) × 90% = 17460.00",
        policy_year="2024-2025",
    )
    assert list(estimate.model_dump()) == ["results", "formula", "inputs", "assumptions", "basis", "policy_year"]
    assert Ask(slot="visit").model_dump() == {"slot": "visit", "options": [], "estimate": None}


def test_document_calls_every_field_required() -> None:
    schema = Reply.model_json_schema(mode="serialization")
    assert set(schema["required"]) == {*CONTRACT, *ADDED}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  问 \u3000", "问"),
        ("\x00", ""),
        ("a\x00b", "a b"),
        ("\ud800", ""),
        ("一\n二", "一\n二"),
        ("\x7f问\x1b", "问"),
    ],
)
def test_trim(text: str, expected: str) -> None:
    assert trim(text) == expected


@given(st.text(st.characters(exclude_categories=())))
def test_trimmed_text_can_be_written(text: str) -> None:
    trimmed = trim(text)
    assert trim(trimmed) == trimmed
    trimmed.encode()
