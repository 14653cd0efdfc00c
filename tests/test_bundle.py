"""The one served script: small, in order, cached, and free of what it must never do."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opencc import OpenCC

from bot.channels import bundle
from bot.channels.bundle import FILES, widget_script, widget_style

FOLDER = Path(bundle.__file__).parent / "widget"
SOURCES = {name: (FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in FILES}
WHOLE = "\n".join(SOURCES.values())
# key: ["Chinese", "English"],
WORDS = re.findall(r'^  (\w+): \["(.+?)", "(.+?)"\],$', SOURCES["words"], re.MULTILINE)


def test_small_enough() -> None:
    script = widget_script().encode()
    assert len(script) < 56_000 and len(gzip.compress(script, 9)) < 18_000


def test_every_file_is_in_and_uses_only_those_before_it() -> None:
    assert {path.stem for path in FOLDER.glob("*.js")} == set(FILES)
    for place, name in enumerate(FILES):
        used = re.findall(r'from "\./(\w+)\.js"', SOURCES[name])
        assert set(used) <= set(FILES[:place]), name


def test_names_do_not_clash_in_the_one_scope() -> None:
    names = re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", WHOLE, re.MULTILINE)
    assert len(names) > 40 and not [name for name, count in Counter(names).items() if count > 1]


def test_every_import_is_exported_there() -> None:
    for name, source in SOURCES.items():
        for wanted, place in re.findall(r'import \{ (.+?) \} from "\./(\w+)\.js"', source):
            for word in wanted.split(", "):
                assert re.search(
                    rf"^export (?:async )?(?:function|class|const) {word}\b", SOURCES[place], re.MULTILINE
                ), (name, word)


@pytest.mark.parametrize(
    "never",
    [
        r"\binnerHTML\b", r"\bouterHTML\b", r"insertAdjacentHTML", r"\beval\b", r"new Function", r"document\.write",
        r"\bcookie\b", r"localStorage", r'"style"', r"\bparseFromString\b", r"createContextualFragment", r"srcdoc",
        r"document\.(body|head)\b", r"\bconsole\.(?!warn)", r"\(\?<[!=]",
    ],
)  # fmt: skip
def test_what_it_never_does(never: str) -> None:
    assert not re.search(never, WHOLE)


def test_no_other_host() -> None:
    hosts = set(re.findall(r"https?://([\w.-]+)", WHOLE + widget_style()))
    assert hosts == {"www.w3.org"}  # the name of SVG's namespace, never fetched


def test_comments_and_modules_are_gone() -> None:
    script = widget_script()
    assert not re.search(r"^\s*(//|/\*|import |export )", script, re.MULTILINE)
    assert script.count("STYLE") == 2 and "/*" not in widget_style()


def test_served(client: TestClient) -> None:
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    packed = client.get("/widget.js", headers={"Accept-Encoding": "gzip, br"})
    assert plain.text == packed.text == widget_script()
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    refused = client.get("/widget.js", headers={"Accept-Encoding": "br, gzip;q=0"})
    assert "content-encoding" not in refused.headers
    for response in (plain, packed):
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        assert response.headers["vary"] == "Accept-Encoding" and "max-age=" in response.headers["cache-control"]
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
        assert response.headers["x-content-type-options"] == "nosniff"
    assert client.get("/widget.css").text == widget_style()


def test_fetched_once(client: TestClient) -> None:
    tag = client.get("/widget.js").headers["etag"]
    again = client.get("/widget.js", headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag
    assert client.get("/widget.js", headers={"If-None-Match": 'W/"old"'}).status_code == 200
    assert client.get("/widget.css").headers["etag"] != tag


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    keys = {key for key, _, _ in WORDS}
    quoted = set(re.findall(r'"(\w+)"', "".join(SOURCES[name] for name in FILES if name != "words")))
    assert len(WORDS) > 35 and keys <= quoted
    assert set(re.findall(r'say\("(\w+)"', WHOLE)) <= keys


@pytest.mark.parametrize(("key", "chinese", "english"), WORDS)
def test_words_in_three_scripts(key: str, chinese: str, english: str) -> None:
    (signs,) = re.findall(r'SIGNS =\s+"(.+?)"', SOURCES["words"])
    table = dict(zip(signs[::2], signs[1::2], strict=True))
    assert "".join(table.get(sign, sign) for sign in chinese) == OpenCC("s2hk").convert(chinese)
    assert english.isascii() and chinese.count("{n}") == english.count("{n}")
    # The widget looks a sign up among all of them, and then at its place.
    assert not set(table) & set(table.values())
