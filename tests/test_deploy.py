"""The files in deploy/: they fit the program, and nginx starts with its site and finds a service behind it."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import yaml

from bot.channels.app import create_app
from bot.commands.verbs import COMMANDS
from bot.settings import Settings, settings_table
from tests.support.library import FakeEngine
from tests.support.site import site
from tests.support.web import HOST, free_port, serving

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def test_every_setting_and_command_in_them_is_one() -> None:
    known = {row.name for row in settings_table()}
    verbs = {command.name for command in COMMANDS}
    for path in DEPLOY.iterdir():
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"\bFAQ_[A-Z_]+", text)) <= known, path.name
        assert set(re.findall(r"-m bot (\S+)", text)) <= verbs, path.name


def test_the_image_copies_what_is_there() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for name in line.split()]
    assert {"bot", "corpus", "index", "requirements-serve.lock"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)


def test_the_compose_file_builds_that_image() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["faq"]["build"]["dockerfile"] == "deploy/Dockerfile"
    assert services["faq"]["environment"]["FAQ_REDIS_URL"].startswith("redis://redis:")


def test_the_unit_is_one(tmp_path: Path) -> None:
    unit = shutil.copy(DEPLOY / "faq@.service", tmp_path)
    text = Path(unit).read_text(encoding="utf-8").replace("/srv/faq/.venv/bin/python", "/bin/true")
    Path(unit).write_text(text.replace("User=faq\n", ""), encoding="utf-8")
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("这台机器没有 systemd。")
    command = [analyze, "verify", "--man=no", "--recursive-errors=no", unit]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "faq@.service" not in checked.stderr, checked.stderr


def test_nginx_starts_and_finds_the_service(tmp_path: Path, settings: Settings) -> None:
    # Either of the two may be the first choice; the one that is gone is passed over.
    behind = create_app(settings.model_copy(update={"proxy": 1}), FakeEngine())
    with serving(behind) as there, site(tmp_path, (there, free_port())) as port:
        assert _body(f"http://{HOST}:{port}/api/health") == '{"status":"ok"}'
        assert "借书" in _body(f"http://{HOST}:{port}/?q=%E5%80%9F%E4%B9%A6")
        with pytest.raises(URLError, match="403"):
            urlopen(f"http://{HOST}:{port}/metrics", timeout=5)
    logged = (tmp_path / "faq.log").read_text(encoding="utf-8")
    assert "/api/health 200" in logged and "q=" not in logged


def _body(url: str) -> str:
    deadline = time.monotonic() + 10
    while True:
        try:
            with urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except URLError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
