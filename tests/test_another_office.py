"""Another office, set up by the documents: not a word of the one whose corpus comes with the program.

The office that FAQ_CORPUS names, if any, is looked through in the same way.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.settings import Settings
from bot.workshop.draft import checked
from corpus.begin import begin
from corpus.check import check_folder
from corpus.entries import Corpus, load_corpus
from corpus.entry import Entry, format_entry
from index import disk
from index.encode import open_encoder
from index.engine import Engine
from tests.support.library import FakeEngine
from tests.support.served import ELSEWHERE, SERVED
from tests.support.wechat_fixtures import ACCOUNT_SETTINGS, NOW, content_of, event, post, say, sealed, xml

RESIDENCE = Path(__file__).parent / "cases" / "residence"
OFFICES = [RESIDENCE, *([SERVED] if ELSEWHERE else [])]
ROOT = Path(__file__).parents[1]
# Whatever only the shipped office says, its calculator included.
OLD = (
    *(
        "少儿",
        "医保",
        "深圳",
        "学年",
        "参保",
        "12345",
        "shaoer",
        "yibao",
        "社康",
        "医院",
        "住院",
        "门诊",
        "报销",
        "起付",
    ),
    *("报销", "起付", "转诊", "税务", "Shenzhen", "insurance", "hospital", "school year", "calc_", "card_"),
)
ASKED = ("居住证怎么办", "B1", "窗口在哪里办", "你好", "你是谁", "你能做什么", "谢谢", "再见", "不对", "转人工", "？？",
         "看病花了500元能报多少", "一年交多少钱", "三级医院住院", "都不是", "完全没有的事情")  # fmt: skip


@pytest.fixture(scope="module", params=OFFICES, ids=lambda folder: folder.name)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    return load_corpus(request.param)


@pytest.fixture(scope="module")
def old_words(corpus: Corpus) -> Callable[[str], list[str]]:
    """What finds the words of the shipped office in a text, but for those that are this office's own."""
    own = "".join([Path(entry.path).read_text("utf-8") for entry in corpus.entries] + list(corpus.office.marks))
    old = re.compile("|".join(rf"(?<!\d){word}(?!\d)" for word in OLD if word not in own + corpus.office.hotline))
    return lambda text: [text[max(0, found.start() - 20) : found.end() + 20] for found in old.finditer(text)]


@pytest.fixture
def engine(corpus: Corpus) -> FakeEngine:
    engine = FakeEngine(entries=tuple(entry for entry in corpus.entries if entry.active))
    engine.phrases = corpus.phrases
    return engine


