"""Reply: the wire shapes of the HTTP contract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, StringConstraints

MAX_QUESTION = 500
SESSION_ID = r"^[A-Za-z0-9_-]{8,64}$"
REPLY_ID = r"^[0-9A-HJKMNP-TV-Z]{26}$"

Kind = Literal["answer", "calculation", "ask", "clarify", "smalltalk", "abstain"]


class _Wire(BaseModel):
    # Every field of a reply is always there, so the document must call it required.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Option(_Wire):
    """A question that the user may ask next."""

    entry_id: str
    question: str
    label: str | None = Field(default=None, description="按钮和列表上用的短名字")


class EntryInfo(_Wire):
    """Where an answer comes from."""

    id: str
    question: str
    category: str
    basis: str | None = Field(default=None, description="出自哪份文件、第几问")
    valid: str | None = Field(default=None, description="适用的年度")
    url: str


class PassageInfo(_Wire):
    """A named part of an answer."""

    name: str
    text: str


class EntryDetail(EntryInfo):
    """A published entry with its whole answer."""

    answer: str
    short_answer: str | None = None
    passages: list[PassageInfo] = []
    related: list[Option] = []


class EntryList(_Wire):
    """All published entries, in order."""

    entries: list[EntryInfo]


class SuggestionList(_Wire):
    """Standard questions for a half-typed one, best first."""

    suggestions: list[Option]


class Welcome(_Wire):
    """What a chat window shows before the first question."""

    title: str
    greeting: str
    phone: str
    example: str = ""
    notice: str | None = Field(default=None, description="全部资料所属的年度已过时的一句话")
    feedback: bool = Field(default=False, description="评价是否会保存")
    questions: list[Option]


class Ready(_Wire):
    """What the server answers from."""

    status: Literal["ready"] = "ready"
    index_version: str
    entries: int
    model: str


class Result(_Wire):
    """One number of an estimate; `value` is a decimal string."""

    label: str
    value: str = Field(examples=["17460.00"])
    unit: str = Field(examples=["元"])


class Estimate(_Wire):
    """The outcome of a calculation; the main result stands first."""

    results: list[Result]
    formula: str = Field(examples=["(20000.00 - 600.00) × 90% = 17460.00"])
    inputs: dict[str, str] = {}
    assumptions: list[str] = []
    basis: list[str] = []
    policy_year: str


class Ask(_Wire):
    """The input that a calculation still needs."""

    slot: str
    options: list[str] = []
    estimate: Estimate | None = Field(default=None, description="每一种回答各算出多少，能算时才有")


class Choice(_Wire):
    """Something that can be changed or chosen with a tap: `say` is sent, or put into the box to be completed."""

    label: str
    say: str
    fill: bool = False


class Card(_Wire):
    """A calculation or its question as people read it; made of `estimate` and `ask`, which are for programs."""

    results: list[Result] = []
    year: str | None = Field(default=None, description="按哪个年度的标准")
    steps: list[str] = Field(default=[], examples=[["19,400 × 90% = 17,460"]])
    premises: list[str] = []
    table: list[list[str]] = Field(default=[], description="第一行是表头")
    choices: list[Choice] = []
    sources: list[Option] = Field(default=[], description="还出自哪几条")


class Reply(_Wire):
    """What the bot says to one question."""

    reply_id: str = Field(default="", pattern=REPLY_ID)
    session_id: str = Field(default="", pattern=SESSION_ID)
    kind: Kind
    lead: str | None = Field(default=None, description="答案未必正好是所问的那一点时，先说的一句话")
    text: str
    entry: EntryInfo | None = None
    passage: str | None = None
    estimate: Estimate | None = None
    ask: Ask | None = None
    card: Card | None = Field(default=None, description="给人看的样子：谁付多少、一步一行、可以改什么")
    options: list[Option] = []
    confidence: float = Field(default=0.0, ge=0, le=1)
    notice: str | None = Field(default=None, description="对答复的补充提醒，例如答案所属年度已过")


Language = Literal["zh-Hans", "zh-Hant", "en"]


class ChatRequest(BaseModel):
    """A question put to the bot; its length is checked after trimming."""

    model_config = ConfigDict(extra="forbid")

    question: StrictStr = Field(
        description="1 到 500 个字（去掉首尾空白后）",
        json_schema_extra={"minLength": 1, "pattern": r"\S"},
    )
    session_id: Annotated[StrictStr, StringConstraints(pattern=SESSION_ID)] | None = None
    language: Language = Field("zh-Hans", description="机器人自己的话用哪种文字；答案原文不变")


class Feedback(BaseModel):
    """Whether a reply helped."""

    model_config = ConfigDict(extra="forbid")

    reply_id: Annotated[StrictStr, StringConstraints(pattern=REPLY_ID)]
    helpful: StrictBool
    comment: Annotated[StrictStr, StringConstraints(max_length=MAX_QUESTION)] | None = None


class ErrorInfo(_Wire):
    """What went wrong: a code for programs, a sentence for people, the field if it is about one."""

    code: str = Field(examples=["question_too_long"])
    message: str = Field(examples=["问题太长了，请控制在 500 个字以内。"])
    field: str | None = Field(default=None, examples=["question"])


class ErrorReply(_Wire):
    """The one shape of every error."""

    error: ErrorInfo


# Signs that no reader sees and no store likes: controls but tab and line ends, and halves of surrogate pairs.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def trim(text: str) -> str:
    """Return `text` without control characters and without space around it."""
    return _UNSEEN.sub(" ", text).strip()


@dataclass(frozen=True)
class Query:
    """A question as a channel hands it on; without a session id a new session begins."""

    text: str
    channel: str
    session_id: str | None = None
    language: Language | None = None


@dataclass(frozen=True)
class CalculatorReply:
    """What the calculator says; `state`, a short JSON text, comes back to it with the session's next message.

    A calculation without an entry is a sum that was typed in, such as 3+4.
    """

    kind: Literal["calculation", "ask", "abstain", "smalltalk"]
    text: str
    entry_id: str | None = None
    estimate: Estimate | None = None
    ask: Ask | None = None
    state: str | None = None
