"""Console: the routes of /admin, and what is the same for all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels.admin.accounts import Accounts, AccountsError
from bot.channels.admin.login import PATH, Form, Login, TurnedAway, Visit, form_of
from bot.channels.admin.upload import upload_of
from bot.channels.admin.view import View
from bot.channels.desk import Desk
from bot.channels.errors import ApiError
from bot.channels.workers import Workers
from bot.database.database import open_database
from bot.inbox.catchup import CatchUp
from bot.workshop.errors import NotNow, WorkshopError
from bot.workshop.workshop import Workshop

# The service's own work comes first: of the console's pages one is worked out at a time.
_LANES, _MOST, _SECONDS = 1, 40, 60.0
# Not every office has numbers to compute with.
_NUMBERS = "/years"


@dataclass(frozen=True)
class Call:
    """One request of somebody who is signed in."""

    request: Request
    visit: Visit
    form: Form
    console: Console

    @property
    def desk(self) -> Desk:
        """What answers the visitors."""
        return self.console.desk

    @property
    def workshop(self) -> Workshop:
        """Where the corpus is changed; without a work folder the way out is told."""
        shop = self.console.workshop
        if shop is None:
            raise NotNow("没有设置 FAQ_WORK，不能改资料。请让运行的人设好它再重启。")
        shop.begin(self.visit.name)
        return shop

    @property
    def editable(self) -> bool:
        """Whether the corpus can be changed here."""
        return self.console.workshop is not None

    def asked(self, name: str) -> str:
        """Return a parameter of the address."""
        return self.request.query_params.get(name, "")

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Return a page of the console."""
        done = self.asked("done")
        shown = {"done": done, "editable": self.editable, **values}
        return self.console.view.page(template, self.visit, self.console.menu(self), status, **shown)


Handler = Callable[[Call], Response]


def go(path: str, **asked: str) -> Response:
    """Send the browser on to another page, so that a reload does nothing twice."""
    query = f"?{urlencode(asked)}" if asked else ""
    return RedirectResponse(f"{PATH}{path}{query}", 303, {"Cache-Control": "no-store"})


@dataclass(frozen=True)
class MenuItem:
    """A line of the menu."""

    name: str
    path: str
    here: bool = False
    count: int = 0


class Console:
    """The console of one desk."""

    def __init__(self, desk: Desk, items: Iterable[tuple[str, str]]) -> None:
        """Take the lines of the menu: names and paths."""
        assert desk.settings.admin is not None
        self.desk = desk
        self.view = View()
        self.workshop = Workshop(desk.settings) if desk.settings.work else None
        self.database = open_database(desk.settings)
        self.catch_up = CatchUp()
        self._login = Login(desk, Accounts(desk.settings.admin))
        self._items = tuple(items)
        self._workers = Workers(most=_MOST, lanes=_LANES)

    def add(self, app: FastAPI, path: str, handler: Handler, method: str = "GET", files: bool = False) -> None:
        """Let `handler` serve an address for those who are signed in; its form may bring `files` along."""

        async def serve(request: Request) -> Response:
            read = self._uploaded if files else form_of
            return await self._served(request, lambda form: self._handled(request, form, handler), read)

        app.add_route(PATH + path, serve, methods=[method], include_in_schema=False)

    def add_door(self, app: FastAPI) -> None:
        """Add the pages that anybody may open: the style sheet, signing in."""

        async def sheet(_: Request) -> Response:
            return self.view.sheet()

        async def enter(request: Request) -> Response:
            return await self._served(request, lambda form: self._entered(request, form))

        app.add_route(f"{PATH}/style.css", sheet, methods=["GET"], include_in_schema=False)
        app.add_route(f"{PATH}/in", enter, methods=["GET", "POST"], include_in_schema=False)
        self.add(app, "/out", self._left, "POST")

    def menu(self, call: Call) -> list[MenuItem]:
        """Return the menu as it is seen from a page."""
        path = call.request.url.path
        return [
            MenuItem(name, PATH + place, path == PATH + place or (bool(place) and path.startswith(f"{PATH}{place}/")))
            for name, place in self._items
            if place != _NUMBERS or any((call.desk.live.corpus / "policy").glob("*.toml"))
        ]

    def close(self) -> None:
        """Let go of threads and connections."""
        self._workers.close()
        self.catch_up.close()
        if self.workshop is not None:
            self.workshop.close()
        if self.database is not None:
            self.database.close()

    async def _uploaded(self, request: Request) -> Form:
        # From a stranger not a byte is read.
        known = await self._workers.run(self._visit, request)
        self._login.check_origin(request)
        return await upload_of(request) if known else Form([])

    async def _served(
        self,
        request: Request,
        work: Callable[[Form], Response],
        read: Callable[[Request], Awaitable[Form]] = form_of,
    ) -> Response:
        try:
            form = await read(request) if request.method == "POST" else Form([])
            return await self._workers.run(work, form, seconds=_SECONDS)
        except (TurnedAway, ApiError) as error:
            return self.view.page("trouble", None, (), error.status, message=error.message, back=PATH)

    def _handled(self, request: Request, form: Form, handler: Handler) -> Response:
        visit = self._visit(request)
        if visit is None:
            return go("/in", next=request.url.path) if request.method == "GET" else self._asked_in(request, 403, _LOST)
        call = Call(request, visit, form, self)
        try:
            if request.method == "POST":
                self._login.check_origin(request)
                self._login.check_form(visit, form)
            return handler(call)
        except (TurnedAway, ApiError) as error:
            status, message = error.status, error.message
        except WorkshopError as error:
            status, message = 409, str(error)
        return call.page("trouble", status, message=message, back=_back(request))

    def _visit(self, request: Request) -> Visit | None:
        try:
            return self._login.visit(request)
        except AccountsError as error:
            raise TurnedAway(503, str(error)) from None

    def _entered(self, request: Request, form: Form) -> Response:
        if request.method == "GET":
            if self._visit(request):
                return go("")
            return self._asked_in(request)
        response = go(_local(form.get("next")))
        try:
            self._login.check_origin(request)
            self._login.enter(request, form.line("name"), form.get("password"), response)
        except TurnedAway as error:
            return self._asked_in(request, error.status, error.message, form.line("name")[:30])
        except AccountsError as error:
            return self._asked_in(request, 503, str(error))
        return response

    def _asked_in(self, request: Request, status: int = 200, trouble: str = "", name: str = "") -> Response:
        place = request.query_params.get("next", "")
        done = request.query_params.get("done", "")
        return self.view.page("sign-in", None, (), status, trouble=trouble, name=name, next=place, done=done)

    def _left(self, call: Call) -> Response:
        response = go("/in", done="out")
        self._login.leave(call.visit, response)
        return response


_LOST = "登录已经过期，刚才的内容没有保存。请登录以后用浏览器的“后退”回到那一页再保存。"


def _local(place: str) -> str:
    """Return a place of the console to go on to; whatever else an address named is not followed."""
    inside = place.startswith(f"{PATH}/") and "//" not in place and "\\" not in place
    return place.removeprefix(PATH) if inside and place.isprintable() else ""


def _back(request: Request) -> str:
    return request.url.path if request.method == "GET" else PATH
