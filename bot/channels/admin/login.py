"""Login: who is signed in, and whether a form came from our own page."""

from __future__ import annotations

import hmac
import logging
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.admin.accounts import Accounts
from bot.channels.desk import Desk
from bot.channels.errors import too_large
from bot.channels.guard import client_of
from bot.place import KEY

log = logging.getLogger(__name__)

COOKIE = "faq_admin"
PATH = "/admin"
# A day's work; whoever forgets to sign out is out tomorrow.
LIFE_SECONDS = 12 * 3600
# Ten wrong passwords from one place, thirty for one person, then a quarter of an hour's rest.
_TRIES, _TRIES_NAME, _REST = 10, 30, 900.0
# An entry of some hundred wordings, as a browser writes it.
MOST_BYTES = 2 * 1024 * 1024
_MOST_FIELDS = 2000


class TurnedAway(Exception):
    """The request cannot be served; the page to show instead says why."""

    def __init__(self, status: int, message: str) -> None:
        """Remember the status and the sentence."""
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Visit:
    """Who is signed in, and what their forms must carry."""

    name: str
    number: str
    token: str


class Login:
    """Lets in those whom the accounts know."""

    def __init__(self, desk: Desk, accounts: Accounts) -> None:
        """Guard the console of `desk`."""
        self._desk = desk
        self._accounts = accounts
        self._own = secrets.token_bytes(32)
        _ = self._key  # made at start, and not by two requests at once

    @property
    def _key(self) -> bytes:
        """The key that signs cookies: that of the work folder for all its processes, or one for this process."""
        # Looked up each time, for another machine's may take its place.
        work = self._desk.settings.work
        return self._own if work is None else _shared_key(work, self._own)

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt="faq-admin")

    def enter(self, request: Request, name: str, password: str, response: Response) -> None:
        """Sign a person in by a cookie on `response`; raise TurnedAway where the password is not theirs."""
        # It is counted before it is looked at, so that many at once do not slip through.
        self._count(client_of(request, self._desk.settings.proxy), name)
        if not self._accounts.check(name, password):
            log.warning("管理页面：有人用错误的名字或密码登录。")
            raise TurnedAway(403, "名字或密码不对。请核对以后再试；忘了密码，请让运行的人重新写一行。")
        value = self._signer.dumps([name, secrets.token_urlsafe(12), self._accounts.seal(name)])
        secure = self._secure(request)
        response.set_cookie(
            COOKIE, value, max_age=LIFE_SECONDS, path=PATH, httponly=True, samesite="strict", secure=secure
        )

    def visit(self, request: Request) -> Visit | None:
        """Return who is signed in, None for a stranger, a forged cookie, an old one, or one that was signed out."""
        try:
            name, number, seal = self._signer.loads(request.cookies.get(COOKIE, ""), max_age=LIFE_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        if not seal or seal != self._accounts.seal(name) or self._desk.store.get(f"admin/out/{number}"):
            return None
        return Visit(name, number, self._token(number))

    def leave(self, visit: Visit, response: Response) -> None:
        """Sign a person out: the cookie is worth nothing from now on."""
        self._desk.store.put(f"admin/out/{visit.number}", "1", float(LIFE_SECONDS))
        response.delete_cookie(COOKIE, path=PATH)

    def check_form(self, visit: Visit, form: Form) -> None:
        """Raise TurnedAway where a form does not carry the token of its visit."""
        if not hmac.compare_digest(form.get("token").encode(), visit.token.encode()):
            raise TurnedAway(403, "这个表单已经失效，没有改动任何内容。请回到上一页，刷新以后再做一次。")

    def check_origin(self, request: Request) -> None:
        """Raise TurnedAway where another website sent the form."""
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        if site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).hostname != host):
            raise TurnedAway(403, "这个表单不是从本站发来的，没有改动任何内容。")

    def _count(self, client: str, name: str) -> None:
        for kind, key, most in (("client", client, _TRIES), ("name", name, _TRIES_NAME)):
            digest = hmac.digest(self._key, key.encode(errors="replace"), "sha256").hex()[:32]
            wait = self._desk.store.count(f"admin/{kind}/{digest}", most, _REST)
            if wait:
                raise TurnedAway(429, f"试的次数太多了。请 {max(1, round(wait / 60))} 分钟以后再试。")

    def _token(self, number: str) -> str:
        return hmac.digest(self._key, f"form {number}".encode(), "sha256").hex()

    def _secure(self, request: Request) -> bool:
        settings = self._desk.settings
        behind = settings.proxy and request.headers.get("x-forwarded-proto") == "https"
        return bool(behind or request.url.scheme == "https" or (settings.public_url or "").startswith("https:"))


class Form:
    """What a form sent: fields by name, of which some come several times, and files by name and content."""

    def __init__(self, pairs: list[tuple[str, str]], files: Sequence[tuple[str, bytes]] = ()) -> None:
        """Take the fields in order."""
        self._pairs = pairs
        self.files = tuple(files)

    def get(self, name: str) -> str:
        """Return the last value of a field, an empty string where there is none."""
        return next((value for key, value in reversed(self._pairs) if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for key, value in self._pairs if key == name]

    def line(self, name: str) -> str:
        """Return the value of a field of one line, without what a line does not hold."""
        return " ".join(self.get(name).split())

    def text(self, name: str) -> str:
        """Return the value of a field of many lines, with plain line ends."""
        return self.get(name).replace("\r\n", "\n").replace("\r", "\n").strip("\n")


async def form_of(request: Request) -> Form:
    """Read a form; raise what is wrong with it."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise TurnedAway(415, "这里只收网页上的表单。")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TurnedAway(413, f"{too_large(MOST_BYTES).message}没有改动任何内容。")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise TurnedAway(400, "表单读不懂，没有改动任何内容。请刷新网页再试。") from None
    return Form([(name, value.replace("\x00", "")) for name, value in pairs])


def _shared_key(work: Path, own: bytes) -> bytes:
    """Return the key in a work folder; `own` becomes it where there is none."""
    path, new = work / KEY, work / f".{KEY}.{os.getpid()}"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(own)
    # Of several that begin at once, the first one's is everybody's.
    with suppress(FileExistsError):
        os.link(new, path)
    new.unlink()
    return path.read_bytes()
