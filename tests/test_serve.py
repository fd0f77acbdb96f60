"""What `gdtui serve` refuses before it serves anything, each in a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import gdtui


def refused(*arguments: str, cwd: Path) -> str:
    """The line in which it refuses these arguments."""
    done = gdtui("serve", *arguments, cwd=cwd)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture(autouse=True)
def serves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not refused would be served until somebody ends it."""

    def serve(place: object, what: str) -> int:
        raise AssertionError("it was not refused")

    monkeypatch.setattr("gdtui.web.server.serve", serve)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--", "--save", "run.jsonl"], "--save: nothing is saved for visitors"),
        (["--", "--record", "x.cast"], "--record: nothing is recorded"),
        (["--", "--plain"], "--plain: a browser gets no lines"),
        (["--", "--every", "5"], "--every: a browser gets no lines"),
        (["--", "--force"], "--force: nothing is written"),
        (["--", "--detach-on-hangup"], "--detach-on-hangup: a visitor's run ends with the visit"),
        (["--", "--data", "-"], "--data -: visitors' runs have no standard input"),
        (["--", "--data", "nowhere.csv"], "nowhere.csv: no such file"),
        (["--", "--alpha", "-1"], "--alpha"),
        (["--", "--theme", "pink"], "there is no theme 'pink'"),
        (["--", "run.jsonl"], "run.jsonl"),
        (["--", "learn"], "lesson"),
        (["--", "learn", "nothing"], "there is no lesson 'nothing'"),
        (["--", "learn", "bowl", "--record", "x.cast"], "--record: nothing is recorded"),
        (["--watch", "-"], "-: visitors have no standard input"),
        (["--watch", "run.jsonl", "--", "--tee", "x"], "--tee: nothing is written"),
        (["--watch", "run.jsonl", "--", "--record", "x.cast"], "--record: nothing is recorded"),
        (["--watch", "run.jsonl", "--", "--alpha", "0.1"], "--alpha"),
        (["--watch", "log.csv", "--", "--loss", "3"], "--loss tells when gdtui's run files reached it, and log.csv is"),
        (["--watch", "log.csv", "--", "--speed", "3"], "--speed is for a single run file"),
        (["--alpha", "0.1"], "what is for visitors' runs comes after --"),
        (["--port", "99999"], "a port, 0 to 65535"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(arguments: list[str], why: str, tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").touch()
    (tmp_path / "log.csv").write_text("step,loss\n1,2\n")
    assert why in refused(*arguments, cwd=tmp_path)


def test_what_is_not_there_yet_is_said_and_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("textual_serve")
    monkeypatch.setattr("gdtui.web.server.serve", lambda place, what: 0)
    (tmp_path / "there.jsonl").touch()
    done = gdtui("serve", "--watch", "there.jsonl", "nope.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "nope.jsonl: is not there yet; it is shown once it is\n"


def test_without_its_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    assert refused(cwd=tmp_path) == "gdtui: gdtui serve needs textual-serve: pip install 'gdtui[web]'\n"


WRITING = (
    "open('x', 'w')",
    "open('there', 'a')",
    "open('there', 'r+')",
    "os.open('x', os.O_CREAT)",
    "os.mkdir('x')",
    "os.remove('there')",
    "os.rename('there', 'x')",
    "os.symlink('there', 'x')",
    "os.truncate('there', 0)",
    "os.system('touch x')",
    "subprocess.run(['touch', 'x'])",
    "os.execv('/bin/touch', ['touch', 'x'])",
    "os.fork()",
    "tempfile.mkstemp(dir='.')",
    "pathlib.Path('x').write_text('x')",
    "socket.create_connection(('127.0.0.1', 9))",
    "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "socket.gethostbyname('127.0.0.1')",
    "sqlite3.connect('x')",
    "os.killpg(os.getpgid(0), 0)",
    *(["os.removexattr('there', 'user.x')"] if hasattr(os, "removexattr") else []),  # not on every system
    "signal.pthread_kill(threading.get_ident(), 0)",
    "syslog.syslog('x')",
)


def test_a_locked_process_writes_nothing_and_begins_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("as it was")
    refused = "except PermissionError as error:\n    assert error.errno == EPERM\n"
    script = (
        "import os, pathlib, signal, socket, sqlite3, subprocess, syslog, tempfile, threading\n",
        "from errno import EPERM\n",
        "from gdtui.guests import lock\nlock()\n",
        *(f"try:\n    {act}\n    print({act!r})\n{refused}" for act in WRITING),
        "sqlite3.connect('file:there?mode=ro', uri=True).close()\n",
        "assert open('there').read() == 'as it was'\nopen(os.devnull, 'w').close()\n",
    )
    command = [sys.executable, "-c", "".join(script)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
