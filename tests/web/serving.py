"""`gdtui serve` as a program of its own, and visitors that are no browsers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.terminal.far import FarSide
from tests.terminal.harness import GDTUI, KEYS, environment

SECONDS = 60
"""That is waited for anything."""
ESCAPE = "\x1b[27u"
"""As terminals write it that tell it from the begin of other keys."""


@dataclass
class Served:
    """A server that runs.

    Attributes:
        address: where it is.
        said: what it has said of itself.
        process: that it is.
    """

    address: str
    said: str
    process: Process

    def visits(self) -> list[int]:
        """The processes of its visitors."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [pid for pid in map(int, found.split()) if is_alive(pid)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(holds: Callable[[], Any], about: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"it never held\n{about()}"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(*arguments: str, cwd: Path, **env: str) -> AsyncIterator[Served]:
    """A server on a free port, whose folder and home are that one."""
    places = {name: str(cwd) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "TMPDIR")}
    process = await asyncio.create_subprocess_exec(
        *(*GDTUI, "serve", "--port", "0", *arguments),
        stdout=PIPE,
        stderr=PIPE,
        cwd=cwd,
        env=environment(**{**places, "GDTUI_THEME": "", **env}),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(SECONDS):
            first, second = await process.stdout.readline(), await process.stdout.readline()
        found = re.search(r"http://\S+", first.decode())
        assert found, (first, await process.stderr.read())
        yield Served(found[0], (first + second).decode(), process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        async with asyncio.timeout(SECONDS):
            await process.communicate()


class Visitor:
    """Somebody who has come, and what is on the screen there."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, columns: int, rows: int) -> None:
        self.socket, self._unsent = socket, list[str]()
        self.screen = FarSide(columns, rows, lambda answer: self._unsent.append(answer.decode()))
        self.has_ended = False
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self.screen.feed(message.data)
                answers, self._unsent = self._unsent, []
                for answer in answers:
                    await self.type(answer)
        self.has_ended = True

    async def type(self, *keys: str) -> None:
        """Type keys: names in `KEYS`, or text."""
        for key in keys:
            await self.tell("stdin", KEYS.get(key, key))

    async def tell(self, *what: Any) -> None:
        with suppress(ConnectionError):  # it has ended just now
            await self.socket.send_str(json.dumps(what))

    async def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(columns, rows)
        await self.tell("resize", {"width": columns, "height": rows})

    async def see(self, wanted: str | Callable[[str], Any]) -> str:
        """Wait until the screen shows this text, or until this holds of it; returns all of it."""

        def holds() -> Any:
            text = self.screen.text()
            return wanted in text if isinstance(wanted, str) else wanted(text)

        await until(holds, self.screen.text)
        return self.screen.text()

    async def help(self) -> str:
        """Open the help, be there a dialog or not; returns what the screen shows then. A key that comes together with
        one that closes a dialog is still the dialog's: then this tries again."""
        while not self.has_ended:
            await self.type(ESCAPE)
            await self.type("?")
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    return await self.see("Keys (dim")
        raise AssertionError(f"the visit has ended\n{self.screen.text()}")

    async def leave(self) -> None:
        await self.socket.close()
        await self._listening


@asynccontextmanager
async def visiting(served: Served, scheme: str = "dark", asked: str = "width=120&height=40") -> AsyncIterator[Visitor]:
    """Somebody who comes, and leaves at the end."""
    way = f"{served.address}ws/{scheme}?{asked}"
    async with aiohttp.ClientSession() as http, http.ws_connect(way) as socket:
        visitor = Visitor(socket, 120, 40)
        try:
            yield visitor
        finally:
            await visitor.leave()


def files_in(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder."""
    return {os.path.relpath(path, folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}
