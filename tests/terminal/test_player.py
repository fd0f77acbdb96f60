"""Tapes played in real ptys: the same screens each time, casts that replay to them, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gdtui.recording.cast import read_cast
from gdtui.recording.emulator import Emulator
from gdtui.recording.parser import parse, parse_text
from gdtui.recording.play import Capture, golden, play
from gdtui.recording.program import Program
from gdtui.recording.tape import TapeError

ROOT = Path(__file__).parents[2]
FAST = float("inf")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def played(text: str, *outputs: str, speed: float = FAST, **options) -> tuple[Capture, ...]:
    return play(parse_text(f"# gdtui: 60x12\n{text}", "demo.tape"), outputs or None, speed=speed, **options)


def run(line: str) -> str:
    """Commands that have the shell run this line. It comes at once: to type it takes 25 ms a key."""
    return f"Copy `{line}` Paste Enter\n"


def replayed(path: str | Path, until: float = float("inf")) -> Emulator:
    """What a terminal shows that plays the cast."""
    cast = read_cast(path)
    emulator = Emulator(*cast.size)
    for event in cast.events:
        if event.kind == "o" and event.time <= until:
            emulator.feed(event.data.encode())
    return emulator


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_is_typed_and_its_screen_is_kept():
    first, end = played("Type 'echo $((6 * 7))'\nEnter\nWait /^>$/\n", "a.txt", "a.ascii", "a.cast")
    assert first.text == "> echo $((6 * 7))\n42\n>"
    assert (first.what, str(first.place)) == ("Wait+Line /^>$/", "demo.tape:4:1")
    assert end.text == first.text
    assert Path("a.txt").read_text() == f"{first.text}\n"
    assert Path("a.ascii").read_text() == golden([first, end])
    assert replayed("a.cast").text().rstrip() == first.text


def test_every_kind_of_key_arrives_as_a_terminal_sends_it():
    pressed = b"a\x1b[A\x1b[5~\x1b[1;2C\x03\x1bx\x7fpasted"
    Path("keys.py").write_text(
        f"import sys, tty; tty.setraw(0); print('ready'); print(repr(sys.stdin.buffer.read({len(pressed)})))"
    )
    text = f"""{run("clear; python -u keys.py")}
Copy pasted
Wait+Screen /ready/
Type a Up PageUp Shift+Right Ctrl+C Alt+x Backspace Paste
Wait+Screen /b'.*'/
"""
    *_, end = played(text, check=True)
    assert repr(pressed) in end.text


def test_a_program_that_asks_where_the_cursor_is_gets_an_answer():
    Path("ask.py").write_text(
        "import sys, tty; tty.setraw(0)\n"
        "print('\\x1b[2;5H\\x1b[6n', end='', flush=True); print(repr(sys.stdin.read(6)))"
    )
    *_, end = played("Type 'clear; python ask.py' Enter\nWait+Screen /'.*R'/", check=True)
    assert "'\\x1b[2;5R'" in end.text


def test_hidden_parts_are_not_in_the_cast_and_it_stands_alone():
    red = run(r"printf '\033[31mred\033[m '; echo visible")
    text = rf"""Hide
{run("echo se''cret one; PS1='$ '")}
Wait /\$$/
{red}
Wait /\$$/
Show
Type "echo shown" Enter
Wait /\$$/
Hide
{run("clear; echo se''cret two")}
Wait /\$$/
Show
Type "echo again" Enter
Wait /\$$/
"""
    moments = played(text, "a.cast", "a.svg")
    cast = read_cast("a.cast")
    assert replayed("a.cast").text().rstrip() == moments[-1].text
    assert "secret one\n" in replayed("a.cast", cast.events[0].time).text()  # in the screen that it begins with
    assert replayed("a.cast", cast.events[0].time).cell(0, 3)[:2] == ("r", "red")
    assert 'fill="#' in Path("a.svg").read_text()


def test_what_is_hidden_takes_no_time():
    begin = time.monotonic()
    played("Hide\nSleep 500ms\nShow\nType 'echo a' Enter\nWait\nHide\nSleep 500ms\n", "a.cast", speed=1)
    assert 0 < read_cast("a.cast").events[-1].time < time.monotonic() - begin - 1.0


FRAMES = """
import sys
for number in range(60):
    body = "".join(f"\\x1b[{row};1H\\x1b[3{row % 8}mframe {number} row {row} ü⠿\\x1b[K" for row in range(1, 11))
    sys.stdout.write(f"\\x1b[?2026h{body}\\x1b[?2026l")
