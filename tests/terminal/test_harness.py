"""The tools themselves: the emulator, the pty and the slow line, with small programs whose output is known."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.terminal.far import FarSide
from tests.terminal.harness import Terminal
from tests.terminal.slow_link import SlowLink

PRELUDE = """
import os, sys, signal, termios, time, tty
def out(text): os.write(1, text.encode())
def raw(): tty.setraw(0)
def ask(question, end):
    out(question)
    answer = b""
    while not answer.endswith(end): answer += os.read(0, 1)
    return answer
"""


def python(script: str) -> list[str]:
    return [sys.executable, "-S", "-c", PRELUDE + script]


def shown(*pieces: str | bytes, columns: int = 20, rows: int = 4) -> FarSide:
    emulator = FarSide(columns, rows)
    for piece in pieces:
        emulator.feed(piece.encode() if isinstance(piece, str) else piece)
    return emulator


# The emulator


def test_text_colours_and_positions_are_kept() -> None:
    emulator = shown("ab\x1b[2;3H\x1b[38;2;255;0;1;48;2;0;2;255mx\x1b[0my")
    assert emulator.lines()[:2] == ["ab", "  xy"]
    assert emulator.cell(2, 1)[:3] == ("x", "ff0001", "0002ff")
    assert emulator.cell(3, 1)[:3] == ("y", "default", "default")


def test_any_split_of_the_bytes_gives_the_same_screen() -> None:
    text = "┃é\x1b[1;31m●\x1b[?2026h\x1b]0;a title\x07\x1b[3;5H▲\x1b[?2026l\x1bP+q544e\x1b\\z\x1b[>1u".encode()
    whole = shown(text)
    assert whole.text() == "┃é●\n\n    ▲z"
    for cut in range(len(text)):
        split = shown(text[:cut], text[cut:])
        assert (split.text(), split.cell(2, 0), split.kitty) == (whole.text(), whole.cell(2, 0), whole.kitty)
    assert not whole.unknown


def test_sequences_pyte_would_print_are_not_printed() -> None:
    assert shown("\x1b[>1u\x1b[<u\x1b[?2026$p\x1b[?1016h\x1b[4:3mA\x1b[2 q").text().strip() == "A"


def test_what_is_not_understood_is_counted() -> None:
    assert shown("\x1b[5;6Y\x1b[!p").unknown == {"CSI 5;6Y": 1, "CSI !p": 1}


def test_the_normal_screen_comes_back_after_the_alternate_one() -> None:
    emulator = shown("before", "\x1b[?1049h", "\x1b[Hfull screen")
    assert (emulator.is_alternate, emulator.lines()[0]) == (True, "full screen")
    emulator.feed(b"\x1b[?1049l after")
    assert emulator.printed() == ["before after"]


def test_lines_that_scroll_off_the_normal_screen_are_kept() -> None:
    assert shown("\r\n".join("abcdef")).printed() == list("abcdef")


def test_the_normal_screen_outlives_resizes_behind_the_alternate_one() -> None:
    emulator = shown("a\r\nb\r\nc", "\x1b[?1049h")
    emulator.resize(8, 2)
    emulator.resize(20, 6)
    emulator.feed(b"\x1b[?1049l\r\nd")
    assert emulator.printed() == list("abcd")


def test_the_last_column_wraps_late_and_not_at_all_without_wrap() -> None:
    assert shown("abcd", "\x1b[K", "ef", columns=4).lines()[:2] == ["abc", "ef"]
    assert shown("\x1b[?7l", "abcdef", columns=4).lines()[:2] == ["abcf", ""]


def test_wide_characters_take_two_cells() -> None:
    assert shown("漢x").cell(2, 0).data == "x"


def test_erasing_leaves_the_background_only() -> None:
    emulator = shown("\x1b[4;41mab\x1b[1;1H\x1b[2X")
    assert (emulator.cell(1, 0).data, emulator.cell(1, 0).bg, emulator.cell(1, 0).underscore) == (" ", "red", False)


def test_repeats_scrolling_regions_and_saved_cursors_work() -> None:
    emulator = shown("\x1b[1;1Ha\x1b[2;1Hb\x1b[3;1Hc\x1b[4;1Hd", "\x1b[2;3r\x1b[S", "\x1b[4;2H-\x1b[3b")
    assert emulator.lines() == ["a", "c", "", "d----"]
    assert shown("ab\x1b7\x1b[3;3H\x1b8c").lines()[0] == "abc"


def test_leftovers_name_each_mode_that_is_not_as_before() -> None:
    emulator = shown("\x1b[?25l\x1b[?1003h\x1b[?1049h\x1b[>1u\x1b[2;3r\x1b[31m")
    assert emulator.leftovers() == [
        "mode 25 is reset",
        "mode 1003 is set",
        "mode 1049 is set",
        "kitty keyboard flags [1] on the alternate screen",
    ]
    emulator.feed(b"\x1b[?25h\x1b[?1003l\x1b[<u\x1b[?1049l")
    assert emulator.leftovers() == []
    emulator.feed(b"\x1b[31m")
    assert emulator.leftovers() == ["colours or attributes are set"]


def test_questions_are_answered() -> None:
    said: list[bytes] = []
    emulator = FarSide(20, 4, said.append)
    emulator.feed(
        b"\x1b[3;7H\x1b[6n\x1b[5n\x1b[c\x1b[?2026$p\x1b[?2026h\x1b[?2026$p\x1b[?2048$p\x1b[1;20Hx\x1b[6n\x1b[18t"
    )
    assert said == [
        b"\x1b[3;7R",
        b"\x1b[0n",
        b"\x1b[?62;22c",
        b"\x1b[?2026;2$y",
        b"\x1b[?2026;1$y",
        b"\x1b[?2048;0$y",
        b"\x1b[1;20R",
        b"\x1b[8;4;20t",
    ]


# The pty


def test_a_program_is_run_read_and_its_exit_code_told() -> None:
    with Terminal(python("out('hello\\nworld\\n'); sys.exit(7)"), 30, 5) as terminal:
        assert terminal.wait_exit() == 7
        assert terminal.lines()[:3] == ["hello", "world", ""]
        assert (terminal.received, terminal.sent) == (len("hello\r\nworld\r\n"), 0)


def test_keys_answers_and_resizes_reach_the_program() -> None:
    script = """
