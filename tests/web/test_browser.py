"""The page in a real browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.tui.driving import FIVE, saved
from tests.web import browser
from tests.web.browser import Browser, Page, browsing
from tests.web.serving import serving

pytestmark = [
    pytest.mark.skipif(browser.PROGRAM is None, reason="Chromium is not installed; Debian has it in chromium"),
    pytest.mark.asyncio(loop_scope="module"),
]

BACK = "getComputedStyle(document.body).backgroundColor"
ENDED = "document.getElementById('ended')?.checkVisibility()"
DARK, LIGHT = "rgb(15, 19, 24)", "rgb(251, 250, 247)"
"""Of our themes."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """One for all: each page has a profile of its own."""
    async with browsing(tmp_path_factory.mktemp("profile")) as begun:
        yield begun


def foot(text: str) -> int:
    """The row of the keys at the foot, from 0."""
    return next(number for number, line in enumerate(text.split("\n")) if "q Quit" in line)


async def asks_nobody_else(*pages: Page) -> None:
    for page in pages:
        assert page.hosts == {"127.0.0.1"}, page.asked
        assert [error for error in page.errors if "font" not in error.lower()] == []


async def test_visitors_have_runs_of_their_own_that_they_steer_by_keys_and_mouse(
    tmp_path: Path, chromium: Browser
) -> None:
    async with serving("--", "-e", "1000000", cwd=tmp_path) as served:
        one = await chromium.open(served.address)
        other = await chromium.open(served.address, scheme="light")
        await asyncio.gather(one.until("training"), other.until("training"))
        assert await one.run("document.title") == "gdtui"
        await one.press("up")
        text = await one.until("alpha 0.02")
        assert "alpha 0.01" in await other.until("training")
        column = next(line.index("space Pause") for line in text.split("\n") if "space Pause" in line)
        await one.click(column, foot(text))
        await one.until("paused")
        await one.press("a")
        await one.until("the learning rate")
        await one.press(*"0.5", "enter")
        await one.until("alpha 0.5 ")
        await one.until_so("getComputedStyle(document.querySelector('.xterm-viewport')).scrollbarWidth == 'none'")
        await one.until_so(f"{BACK} == '{DARK}'")
        await other.until_so(f"{BACK} == '{LIGHT}'")
        await asks_nobody_else(one, other)


async def test_the_screen_is_as_large_as_the_window_and_in_all_colours(tmp_path: Path, chromium: Browser) -> None:
    async with serving(cwd=tmp_path) as served:
        page = await chromium.open(served.address)
        rows = foot(await page.until(lambda text: "training" in text and "q Quit" in text))
        await page.resize(700, 500)
        await page.until(lambda text: text.count("\n") < rows - 5 and "q Quit" in text.split("\n")[-1])
        assert 500 - 25 < (await page.run(browser.BOX))[3] <= 500
        await page.until_so(f"{COLOURS} > 16")
        await page.press("T")
        await page.until("Theme: enter keeps it")
        await page.press("down", "enter")
        await page.until_so(f"{BACK} == '{LIGHT}'")
        assert not (tmp_path / "gdtui").exists()
        await asks_nobody_else(page)


COLOURS = """(() => {
  const seen = new Set(), buffer = shown.buffer.active;
  for (let row = 0; row < shown.rows; row++)
    for (let column = 0; column < shown.cols; column++) {
      const cell = buffer.getLine(row).getCell(column);
      if (cell.isBgRGB()) seen.add(cell.getBgColor());
      if (cell.isFgRGB()) seen.add(cell.getFgColor());
    }
  return seen.size;
})()"""
"""How many different colours there are, of 16 millions."""


async def test_a_run_that_is_watched_is_whole_for_whoever_comes_late_and_is_not_steered(
    tmp_path: Path, chromium: Browser
) -> None:
    saved(tmp_path / "run.jsonl", FIVE)
    before = (tmp_path / "run.jsonl").read_bytes()
    async with serving("--watch", "run.jsonl", cwd=tmp_path) as served:
        one = await chromium.open(served.address)
        await one.until("epoch 5/5")
        await one.press("up", "n", "+", "r", "w", "s")
        late = await chromium.open(served.address)
        text = await late.until("epoch 5/5")
        assert "w Save" not in text
        for page in (one, late):
            assert re.search(r"alpha 0.01\b", await page.until("epoch 5/5"))
        assert (tmp_path / "run.jsonl").read_bytes() == before
        await asks_nobody_else(one, late)


async def test_the_page_says_that_it_has_ended_and_begins_anew(tmp_path: Path, chromium: Browser) -> None:
    async with serving(cwd=tmp_path) as served:
        page = await chromium.open(served.address)
        await page.until("training")
        await page.press("q")
        await page.until_so(f"{ENDED} === true")
        await page.resize(900, 600)
        await page.press("x", "enter")
        await page.until_so(f"{ENDED} === false")
        await page.until("training")
        await asks_nobody_else(page)