sys.stdout.write("\\x1b[m\\x1b[12;1H")
sys.stdout.flush()
"""


@pytest.mark.parametrize("longest", [65536, 4099, 13, 1], ids="reads_of_{}_bytes".format)
def test_a_wait_sees_whole_updates_only_however_the_bytes_come(longest, monkeypatch):
    """A screen drawn in 60 updates, in pieces that end anywhere, an update's own end too: each is seen whole."""
    Path("frames.py").write_text(FRAMES)
    read = os.read
    monkeypatch.setattr("gdtui.recording.program.os.read", lambda file, most: read(file, min(most, longest)))
    seen: list[str] = []
    session = Program([sys.executable, "frames.py"], (60, 12), dict(os.environ), lambda _: None)
    try:
        session.wait(lambda: bool(seen.append(session.emulator.text())) or session.ended, 20)
    finally:
        session.close()
    for screen in seen:
        frames = {line.split(" row")[0] for line in screen.splitlines() if "row" in line}
        assert len(frames) <= 1
    assert {f"frame {number}" for number in range(60)} <= {screen.split(" row")[0] for screen in seen}


def test_a_cast_replays_to_the_live_screen_at_any_time():
    """The screen after each piece is compared with a replay cut at 20 of those places."""
    Path("frames.py").write_text(FRAMES)
    pieces: list[str] = []
    live: list[str] = []

    def shown(text: str) -> None:
        live.append(session.emulator.text())
        pieces.append(text)

    session = Program([sys.executable, "frames.py"], (60, 12), dict(os.environ), shown)
    try:
        session.wait(lambda: session.ended, 20)
    finally:
        session.close()
    assert all(piece.count("\x1b[?2026h") == piece.count("\x1b[?2026l") for piece in pieces)
    for cut in range(0, len(pieces), max(1, len(pieces) // 20)):
        again = Emulator(60, 12)
        again.feed("".join(pieces[:cut]).encode())
        assert again.text() == live[cut]


def test_the_same_tape_gives_the_same_screens(monkeypatch):
    """With speeds that differ, at the same time, and gdtui in it: travel and a fork. Of 50 epochs
    each has its line in the log, also where a busy machine trains all of them before it shows any."""
    text = """Type "python -m gdtui --epochs 50 --speed 200 --seed 3" Enter
Wait+Screen /all 50 epochs done/
Left 3
PageUp@1ms 2
Wait+Screen /epoch +38.50/
Up
Type f
Wait+Screen /✓ done +epoch 50.50[^$]*alpha 0.02 /
Screenshot no.txt
Type q
Wait+Screen /2 branches are in no file/
Type y
Wait
"""
    script = parse_text(f"# gdtui: 100x30\nEnv PYTHONPATH '{ROOT}'\n{text}", "demo.tape")
    # On a busy machine a panel may follow the line that is waited for by more than a tape's own 0.1 s.
    monkeypatch.setattr(Program.settle, "__defaults__", (0.5, 10.0))
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda speed: play(script, check=True, speed=speed), (FAST, 3))
    assert golden(first) == golden(second)
    assert "alpha 0.01 → 0.02" in first[-1].text
    assert not Path("no.txt").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Wait+Screen@200ms /never/", r"^demo\.tape:2:1: Wait\+Screen /never/: did not come within 0\.2 s; .*:\n>$"),
        (
            "Type exit Enter\nWait /never/",
            r"^demo\.tape:3:1: Wait\+Line /never/: the shell ended without it; the screen",
        ),
        ("Type exit Enter\nSleep 1\nType ls", r"^demo\.tape:4:1: nothing can be typed any more: the shell has ended$"),
        ("Require no-such", r"^demo\.tape:2:9: the program no-such is required, and is not on the PATH$"),
    ],
)
def test_what_goes_wrong_has_its_place(text, message):
    with pytest.raises(TapeError, match=message):
        played(text, check=True)


