"""Chromium without a screen, steered by its DevTools protocol: as much of it as looking at pages takes."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--mute-audio"),
    *("--remote-debugging-port=0", "--force-color-profile=srgb", "--disable-dev-shm-usage"),
)
TERMINAL = """
Object.defineProperty(Object.prototype, "refreshBytes", {
  configurable: true,
  set(value) {
    window.shown = this.terminal;
    Object.defineProperty(this, "refreshBytes", { value, writable: true });
  },
});
"""
"""Has the page's terminal at hand as `shown`, which textual.js keeps to itself."""
TEXT = """(() => {
  const rows = [], buffer = window.shown?.buffer.active;
  for (let row = 0; buffer && row < window.shown.rows; row++) rows.push(buffer.getLine(row).translateToString(true));
  return rows.join("\\n");
})()"""
KEYS = {"up": ("ArrowUp", 38), "down": ("ArrowDown", 40), "enter": ("Enter", 13), "escape": ("Escape", 27)}
SECONDS = 60
"""That is waited for anything."""


class Page:
    """A page, in a browser profile of its own."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self.asked: list[str] = []
        """The addresses that it has asked for anything, but for what stands in the page itself."""
        self.errors: list[str] = []
        """What it has complained of in the console."""

    async def do(self, method: str, **arguments: Any) -> Any:
        return await self._browser.do(method, self._session, **arguments)

    def saw(self, method: str, told: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent" if not told["request"]["url"].startswith("data:"):
                self.asked.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(told["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(str(told["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if told["type"] in ("error", "assert"):
                self.errors.append(str(told["args"]))
            case "Log.entryAdded" if told["entry"]["level"] == "error":
                self.errors.append(told["entry"]["text"])

    @property
    def hosts(self) -> set[str | None]:
        return {urlsplit(address).hostname for address in self.asked}

    async def run(self, script: str) -> Any:
        """What that JavaScript comes to."""
        done = await self.do("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def text(self) -> str:
        """What the terminal in it shows."""
        return str(await self.run(TEXT))

    async def until(self, holds: str | Callable[[str], Any]) -> str:
        """Wait until the terminal shows this text, or until this holds of all that it shows; returns that."""
        deadline = time.monotonic() + SECONDS
        text = await self.text()
        while not (holds in text if isinstance(holds, str) else holds(text)):
            assert time.monotonic() < deadline, f"it never held; the terminal:\n{text}\n{self.errors}"
            await asyncio.sleep(0.02)
            text = await self.text()
        return text

    async def until_so(self, script: str) -> None:
        """Wait until that JavaScript comes to something true."""
        deadline = time.monotonic() + SECONDS
        while not await self.run(script):
            assert time.monotonic() < deadline, f"never: {script}\n{self.errors}"
            await asyncio.sleep(0.02)

    async def press(self, *keys: str) -> None:
        for key in keys:
            name, code = KEYS[key] if key in KEYS else (key, ord(key.upper()) if key.isalnum() else 0)
            text = {"text": {"enter": "\r"}.get(key, key)} if key == "enter" or key not in KEYS else {}
            for kind in ("keyDown", "keyUp"):
                await self.do("Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=code, **text)
                text = {}

    async def click(self, column: int, row: int) -> None:
        """Click the middle of that cell, both from 0."""
        box, (columns, rows) = await self.run(BOX), await self.run("[shown.cols, shown.rows]")
        x, y = box[0] + (column + 0.5) * box[2] / columns, box[1] + (row + 0.5) * box[3] / rows
        for kind in ("mousePressed", "mouseReleased"):
            await self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def resize(self, width: int, height: int) -> None:
        """Make the window so many pixels large."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.do("Emulation.setDeviceMetricsOverride", **size)

    async def picture(self, path: Path) -> None:
        done = await self.do("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(done["data"]))


BOX = """(() => {
  const box = document.querySelector(".xterm-screen").getBoundingClientRect();
  return [box.x, box.y, box.width, box.height];
})()"""


class Browser:
    """A browser that runs."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._numbers = socket, itertools.count(1)
        self._awaited: dict[int, asyncio.Future[Any]] = {}
        self._pages: dict[str, Page] = {}
        self._listening = asyncio.create_task(self._listen())

    async def do(self, method: str, session: str | None = None, **arguments: Any) -> Any:
        """Have it do something; returns what comes of it."""
        number = next(self._numbers)
        answer = self._awaited[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": arguments}
        await self._socket.send_json(message if session is None else {**message, "sessionId": session})
        return await asyncio.wait_for(answer, SECONDS)

    async def _listen(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" not in told:
                page = self._pages.get(told.get("sessionId", ""))
                if page is not None:
                    page.saw(told["method"], told["params"])
            elif not (answer := self._awaited.pop(told["id"])).done():
                answer.set_exception(RuntimeError(told["error"])) if "error" in told else answer.set_result(
                    told["result"]
                )

    async def open(self, address: str, width: int = 1280, height: int = 800, scheme: str = "dark") -> Page:
        """Open that address in a window of so many pixels, for somebody who prefers dark or light."""
        apart = await self.do("Target.createBrowserContext")
        target = await self.do("Target.createTarget", url="about:blank", **apart)
        session = (await self.do("Target.attachToTarget", flatten=True, **target))["sessionId"]
        page = self._pages[session] = Page(self, session)
        for part in ("Page", "Network", "Runtime", "Log"):
            await page.do(f"{part}.enable")
        await page.resize(width, height)
        await page.do("Emulation.setFocusEmulationEnabled", enabled=True)
        await page.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await page.do("Page.addScriptToEvaluateOnNewDocument", source=TERMINAL)
        await page.do("Page.navigate", url=address)
        return page

    async def end(self) -> None:
        await self.do("Browser.close")
        await self._socket.close()
        await self._listening


@asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator[Browser]:
    """A browser, for as long as this takes; what it keeps is in that folder."""
    assert PROGRAM is not None
    begun = await asyncio.create_subprocess_exec(
        *(PROGRAM, *QUIET, f"--user-data-dir={profile}", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert begun.stderr is not None
    reading = None
    try:
        async with asyncio.timeout(SECONDS):
            while not (found := re.search(rb"ws://\S+", line := await begun.stderr.readline())):
                assert line, "Chromium has ended"
        reading = asyncio.create_task(begun.stderr.read())  # it goes on talking
        async with aiohttp.ClientSession() as http, http.ws_connect(found[0].decode(), max_msg_size=0) as socket:
            browser = Browser(socket)
            try:
                yield browser
            finally:
                await browser.end()
            await begun.wait()
    finally:
        if begun.returncode is None:
            begun.kill()
        await begun.wait()
        if reading is not None:
            await reading
