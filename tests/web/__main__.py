"""Pictures of the page: `python -m tests.web PICTURE.png WIDTHxHEIGHT dark|light [KEY…] [-- what gdtui serve gets]`.

Each KEY is pressed in turn; /text waits until the screen shows that text.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.web.browser import browsing
from tests.web.serving import serving


async def main(picture: str, size: str, scheme: str, *keys: str, served: list[str]) -> None:
    width, height = map(int, size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        async with serving(*served, cwd=Path.cwd()) as server, browsing(profile) as chromium:
            page = await chromium.open(server.address, width, height, scheme)
            await page.until("q Quit")
            for key in keys:
                await (page.until(key[1:]) if key[0] == "/" and key[1:] else page.press(key))
            await page.picture(Path(picture))


if __name__ == "__main__":
    words = [*sys.argv[1:], "--"]
    cut = words.index("--")
    asyncio.run(main(*words[:cut], served=words[cut + 1 : -1]))