def test_a_wait_whose_expression_explodes_ends_in_its_time():
    with pytest.raises(TapeError, match=r"did not come within 0\.5 s"):
        played(run(f"echo {'a' * 40}") + "Wait+Screen@500ms /(a|a)*b/")


def test_files_are_not_overwritten_and_nothing_is_played_then():
    Path("a.txt").write_text("precious")
    with pytest.raises(TapeError, match=r"^demo\.tape:2:8: a\.txt is there already; give another name, or --force"):
        played("Output a.txt\nType 'touch played' Enter")
    assert Path("a.txt").read_text() == "precious"
    assert not Path("played").exists()
    played("Output a.txt\nType 'touch played' Enter\nWait", force=True)
    assert Path("played").exists()
    assert "touch played" in Path("a.txt").read_text()


def test_a_missing_gif_program_names_what_brings_it(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name, path=None: None if name == "term2gif" else f"/bin/{name}")
    with pytest.raises(TapeError, match=r"^demo\.tape:1:1: a \.gif or \.png needs the program term2gif; pip install"):
        played("Hide", "a.gif")


def test_no_process_is_left_behind():
    """Also not what ignores the hangup, or runs in the background."""
    one, two = "sleep 1000 & echo $! > one", "(trap '' HUP; sleep 1001) & echo $! > two"
    three = "nohup sleep 1002 > out 2>&1 & echo $! > three"
    played("".join(run(line) + "Wait\n" for line in (one, two, three)), check=True)
    processes = [int(Path(name).read_text()) for name in ("one", "two", "three")]
    assert eventually(lambda: not any(map(alive, processes)))


