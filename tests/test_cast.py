"""Casts: written as they happen, read back the same, and understood by asciinema."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.recording.cast import CastError, CastWriter, Event, read_cast


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, pieces: list[tuple[float, str]], **options) -> Clock:
    """A cast with these outputs, each so many seconds after the one before."""
    clock = Clock()
    cast = CastWriter(path, 80, 24, clock=clock, **options)
    for pause, text in pieces:
        clock.now += pause
        cast.output(text)
    cast.close()
    return clock


def test_the_header_says_all_that_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("SHELL", "/bin/bash")
    theme = {"fg": "#ffffff", "bg": "#000000", "palette": "#000000:#ff0000"}
    write(tmp_path / "a.cast", [], title="Überschrift", theme=theme, idle_limit=2.0)
    header = json.loads((tmp_path / "a.cast").read_text(encoding="utf-8").splitlines()[0])
    assert header.pop("timestamp") > 1.7e9
    assert header == {
        "version": 2,
        "width": 80,
        "height": 24,
        "idle_time_limit": 2.0,
        "title": "Überschrift",
        "env": {"TERM": "xterm-256color", "SHELL": "/bin/bash"},
        "theme": theme,
    }


def test_version_3_has_its_own_header_and_intervals(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("SHELL", raising=False)
    write(tmp_path / "a.cast", [(0.5, "a"), (0.25, "b")], version=3)
    first, *events = (tmp_path / "a.cast").read_text().splitlines()
    header = json.loads(first)
    assert header.pop("timestamp") > 1.7e9
    assert header == {"version": 3, "term": {"cols": 80, "rows": 24, "type": "xterm"}}
    assert [json.loads(line) for line in events] == [[0.5, "o", "a"], [0.25, "o", "b"]]


def test_every_kind_of_event_reads_back(tmp_path):
    clock = Clock()
    for version in (2, 3):
        cast = CastWriter(tmp_path / f"{version}.cast", 80, 24, version=version, clock=clock)
        cast.output("")
        cast.output('ü\x1b[1m"⠿\n')
        clock.now += 1.5
        cast.resize(100, 30)
        cast.marker("here")
        cast.close()
        cast.output("too late")
        found = read_cast(tmp_path / f"{version}.cast")
        assert found.size == (80, 24)
        events = [Event(0.0, "o", 'ü\x1b[1m"⠿\n'), Event(1.5, "r", "100x30"), Event(1.5, "m", "here")]
        assert list(found.events) == events


@pytest.mark.parametrize("version", [2, 3])
@settings(max_examples=50, deadline=None)
@given(pieces=st.lists(st.tuples(st.floats(0, 1e4), st.text(st.characters(codec="utf-8"), min_size=1)), max_size=30))
def test_what_is_written_reads_back_with_its_times(tmp_path_factory, version, pieces):
    path = tmp_path_factory.mktemp("casts") / "a.cast"
    write(path, pieces, version=version)
    events = read_cast(path).events
    assert [event.data for event in events] == [text for _, text in pieces]
    elapsed = 0.0
    for event, (pause, _) in zip(events, pieces, strict=True):
        elapsed += pause
        assert event.time == pytest.approx(elapsed, abs=2e-6)


def test_intervals_do_not_add_up_to_another_time(tmp_path):
    pause = 1.4e-6  # rounds to 1 microsecond each, and to 14 for ten of them
    write(tmp_path / "a.cast", [(pause, "x")] * 1000, version=3)
    assert read_cast(tmp_path / "a.cast").events[-1].time == pytest.approx(1.4e-3, abs=1e-6)


def test_times_do_not_go_back_with_the_clock(tmp_path):
    write(tmp_path / "a.cast", [(1, "a"), (-5, "b"), (6, "c")])
    assert [event.time for event in read_cast(tmp_path / "a.cast").events] == [1.0, 1.0, 2.0]


def test_long_pauses_are_shortened(tmp_path):
    write(tmp_path / "a.cast", [(1, "a"), (3600, "b"), (0.5, "c")], idle_limit=2)
    assert [event.time for event in read_cast(tmp_path / "a.cast").events] == [1.0, 3.0, 3.5]


def test_a_file_is_not_overwritten_unless_forced(tmp_path):
    path = tmp_path / "a.cast"
    path.write_text("precious")
    with pytest.raises(CastError, match=r"a\.cast is there already; give another name, or --force to overwrite it$"):
        CastWriter(path, 80, 24)
    assert path.read_text() == "precious"
    CastWriter(path, 80, 24, force=True).close()
    assert read_cast(path).events == ()


@pytest.mark.parametrize("name", ["no/such/folder/a.cast", ".", "nul\0l"])
def test_a_name_that_cannot_be_written_is_one_line(tmp_path, name):
    with pytest.raises(CastError, match=r"^cannot write [^\n]+: [^\n]+$|is there already"):
        CastWriter(f"{tmp_path}/{name}", 80, 24)


def test_a_full_disk_is_told_and_what_was_written_stays_whole(tmp_path, monkeypatch):
    """The disk takes 5 bytes more, then none."""
    cast = CastWriter(tmp_path / "a.cast", 80, 24)
    cast.output("good")
    cast.keep()
    real, left = os.write, [5]

    def full(file, data):
        if not left[0]:
            raise OSError(28, "No space left on device")
        taken, left[0] = left[0], 0
        return real(file, data[:taken])

    monkeypatch.setattr(os, "write", full)
    cast.output("lost")
    cast.output("lost too")
    cast.close()
    assert cast.failure == "No space left on device"
    assert [event.data for event in read_cast(tmp_path / "a.cast").events] == ["good"]
    assert (tmp_path / "a.cast").read_bytes().endswith(b'"good"]\n')


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_disk_that_is_full_at_once_is_an_error_at_opening():
    with pytest.raises(CastError, match=r"^cannot write /dev/full: No space left on device$"):
        CastWriter("/dev/full", 80, 24, force=True)


@pytest.mark.parametrize("torn", [b'[2.0, "o", "\xc3', b'[2.0, "o"', b"[", b"   "])
def test_a_torn_last_line_is_passed_over(tmp_path, torn):
    write(tmp_path / "a.cast", [(1, "whole")])
    with open(tmp_path / "a.cast", "ab") as file:
        file.write(torn)
    assert read_cast(tmp_path / "a.cast").events == (Event(1.0, "o", "whole"),)


GOOD = '{"version": 2, "width": 80, "height": 24}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: this is no cast"),
        ("hello\n", ":1: this is no cast"),
        ("[1]\n", ":1: this is no cast"),
        ('{"version": 1, "width": 80}\n', ":1: a cast of version 1 is not known"),
        ('{"version": 2, "width": 80}\n', ":1: the header does not say how many columns and rows"),
        ('{"version": 2, "width": 0, "height": 3}\n', ":1: the header does not say how many"),
        ('{"version": 3, "term": null}\n', ":1: the header does not say how many"),
        (f'{GOOD}\nnonsense\n[1, "o", ""]\n', ':2: this is not an event such as [1.5, "o", "text"]'),
        (f'{GOOD}\n[NaN, "o", ""]\n[1, "o", ""]\n', ":2: this is not an event"),
        (f'{GOOD}\n[1, "o", 2]\n[1, "o", ""]\n', ":2: this is not an event"),
    ],
)
def test_what_is_no_cast_is_one_line_with_its_place(tmp_path, text, message):
    path = tmp_path / "bad.cast"
    path.write_text(text)
    with pytest.raises(CastError) as caught:
        read_cast(path)
    assert str(caught.value).startswith(f"{path}{message}")
    assert "\n" not in str(caught.value)


def test_a_missing_cast_is_one_line(tmp_path):
    with pytest.raises(CastError, match=r"^cannot read .*none\.cast: No such file or directory$"):
        read_cast(tmp_path / "none.cast")


def test_comments_and_unknown_events_of_version_3_are_read(tmp_path):
    path = tmp_path / "a.cast"
    path.write_text('{"version": 3, "term": {"cols": 9, "rows": 2}}\n# a word\n[1, "z", "?"]\n\n[1, "o", "a"]\n')
    assert read_cast(path).events == (Event(1.0, "z", "?"), Event(2.0, "o", "a"))


def test_asciinema_plays_it(tmp_path):
    pieces = [(0.1, "one \x1b[31mred\x1b[m\r\n"), (0.2, 'ü ⠿ ● "quoted" \\ \x00\r\n')]
    write(tmp_path / "a.cast", pieces, title="t", theme={"fg": "#ffffff", "bg": "#000000"}, idle_limit=1.0)
    command = [sys.executable, "-m", "asciinema", "cat", str(tmp_path / "a.cast")]
    done = subprocess.run(command, capture_output=True, timeout=30, env={**os.environ, "LANG": "C.UTF-8"})
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == "".join(text for _, text in pieces)


def test_after_a_kill_at_any_moment_the_cast_plays(tmp_path):
    """A process that writes without end is killed."""
    code = f"""
import itertools
from gdtui.recording.cast import CastWriter
cast = CastWriter({str(tmp_path / "a.cast")!r}, 80, 24)
for number in itertools.count():
    cast.output(f"line {{number}}")
    if number == 100:
        print("now", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert isinstance(process.stdout, io.BufferedReader)
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGKILL)
    events = read_cast(tmp_path / "a.cast").events
    assert len(events) > 100
    assert [event.data for event in events] == [f"line {number}" for number in range(len(events))]


def test_only_the_standard_library_is_loaded():
    code = "import sys, gdtui.recording.cast; print([m for m in sys.modules if m.split('.')[0] in "
    code += "('pyte', 'textual', 'rich', 'numpy', 'wcwidth')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "[]\n"
