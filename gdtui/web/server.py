"""The server: a page with a terminal in it, and for each who opens it a gdtui behind it."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.http import HttpProcessingError
from textual_serve.server import Server, to_int

from gdtui.text import tell
from gdtui.web.visit import Visit

PAGE = Path(__file__).with_name("page.html")
SCHEMES = "dark", "light"
"""What a browser may say that it prefers."""
MOST = 100
"""Visitors at a time, at the most: each has a process."""
HEARTBEAT = 15.0
"""Seconds between two looks at whether a browser is still there."""
GOODBYE = 1.0
"""Seconds that a browser has to take note of an end."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' "
    "'unsafe-inline'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The browser itself sees to it that the page asks nobody else for anything."""
FULL = b"\x1b[2J\x1b[HThere are too many visitors just now; come again later.\r\n"


class Place(Server):
    """Where visitors come to.

    Args:
        arguments: those of the gdtui that a visitor gets, whose browser prefers that scheme.
        host, port: where it listens; of port 0 the system makes a free one.
    """

    def __init__(self, arguments: Callable[[str], Iterable[str]], host: str, port: int) -> None:
        super().__init__("gdtui", host, port)
        self._arguments = arguments
        self._visits: dict[Visit, web.WebSocketResponse] = {}
        self._is_local = _is_loopback(host)

    async def run(self, begun: Callable[[str], None]) -> int:
        """Serve until a signal comes; returns 128 and its number. Raises OSError where it cannot listen there.

        Args:
            begun: called with the address, once it can be opened.
        """
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # by nohup
                heed = partial(_end, ended, number)
                asyncio.get_running_loop().add_signal_handler(number, heed)
        logging.getLogger("aiohttp.server").addFilter(_is_ours)
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=GOODBYE)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self.host, self.port)
            await site.start()
            begun(self._address(runner.addresses[0][1]))
            return 128 + await ended
        finally:
            await runner.cleanup()

    def _address(self, port: int) -> str:
        """As others reach it."""
        is_any = self.host in ("0.0.0.0", "::", "")
        host = socket.gethostname() if is_any else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}/"

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._check])
        app.add_routes(
            [
                web.get("/", self.handle_index),
                web.get("/ws/{scheme}", self.handle_websocket),
                web.static("/static", self.statics_path),
            ]
        )
        app.on_shutdown.append(self.on_shutdown)
        return app

    @web.middleware
    async def _check(
        self, request: web.Request, handler: Callable[..., Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Turn away whoever comes by way of another site's page, or a name that somebody else gave this machine: a
        browser would let that page see what is shown here."""
        origin = request.headers.get("Origin")
        try:
            host = urlsplit(f"//{request.host}").hostname or ""
            is_other = origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()
        except ValueError:
            raise web.HTTPBadRequest(text="that is no address\n") from None
        if is_other:
            raise web.HTTPForbidden(text="pages of other sites cannot look in here\n")
        if self._is_local and not _is_loopback(host):
            raise web.HTTPForbidden(text="served on this machine alone: open it as localhost\n")
        return await handler(request)

    async def handle_index(self, request: web.Request) -> web.Response:
        size = min(max(to_int(request.query.get("fontsize", ""), 16), 6), 72)
        page = PAGE.read_text("utf-8").replace("FONT_SIZE", str(size))
        return web.Response(text=page, content_type="text/html", headers=HEADERS)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        scheme = request.match_info["scheme"]
        if scheme not in SCHEMES:
            raise web.HTTPNotFound
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT, timeout=GOODBYE)
        await websocket.prepare(request)
        if len(self._visits) >= MOST:
            await websocket.send_bytes(FULL)
            await websocket.close()
            return websocket
        visit = Visit(self._arguments(scheme), websocket)
        self._visits[visit] = websocket
        try:
            await visit.start(to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24))
            # What makes no sense is said by no page of ours, and ends the visit.
            with suppress(AssertionError, AttributeError, LookupError, TypeError, ValueError):
                await self._process_messages(websocket, visit)
        finally:
            await visit.stop()
            del self._visits[visit]
            await websocket.close()
        return websocket

    async def on_shutdown(self, _: web.Application) -> None:
        await asyncio.gather(*(visit.stop() for visit in self._visits))
        await asyncio.gather(*(websocket.close() for websocket in self._visits.values()))


def serve(place: Place, what: str) -> int:
    """Serve until a signal comes, and say where; returns the exit code. Raises ValueError where it cannot be served
    there."""

    def begun(address: str) -> None:
        tell(f"open {address} in a browser: {what} (ctrl+c ends it)")
        tell(
            "only this machine reaches it; with --host, others do"
            if place._is_local
            else "everybody who reaches that address can use it, without a password, and nothing is encrypted"
        )
        if sys.stdout is not None:  # it may be a log, and the next line be long in coming
            sys.stdout.flush()

    try:
        return asyncio.run(place.run(begun))
    except OSError as error:
        number = error.errno or 0  # less, where the name is none
        why = os.strerror(number) if number > 0 else error.strerror or error  # asyncio says the address once more
        raise ValueError(f"cannot serve on {place.host}, port {place.port}: {why}") from None


def _end(ended: asyncio.Future[int], number: int) -> None:
    if not ended.done():
        ended.set_result(number)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether something went wrong here, and is not a request that makes no sense, which anybody could fill the
    terminal with."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")