def player(text: str, *options: str) -> subprocess.Popen[bytes]:
    Path("demo.tape").write_text(f"# gdtui: 60x12\n{text}")
    command = [sys.executable, "-m", "gdtui", "tape", "demo.tape", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_all_and_leaves_nothing_behind(number, code, monkeypatch):
    Path("tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(Path("tmp").absolute()))
    with player(run("echo $$ > shell; sleep 1000") + "Sleep 60s\n", "-o", "a.txt", "-o", "a.cast") as process:
        assert eventually(lambda: Path("shell").exists() and Path("shell").read_text().strip() != "")
        process.send_signal(number)
        assert process.wait(20) == code
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert eventually(lambda: not alive(int(Path("shell").read_text())))
    assert list(Path("tmp").iterdir()) == []
    assert not Path("a.cast").exists()  # it would stand in the way of the next try


STUBBORN = "nohup setsid sh -c 'trap : HUP TERM; echo $$ > stubborn; while :; do sleep 1; done' >&- 2>&- <&- &"


def test_a_child_in_a_session_of_its_own_does_not_outlive_the_tape():
    with player(run(STUBBORN) + "Sleep 60s\n", "--check") as process:
        assert eventually(lambda: Path("stubborn").exists() and Path("stubborn").read_text().strip() != "")
        process.terminate()
        assert process.wait(20) == 143
    assert eventually(lambda: not alive(int(Path("stubborn").read_text())))


def test_a_second_signal_does_not_stop_the_end(monkeypatch):
    with player(run("trap '' HUP; echo $$ > shell; sleep 1000") + "Sleep 60s\n", "--check") as process:
        assert eventually(lambda: Path("shell").exists() and Path("shell").read_text().strip() != "")
        process.terminate()
        while process.poll() is None:
            process.send_signal(signal.SIGHUP)
        assert process.returncode in (143, 129)
    assert eventually(lambda: not alive(int(Path("shell").read_text())))


def test_a_signal_while_the_shell_begins_waits_until_it_can_be_ended(monkeypatch):
    begun, begin = [], subprocess.Popen

    def interrupted(*arguments, **options):
        begun.append(begin(*arguments, **options))
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)  # the process has other threads, as tests are run
        return begun[-1]

    monkeypatch.setattr("gdtui.recording.program.subprocess.Popen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        played("Sleep 60s", "a.cast")
    assert not alive(begun[0].pid)
    assert not Path("a.cast").exists()


def test_the_folder_of_a_tape_that_was_killed_is_removed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    Path("tmp").mkdir()
    with player("Wait+Screen@60s /never/\n", "--check") as process:  # --check passes over a Sleep
        assert eventually(lambda: list(Path("tmp").glob("*/tape.cast")) != [])
        (folder,) = Path("tmp").iterdir()
        os.utime(folder, (0, 0))
        played("Hide", check=True)
        assert folder.exists()  # since it is still used
        process.kill()
    played("Hide", check=True)
    assert list(Path("tmp").iterdir()) == []


def test_a_tape_that_fails_leaves_no_cast():
    with pytest.raises(TapeError, match="did not come"):
        played("Output a.cast\nWait+Screen@200ms /never/")
    assert not Path("a.cast").exists()


def test_a_tape_that_fails_leaves_the_old_files_and_links_and_devices():
    Path("old.cast").write_text("precious")
    Path("link.cast").symlink_to("old.cast")
    os.mkfifo("fifo.cast")
    reader = os.open("fifo.cast", os.O_RDONLY | os.O_NONBLOCK)
    for name in ("old.cast", "link.cast", "fifo.cast"):
        with pytest.raises(TapeError, match="did not come"):
            played(f"Output {name}\nWait+Screen@200ms /never/", force=True)
    os.close(reader)
    assert Path("link.cast").is_symlink()
    assert Path("old.cast").read_text() == "precious"
    assert sorted(path.name for path in Path().iterdir()) == ["fifo.cast", "link.cast", "old.cast"]


def test_what_appears_while_a_tape_is_played_is_not_overwritten():
    with pytest.raises(TapeError, match=r"a\.txt could not be written: .*File exists"):
        played(f"Output a.txt\n{run('echo precious > a.txt')}Wait")
    assert Path("a.txt").read_text() == "precious\n"


def test_what_cannot_be_written_is_told_before_anything_is_played():
    Path("a.svg").mkdir()
    with pytest.raises(TapeError, match=r"^demo\.tape:2:8: a\.svg cannot be written"):
        played("Output a.svg\nType 'touch played' Enter", force=True)
    assert not Path("played").exists()


def test_after_kill_9_in_the_middle_the_cast_plays():
    with player(run("for i in {1..9}; do echo line $i; done; sleep 1000") + "Sleep 60s\n") as process:
        assert eventually(lambda: Path("demo.cast").exists() and "line 9" in Path("demo.cast").read_text())
        process.kill()
    assert "line 9" in replayed("demo.cast").text()
    done = subprocess.run([sys.executable, "-m", "asciinema", "cat", "demo.cast"], capture_output=True, timeout=30)
    assert done.returncode == 0
    assert b"line 9" in done.stdout


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("Sleep\n", [], "gdtui: demo.tape:2:6: Sleep needs a time, as in 500ms or 2s\n"),
        ("Output /tmp/x.cast\n", [], "gdtui: demo.tape:2:8: put a path that begins with / in quotes"),
        ("Sleep 1\n", ["-o", "a.mp4"], "gdtui: a.mp4: a tape makes .cast, .gif, .svg, .txt, .ascii, by the ending"),
    ],
)
def test_the_command_line_says_one_line_and_leaves_with_2(text, options, message):
    with player(text, *options) as process:
        assert process.wait(20) == 2
        assert process.stderr is not None
        told = process.stderr.read().decode()
    assert told.startswith(message)
    assert told.count("\n") == 1


def test_every_demo_plays_to_its_end(monkeypatch):
    """All at the same time, since most of it is waiting, and in this process, as `python -m demos --check` plays them
    in processes of their own."""
    monkeypatch.chdir(ROOT)
    tapes = sorted(Path("demos").glob("*.tape"))
    assert len(tapes) >= 6
    with ThreadPoolExecutor(len(tapes)) as pool:
        for _ in pool.map(lambda tape: play(parse(str(tape)), check=True, speed=FAST), tapes):
            pass


def test_demos_that_fail_are_told_by_the_command_that_makes_them():
    command = [sys.executable, "-m", "demos", "--check", "no-such"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout.startswith("no-such: gdtui: ")