raw()
signal.signal(signal.SIGWINCH, lambda *_: out('size %d %d;' % os.get_terminal_size()))
out('ready;')
out('key %r;' % os.read(0, 9))
out('cursor %r;' % ask('\\x1b[6n', b'R'))
while True: signal.pause()
"""
    with Terminal(python(script), 80, 3) as terminal:
        terminal.wait_for("ready")
        terminal.send("up")
        terminal.wait_for("key b'\\x1b[A'")
        terminal.wait_for("cursor b'\\x1b[1;21R'")
        terminal.resize(100, 7)
        terminal.wait_for("size 100 7")
        assert len(terminal.emulator.screen.rows()) == 7


def test_a_terminal_that_answers_nothing_can_be_had() -> None:
    script = "raw(); out('\\x1b[6n'); out('got %r' % os.read(0, 9))"
    with Terminal(python(script), 40, 3, answers=False) as terminal:
        terminal.wait_for(lambda terminal: terminal.received >= 4)
        terminal.send("k")
        terminal.wait_for("got b'k'")


def test_ctrl_c_is_a_signal_as_long_as_the_tty_says_so() -> None:
    script = "signal.signal(signal.SIGINT, lambda *_: os._exit(9)); out('ready'); signal.pause()"
    with Terminal(python(script)) as terminal:
        terminal.wait_for("ready")
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 9


def test_a_tty_left_raw_is_a_leftover() -> None:
    with Terminal(python("raw()")) as terminal:
        terminal.wait_exit()
        assert terminal.leftovers() == ["the tty's own settings"]


def test_an_update_is_not_seen_half_done() -> None:
    script = "out('\\x1b[?2026hone'); sys.stdin.readline(); out('\\rtwo\\x1b[?2026l'); sys.stdin.readline()"
    with Terminal(python(script), 20, 3) as terminal:
        with pytest.raises(TimeoutError):
            terminal.wait_for("one", 0.3)
        terminal.send("\n")
        terminal.wait_for("two")
        assert terminal.emulator.frames == 1


def test_waiting_for_what_an_ended_program_never_showed_fails_at_once() -> None:
    with Terminal(python("out('this')")) as terminal, pytest.raises(TimeoutError, match=r"ended(.|\n)*this"):
        terminal.wait_for("that", timeout=60)


def test_a_predicate_that_fails_fails_the_wait() -> None:
    with Terminal(python("sys.stdin.readline()")) as terminal, pytest.raises(ValueError, match="not on the screen"):
        terminal.wait_for(lambda terminal: terminal.find("nothing") is not None)


def test_standard_streams_may_be_others(tmp_path) -> None:
    with (tmp_path / "out").open("w+b") as out:
        script = "out('piped %s' % sys.stdin.isatty()); os.write(2, b'tty')"
        with Terminal(python(script), stdin=subprocess.DEVNULL, stdout=out) as terminal:
            terminal.wait_exit()
            assert terminal.printed() == ["tty"]
        assert (tmp_path / "out").read_text() == "piped False"


def test_the_program_ends_with_its_terminal() -> None:
    with Terminal(python("out('ready'); time.sleep(60)")) as terminal:
        terminal.wait_for("ready")
    assert terminal.process.returncode == -9


# The slow line


def test_bytes_arrive_at_the_rate_after_the_delay() -> None:
    with SlowLink(python("out('x' * 3000 + '\\n'); sys.stdin.readline()"), rate=10_000, delay=0.1) as link:
        end = link.wait_for(lambda link: link.arrived >= 3000)
        begin = link.arrivals[0][0]
        assert 0.27 <= end - begin <= 2
        assert len(link.arrivals) >= 50


def test_the_program_is_never_held_back_and_its_bytes_queue() -> None:
    script = "out('x' * 400_000); open(sys.argv[1], 'w').write('all written')"
    with SlowLink([*python(script), "/dev/null"], rate=10_000, delay=0.01) as link:
        link.process.wait(5)
        link.wait_for(lambda link: link.received >= 400_000, 5)
        assert link.queued > 350_000


def test_an_echo_takes_both_ways() -> None:
    script = "raw(); out('ready')\nwhile True: out('<%s>' % os.read(0, 1).decode())"
    with SlowLink(python(script), rate=1e6, delay=0.1) as link:
        link.wait_for("ready")
        assert 0.2 <= link.latency("k", "<k>") <= 2


def test_an_echo_waits_behind_what_is_queued() -> None:
    script = "raw(); out('ready')\nwhile True: key = os.read(0, 1).decode(); out('x' * 5000 + '<%s>' % key)"
    with SlowLink(python(script), rate=10_000, delay=0.05) as link:
        link.wait_for("ready")
        assert link.latency("k", "<k>") >= 0.55


def test_the_cursor_report_comes_when_the_question_has_arrived() -> None:
    script = """