@pytest.fixture
def residence(
    corpus: Corpus, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[TestClient]:
    """The office's bot, by default in a year that its answers no longer hold for."""
    monkeypatch.setenv("FAQ_CORPUS", str(corpus.path))
    settings = Settings(**{**ACCOUNT_SETTINGS, "public_url": "https://juzhu.example.cn"})
    now = datetime.fromtimestamp(getattr(request, "param", datetime(2027, 3, 1, tzinfo=UTC).timestamp()), UTC)
    with TestClient(create_app(settings, engine, clock=lambda: now)) as client:
        yield client


def test_its_corpus_is_in_order(corpus: Corpus) -> None:
    found = [str(problem) for problem in check_folder(corpus.path, date(2026, 3, 1))[1]]
    assert corpus.entries and not [line for line in found if "错误" in line or "别的单位" in line]
    assert corpus.path != RESIDENCE or len(corpus.entries) == 20


def test_pages_and_api(residence: TestClient, corpus: Corpus, old_words: Callable[[str], list[str]]) -> None:
    read: dict[str, str] = {}
    waiting = ["/", "/robots.txt", "/sitemap.xml", "/widget.js", "/page.js", "/nowhere", "/api/openapi.json"]
    waiting += ["/api/welcome", "/api/welcome?language=en", "/api/welcome?language=zh-Hant", "/api/entries"]
    waiting += ["/api/suggest?q=居住", "/api/ready", "/api/health", "/metrics", "/?q=", "/api/entries/B99"]
    waiting += [f"/?q={text}" for text in ASKED]
    while waiting:
        path = waiting.pop()
        if path not in read and path.startswith("/"):
            # What is asked comes back on the page.
            read[path] = residence.get(path).text.replace(path.partition("q=")[2] or "\0", "")
            waiting += re.findall(r'(?:href|src)="(/[^"#]*)"', read[path])
            waiting += [f"/api/entries/{id_}" for id_ in re.findall(r"/answers/(\w+)", path)]
    active = [entry for entry in corpus.entries if entry.active]
    assert {f"/answers/{entry.id}" for entry in active} <= set(read)
    assert not {path: found for path, text in read.items() if (found := old_words(text))}
    # The document of the API explains itself by this office's questions.
    for path in ("/", "/api/openapi.json"):
        assert corpus.office.name in read[path] and any(entry.question in read[path] for entry in active)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_replies(residence: TestClient, language: str, old_words: Callable[[str], list[str]]) -> None:
    session = None
    for text in ASKED:
        asked = {"question": text, "language": language, **({"session_id": session} if session else {})}
        reply = residence.post("/api/chat", json=asked)
        session = reply.json().get("session_id")
        assert reply.json().get("kind") not in ("calculation", "ask") and not old_words(reply.text), reply.text


@pytest.mark.parametrize("residence", [NOW], indirect=True)
def test_wechat(residence: TestClient, corpus: Corpus, old_words: Callable[[str], list[str]]) -> None:
    app = residence.app
    said = [say(app, text, number=number) for number, text in enumerate(ASKED)]
    said += [content_of(post(app, sealed(document))) for document in (event("subscribe"), xml(kind="image", number=99))]
    assert len(said) > 10 and not [found for text in said if (found := old_words(text))]
    assert any(corpus.office.name in text for text in said)


@pytest.mark.parametrize(
    "command",
    [("bot", "--help"), ("bot", "ask", "--help"), ("bot.teaching", "train", "--if-stale")],
)
def test_command_line(
    command: tuple[str, ...], corpus: Corpus, tmp_path: Path, old_words: Callable[[str], list[str]]
) -> None:
    environ = {**os.environ, "FAQ_CORPUS": str(corpus.path), "XDG_STATE_HOME": str(tmp_path)}
    run = [sys.executable, "-m", *command]
    done = subprocess.run(run, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr and not old_words(done.stdout), done.stdout + done.stderr
    assert command != ("bot", "--help") or corpus.office.name in done.stdout


def test_its_clerk_saves_an_entry_of_its_own_years(corpus: Corpus, tmp_path: Path) -> None:
    entry = next(entry for entry in corpus.entries if entry.active)
    folder = copytree(corpus.path, tmp_path / "corpus", ignore=ignore_patterns("built"))
    text = checked(replace(entry, label="改短的名字"), folder / "entries" / entry.path.name)
    assert "改短的名字" in text and (not entry.years or f"年度: {entry.years}" in text)


@pytest.mark.model
def test_what_nobody_answers_shows_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new office with its sample still there, and with an entry that was retired, both among its first questions."""
    folder = tmp_path / "yunxi"
    begin(folder)
    office = (folder / "office.toml").read_text(encoding="utf-8").replace('= ""', '= "云溪"')
    office = office.replace('id = "云溪"', 'id = "yunxi"').replace("welcome = []", 'welcome = ["A1", "A2", "A3"]')
    (folder / "office.toml").write_text(office, encoding="utf-8")
    sample = (folder / "entries/A1.md").read_text(encoding="utf-8")
    for name, question, state in (("A2", "团购票怎么买？", "待核对"), ("A3", "自习室几点开门？", "启用")):
        text = format_entry(Entry(name, "场馆", question, (), f"{question}照实写。", basis="手册", status=state))
        (folder / f"entries/{name}.md").write_text(text, encoding="utf-8")
    hidden = re.compile("几本|A1|团购|A2")
    assert "一次最多可以借几本书" in sample
    corpus = load_corpus(folder)
    assert not [text for _, text in corpus.phrases.sentences if hidden.search(text)]
    assert not [talk.reply for talk in corpus.phrases.smalltalk if hidden.search(talk.reply)]
    monkeypatch.setenv("FAQ_CORPUS", str(folder))
    engine = Engine.build(corpus, open_encoder(disk.default_model()))
    settings = Settings(**{**ACCOUNT_SETTINGS, "public_url": "https://yunxi.example.cn"})
    with TestClient(create_app(settings, engine, clock=lambda: datetime.fromtimestamp(NOW, UTC))) as client:
        paths = ["/", "/?q=", "/?q=自习室几点开门", "/?q=你好", "/?q=看病报多少", "/answers/A3", "/sitemap.xml"]
        paths += ["/api/openapi.json", "/api/welcome", "/api/welcome?language=en", "/api/entries", "/api/suggest?q=书"]
        read = {path: client.get(path).text for path in paths}
        for asked in ("", "你好", "你能做什么", "一次最多可以借几本书", "买团购票", "都不是"):
            reply = client.post("/api/chat", json={"question": asked}).json()
            # What was asked may come back; what is hidden must not be offered.
            read[f"chat {asked}"] = str({key: reply.get(key) for key in ("text", "entry", "options", "detail")})
        for path in ("/answers/A1", "/answers/A2", "/api/entries/A1"):
            assert client.get(path).status_code == 404
        read["wechat"] = content_of(post(client.app, sealed(event("subscribe"))))
    assert "自习室" in read["/"] and "自习室" in read["/api/welcome"]
    assert not {path: hidden.findall(text) for path, text in read.items() if hidden.search(text)}
