"""Those who come by the web, without a browser: what they can do, what they cannot, and that they leave nothing."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import aiohttp
import pytest

from gdtui import log
from gdtui.tui.bindings import BINDINGS
from gdtui.web import server, visit
from tests.terminal.harness import GDTUI, environment
from tests.tui.driving import FIVE, saved
from tests.web.serving import ESCAPE, Served, files_in, is_alive, serving, until, visiting

ARROWS = ("up", "A"), ("down", "B"), ("right", "C"), ("left", "D")
NAMED = {
    "full_stop": ".",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "question_mark": "?",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "space": " ",
    "escape": ESCAPE,
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    **{name: f"\x1b[{letter}" for name, letter in zip(("up", "down", "right", "left"), "ABCD", strict=True)},
    **{
        f"shift+{name}": f"\x1b[1;2{letter}"
        for name, letter in zip(("up", "down", "right", "left"), "ABCD", strict=True)
    },
}
LEAVES = "q", "ctrl+q"
EVERY = [key for known in BINDINGS for key in known.keys.split(",")]
CONTROLS = [f"ctrl+{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]

NONSENSE = "{", "[]", "{}", "7", '["resize", 1]', '["resize", {}]', '["stdin", 1]', r'["stdin", "\ud800"]'
"""What no page of ours tells, and the server makes nothing of."""


def typed(key: str) -> str:
    """What a terminal sends for that key."""
    return chr(ord(key[-1]) & 31) if key.startswith("ctrl+") else NAMED.get(key, key)


async def test_each_visitor_has_a_run_that_can_be_steered_and_left(tmp_path: Path) -> None:
    async with serving("--", "-e", "1000000", cwd=tmp_path) as served:
        async with visiting(served) as one, visiting(served) as other:
            await one.see("training")
            await one.type(" ")
            await one.see("paused")
            await one.type("up")
            await one.see("alpha 0.02")
            assert "alpha 0.01" in await other.see("training")
            await one.resize(80, 24)
            await one.see(lambda text: "q Quit" in text.split("\n")[23])
            await one.type("q")
            await until(lambda: one.has_ended)
            assert len(served.visits()) == 1
        await until(lambda: not served.visits())


async def test_a_guest_leaves_nothing_whatever_keys_are_pressed(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,kind\n1,2,p\n3,4,q\n5,7,p\n")
    (tmp_path / ".config").mkdir()
    before = files_in(tmp_path)
    async with serving("--", "-e", "100000", cwd=tmp_path) as served, visiting(served) as one:
        await one.see("training")
        await one.type(" ")
        for key in [*EVERY, *CONTROLS]:
            if key not in LEAVES:
                await one.type(typed(key), "table.csv", "\r", ESCAPE)
        assert "ctrl+r" not in await one.help()
        await one.type(ESCAPE)
        await one.see(lambda text: "Keys (dim" not in text)
        await one.type(*"sw", typed("ctrl+r"), typed("ctrl+z"), "T")
        await one.see("Theme: enter keeps it")
        await one.type("down", "\r")
        await one.see(lambda text: "Theme:" not in text)
        await one.type("d")
        assert "table.csv" not in await one.see("Train on")
        await one.type("table.csv", "\r")
        await one.see(lambda text: "Train on" not in text)
        await one.help()
        assert files_in(tmp_path) == before
        assert "table.csv" not in one.screen.text()
        assert len(served.visits()) == 1


async def test_a_run_that_is_watched_is_shown_whole_to_all_and_steered_by_nobody(tmp_path: Path) -> None:
    saved(tmp_path / "run.jsonl", FIVE)
    before = files_in(tmp_path)
    async with serving("--watch", "run.jsonl", cwd=tmp_path) as served, visiting(served) as one:
        await one.see("epoch 5/5")
        for key in EVERY:
            if key not in ("q", "ctrl+z"):
                await one.type(typed(key), ESCAPE)
        text = await one.help()
        for name in ("Raise alpha", "Save the run", "Fork here", "Start again", "Choose the data"):
            assert name not in text
        async with visiting(served) as late:
            assert "w Save" not in await late.see("epoch 5/5")
            await late.type(NAMED["left"], NAMED["left"])
            assert "epoch #1, loss=" in await late.see("epoch 4/5")
        assert files_in(tmp_path) == before


async def test_a_script_is_watched_and_not_steered(tmp_path: Path) -> None:
    run = log(tmp_path / "run.jsonl", alpha=0.1, epochs=10)
    run(epoch=1, loss=1.0)
    before = files_in(tmp_path)
    async with serving("--watch", "run.jsonl", cwd=tmp_path) as served, visiting(served) as one:
        assert "Pause" not in await one.see("loss")
        await one.type(NAMED["up"])
        await one.see("nobody steers from here")
        await one.type(" ", "+", "-", "E", "E", "a", "w", "s", typed("ctrl+r"))
        text = await one.help()
        assert "Ask for" not in text
        assert "Save" not in text
        run(epoch=2, loss=0.5)
        assert (run.alpha, run.epochs, run.paused, run.should_stop) == (0.1, 10, False, False)
        assert files_in(tmp_path).keys() == before.keys()


async def test_a_lesson_is_played_with_each(tmp_path: Path) -> None:
    async with serving("--", "learn", "bowl", cwd=tmp_path) as served, visiting(served) as one:
        await one.see("bowl")
        assert "Go on in the lesson" in await one.help()


async def test_there_are_so_many_visitors_at_a_time_at_the_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST", 0)
    begun: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    place = server.Place(lambda _: [], "127.0.0.1", 0)
    running = asyncio.create_task(place.run(begun.set_result))
    address = await begun
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}ws/dark") as socket:
        assert b"too many visitors" in (await socket.receive()).data
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    signal.raise_signal(signal.SIGTERM)
    assert await running == 128 + signal.SIGTERM


async def test_several_runs_are_watched_side_by_side(tmp_path: Path) -> None:
    for name in ("one", "two"):
        saved(tmp_path / f"{name}.jsonl", FIVE)
    async with serving("--watch", "one.jsonl", "two.jsonl", cwd=tmp_path) as served, visiting(served) as somebody:
        await somebody.see(lambda text: "▶━  one " in text and " ━  two " in text)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
async def test_the_end_of_the_server_is_that_of_all_visits(number: signal.Signals, tmp_path: Path) -> None:
    async with serving(cwd=tmp_path) as served, visiting(served) as one, visiting(served):
        await one.see("training")
        await until(lambda: len(served.visits()) == 2)
        pids = served.visits()
        served.process.send_signal(number)
        code = await served.process.wait()
        assert code == (-9 if number == signal.SIGKILL else 128 + number)
        await until(lambda: not any(map(is_alive, pids)))


async def test_nonsense_from_a_visitor_disturbs_nobody(tmp_path: Path) -> None:
    async with serving(cwd=tmp_path) as served, visiting(served) as other:
        await other.see("training")
        for nonsense in NONSENSE:
            async with visiting(served) as one:
                await one.socket.send_str(nonsense)
                await until(lambda: one.has_ended)
        async with visiting(served, asked="width=1000000000&height=-7") as one:
            for size in ({"width": 10**9, "height": 10**9}, {"width": "x", "height": None}, {"width": -1, "height": 0}):
                await one.tell("resize", size)
            await one.socket.send_bytes(b"\xff")
            await one.tell("who knows")
            await one.type("\x1b[9999999999u", "\x1b[<0;5000;5000M", "\x1b[48;1;1;1;1t")
            await one.resize(100, 30)
            await one.see("q Quit")
        await other.type(" ")
        await other.see("paused")


async def test_the_data_that_cannot_be_used_is_told_to_both(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a,kind\n1,p\nx,q\n")
    async with serving("--", "--data", "bad.csv", cwd=tmp_path) as served, visiting(served) as one:
        await one.see("gdtui: bad.csv")
        await until(lambda: one.has_ended)
        served.process.send_signal(signal.SIGINT)
        assert served.process.stderr is not None
        said = (await served.process.stderr.read()).decode()
        assert said.startswith("gdtui: bad.csv")
        assert said.count("\n") == 1


@pytest.mark.parametrize("end", [b"", b"\n"])
async def test_a_line_of_any_length_is_repeated(end: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    said = asyncio.StreamReader()
    said.feed_data(b"gdtui: begun\n" + b"x" * 200_000 + end)
    said.feed_eof()
    assert await visit._repeat(said) == "gdtui: begun"
    begun, *rest = capsys.readouterr().err.splitlines()
    assert begun == "gdtui: begun"
    assert "".join(line.removeprefix("gdtui: ") for line in rest) == "x" * 200_000


async def test_pages_of_others_see_nothing(tmp_path: Path) -> None:
    async with serving(cwd=tmp_path) as served, aiohttp.ClientSession() as http:
        for path in ("", "ws/dark"):
            for name, value in (("Origin", "http://evil.example"), ("Host", "evil.example")):
                async with http.get(served.address + path, headers={name: value}) as answer:
                    assert answer.status == 403
        for path in ("static/../server.py", "static/", "download/x", "ws/other", "etc/passwd"):
            async with http.get(served.address + path) as answer:
                assert answer.status in (403, 404)
        async with http.get(served.address) as answer:
            page = await answer.text()
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "://" not in page.replace("http://www.w3.org/2000/svg", "")


async def test_a_request_that_makes_no_sense_says_nothing_in_the_terminal(tmp_path: Path) -> None:
    async with serving(cwd=tmp_path) as served:
        port = int(served.address.rpartition(":")[2].strip("/"))
        for line, *heads in (
            ("GET / HTTP/1.1", "Host: ["),
            ("GET / HTTP/1.1", "Host: localhost", "Origin: http://["),
            ("GET /?\xb2 HTTP/1.1", "Host: localhost"),
            ("no request",),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write("".join(f"{one}\r\n" for one in (line, *heads, "Connection: close", "")).encode("latin-1"))
            assert b" 400 " in await reader.readline(), line
            writer.close()
        served.process.send_signal(signal.SIGINT)
        assert served.process.stderr is not None
        assert await served.process.stderr.read() == b""


async def test_it_says_where_it_is_and_who_can_come(tmp_path: Path) -> None:
    async with serving(cwd=tmp_path) as served:
        assert served.address.startswith("http://127.0.0.1:")
        assert "each visitor has a run of their own" in served.said
        assert "only this machine" in served.said
    async with serving("--host", "0.0.0.0", cwd=tmp_path) as served:
        assert "everybody who reaches that address can use it, without a password" in served.said


async def test_a_port_that_is_taken_is_told_in_a_line(tmp_path: Path) -> None:
    async with serving(cwd=tmp_path) as served:
        assert await _refusal(served, tmp_path) == 1


async def _refusal(served: Served, cwd: Path) -> int:
    """Lines in which a second server on the same port is refused."""
    port = served.address.rstrip("/").rpartition(":")[2]
    second = await asyncio.create_subprocess_exec(
        *(*GDTUI, "serve", "--port", port),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=cwd,
        env=environment(),
    )
    out, err = await second.communicate()
    assert second.returncode == 2
    assert out == b""
    assert b"Address already in use" in err
    assert port.encode() in err
    return err.count(b"\n")
