"""The general dictionary is one for a whole process, whatever a corpus adds to it."""

from __future__ import annotations

from pathlib import Path

from index.dictionary import Grown, keep, kept, shipped
from index.segment import Segmenter


def test_what_one_corpus_adds_another_does_not_know() -> None:
    one, other = Segmenter(["成人早场"]), Segmenter(["早场票"])
    assert list(one.read("成人早场").words) == ["成人早场"] and list(other.read("成人早场").words) == ["成人", "早场"]
    assert "成人早场" not in shipped().words and list(one.read("早场票").words) != ["早场票"]


def test_an_own_word_wins_over_the_general_one() -> None:
    grown = Grown({"水": 5, "水温": 3})
    grown["水"] = 9
    assert (grown["水"], grown["水温"], grown.get("水"), grown.get("冰"), grown.get("冰", 1)) == (9, 3, 9, None, 1)
    assert "水温" in grown and "冰" not in grown


def test_the_same_dictionary_is_read_once_and_always_makes_the_same_file(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        keep(shipped() if name == "a" else kept(tmp_path / "a"), tmp_path / name)
    first = kept(tmp_path / "a")
    assert kept(tmp_path / "b") is first and first == shipped()
    assert (tmp_path / "a" / "jieba.cache").read_bytes() == (tmp_path / "b" / "jieba.cache").read_bytes()
    keep(type(first)({"水": 1}, 1), tmp_path / "b")
    assert kept(tmp_path / "b").words == {"水": 1}