raw(); out('ready'); os.read(0, 1)
out('x' * 2000); begin = time.monotonic(); ask('\\x1b[6n', b'R')
out('\\r\\nafter %.2f' % (time.monotonic() - begin)); os.read(0, 1)
"""
    with SlowLink(python(script), rate=10_000, delay=0.1) as link:
        link.wait_for("ready")
        link.send("k")
        link.wait_for("after")
        seconds = float(link.screen_text().split("after")[1])
        assert 0.39 <= seconds <= 2  # 0.2 to let 2,000 bytes out, and 0.1 each way


def test_a_resize_takes_its_time_too() -> None:
    script = "signal.signal(signal.SIGWINCH, lambda *_: out('resized')); out('ready')\nwhile True: signal.pause()"
    with SlowLink(python(script), rate=1e6, delay=0.1) as link:
        link.wait_for("ready")
        begin = link.resize(90, 20)
        assert link.wait_for("resized") - begin >= 0.2


def test_the_exit_is_told_when_the_last_byte_has_arrived() -> None:
    with SlowLink(python("out('x' * 2000 + 'end')"), rate=10_000, delay=0.1) as link:
        begin = time.monotonic()
        assert link.wait_exit() == 0
        assert time.monotonic() - begin >= 0.2
        assert "end" in link.screen_text()
