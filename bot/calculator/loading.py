"""Loading: the calculator of a corpus, with its words and the weights that were learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bot.calculator.absent import Absences
from bot.calculator.dialogue import Calculator
from bot.calculator.finder import Finder
from bot.calculator.reader import Reader
from bot.calculator.tokens import Lexicon
from bot.calculator.wording import Say
from corpus.entries import corpus_path
from corpus.policy import Policy, load_policies
from corpus.text import fold
from corpus.words import GAP, Groups, Meanings, load_words

WEIGHTS = Path(__file__).parent / "model" / "reader.json.gz"


def load_calculator(
    say: Say, basis: Mapping[str, str], clock: Callable[[], datetime], folder: Path | None = None
) -> Calculator | None:
    """Return the calculator of a corpus, None where these entries have no numbers to compute with.

    `basis` says where each entry stands in the documents.
    """
    root = folder or corpus_path()
    policies = load_policies(root / "policy")
    if not policies or any(printed.entry not in basis for printed in policies[0].printed):
        return None
    meanings, places = load_words(root)
    on_bill = [fold(word) for words in (*meanings["role"].values(), *places.values()) for word in words]
    absences = Absences(policies[0], lambda word: any(one in word for one in on_bill))
    reader = Reader.load(WEIGHTS, _lexicon(meanings))
    return Calculator(
        policies, _finder(meanings, places), reader, known_amounts(policies[0]), absences, say, basis, clock
    )


def load_finder(corpus: Path) -> Finder:
    """Return the finder of spans with a corpus's words for levels and places."""
    return _finder(*load_words(corpus))


def load_lexicon(corpus: Path) -> Lexicon:
    """Return the words that a corpus has for what a question may turn on."""
    return _lexicon(load_words(corpus)[0])


def known_amounts(policy: Policy) -> dict[Decimal, str]:
    """Return what the reader may know of amounts: those that the policy prints, and parts of the fee."""
    own, months = policy.number("fee.personal"), int(policy.number("fee.months"))
    known = {own / months * count: "$part" for count in range(1, months)}
    return known | {own: "$fee", policy.number("fee.subsidy"): "$sub", policy.number("cap.amount"): "$cap"}


def _finder(meanings: Meanings, places: Groups) -> Finder:
    # 三级 and its like are found by form, as 一级护理 and 三级台阶 are none.
    levels = {level: [fold(word) for word in words if word[-1] != "级"] for level, words in meanings["level"].items()}
    return Finder(levels, {group: [fold(name) for name in names] for group, names in places.items()})


def _lexicon(meanings: Meanings) -> Lexicon:
    lists = {name: words for table in ("cue", "role") for name, words in meanings[table].items()}
    return Lexicon({name: [fold(word) for word in words if GAP not in word] for name, words in lists.items()})
