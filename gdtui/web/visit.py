"""A visitor's gdtui: a process of its own, which ends with the visit."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable
from contextlib import suppress

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from gdtui.anew import command
from gdtui.guests import DRIVER
from gdtui.text import complain

BEGUN = b"__GANGLION__\n"
"""What Textual's driver for the web begins with."""
GRACE = 5.0
"""Seconds that its end may take."""
LARGEST = 1000
"""Columns, and rows, that a browser may claim to have at first."""
LONGEST = 2**16
"""Bytes of a line that a visitor's gdtui says, at the most: a longer one is repeated as several."""
SAID = 500
"""Characters of what a visitor is told of why there is nothing to see."""


class Visit(AppService):
    """Begins gdtui for a visitor, and hands on what is typed and what is drawn.

    Args:
        arguments: of the gdtui.
        websocket: the way to the browser.
    """

    def __init__(self, arguments: Iterable[str], websocket: web.WebSocketResponse) -> None:
        super().__init__(
            "gdtui",
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=self._say_goodbye,
            download_manager=DownloadManager(),
        )
        self._words, self._websocket = command(*arguments), websocket

    async def _say_goodbye(self) -> None:
        await self._websocket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """In a session of its own: ctrl+c is the server's, which ends all of these."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TEXTUAL")}
        environment |= {
            DRIVER: "textual.drivers.web_driver:WebDriver",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PYTHONUTF8": "1",
            "COLUMNS": str(min(max(width, 1), LARGEST)),
            "ROWS": str(min(max(height, 1), LARGEST)),
        }
        process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def run(self) -> None:
        """Hand on what is drawn, until there is no more to come or nobody who looks."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        said = asyncio.create_task(_repeat(process.stderr))
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await self._hand_on(process.stdout)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE)
            if process.returncode == 2:  # of the data, say
                why = (await said)[:SAID]
                with suppress(ConnectionError):
                    await self.remote_write_bytes(f"\x1b[m\x1b[2J\x1b[H{why}\r\n".encode())
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            await said
        await self.remote_close()

    async def _hand_on(self, drawn: asyncio.StreamReader) -> None:
        """What is drawn, until its program says that it ends; of what it may say else, nothing is for visitors."""
        while await drawn.readline() not in (BEGUN, b""):
            pass
        while True:
            kind, size = await drawn.readexactly(1), await drawn.readexactly(4)
            payload = await drawn.readexactly(int.from_bytes(size, "big"))
            if kind == b"D":
                await self.remote_write_bytes(payload)
            elif kind == b"M" and json.loads(payload)["type"] == "exit":
                return

    async def stop(self) -> None:
        """End it: there is nothing to be saved."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


async def _repeat(said: asyncio.StreamReader) -> str:
    """Say on our standard error what a visitor's gdtui says on its own; returns the first line."""
    first, rest = "", b""
    while True:
        chunk = await said.read(LONGEST)
        *lines, rest = (rest + chunk).split(b"\n")
        if rest and (not chunk or len(rest) >= LONGEST):
            lines, rest = [*lines, rest], b""
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            first = first or text
            complain(text.removeprefix("gdtui: "))
        if not chunk:
            return first
