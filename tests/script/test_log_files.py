"""The files that `gdtui.log` writes: which, whatever becomes of the script, and where they cannot be written."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import textwrap
import threading

import pytest

from gdtui import log
from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from tests.script.reading import lines_of, marks_of, read, records_of, script


def test_a_file_of_another_run_is_not_touched(tmp_path, capsys):
    path = tmp_path / "run.jsonl"
    for loss in (1, 2, 3):
        log(path)(loss=loss)
    assert records_of(path) == [{"loss": 1}]
    assert records_of(tmp_path / "run-2.jsonl") == [{"loss": 2}]
    assert records_of(tmp_path / "run-3.jsonl") == [{"loss": 3}]
    assert "run-2.jsonl" in capsys.readouterr().err


def test_an_empty_file_is_nobodys(tmp_path):
    path = tmp_path / "run.jsonl"
    path.touch()
    log(path)(loss=1)
    assert records_of(path) == [{"loss": 1}]


def test_a_run_that_is_resumed_goes_on_in_its_file(tmp_path):
    path = tmp_path / "run.jsonl"
    with log(path) as run:
        for epoch in (1, 2, 3):
            run(epoch=epoch, loss=epoch)
    path.write_bytes(path.read_bytes() + b'{"epoch":4,"lo')  # and was killed
    run = log(path, resume=True)
    run(epoch=2, loss=20)
    found = read(path)
    assert found.metrics["loss"].values.tolist() == [1, 20]
    assert found.state == "following"
    assert found.reader.skipped == 1
    assert [told.text.split(":")[0] for told in found.reader.told] == ["ended", "resumed"]


def test_a_missing_folder_is_made(tmp_path):
    path = tmp_path / "logs" / "of" / "run.jsonl"
    log(path)(loss=1)
    assert records_of(path) == [{"loss": 1}]


@pytest.mark.parametrize(
    "path", ["/proc/nowhere/run.jsonl", "\0", "", 3, b"/proc/x", "/dev/full", "{}/file/run.jsonl", "{}"]
)
def test_where_nothing_can_be_written_it_is_told_once(tmp_path, capsys, path):
    if isinstance(path, str):
        (tmp_path / "file").touch()
        path = path.replace("{}", str(tmp_path))
    run = log(path, alpha=0.5)
    for epoch in range(3):
        run(epoch=epoch, loss=1)
    assert run.alpha == 0.5
    run.close()
    assert capsys.readouterr().err.count("\n") == 1


def test_where_nobody_hears_it_either_nothing_is_raised(tmp_path, monkeypatch):
    for stream in (None, open(os.devnull, "w")):  # noqa: SIM115
        if stream is not None:
            stream.close()
        monkeypatch.setattr(sys, "stderr", stream)
        run = log("/proc/nowhere")
        run(loss=1)
        run.close()


def test_none_is_a_log_that_is_nowhere(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with log(None, alpha=0.5) as run:
        run(loss=1)
        run.wait()
    assert run.alpha == 0.5
    assert not [*tmp_path.iterdir()]
    assert capsys.readouterr().err == ""


def test_after_the_end_nothing_is_written(tmp_path, capsys):
    path = tmp_path / "run.jsonl"
    run = log(path)
    run.close()
    run.close()
    run(loss=1)
    run(loss=2)
    assert [line["gdtui"] for line in lines_of(path)] == ["log", "ended"]
    assert capsys.readouterr().err.count("\n") == 1


def test_the_end_tells_why(tmp_path):
    path = tmp_path / "run.jsonl"
    with pytest.raises(ZeroDivisionError), log(path) as run:
        run(loss=1 / 0)
    assert marks_of(path, "ended")[0]["why"] == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "the script has ended"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import sys; sys.exit(3)", "the script has ended"),
        ("run = 3", "the script has ended"),
        ("import sys; sys.ps1 = '>>> '; 1 / 0", "the script has ended"),
    ],
)
def test_a_script_that_ends_says_so(tmp_path, code, why):
    path = tmp_path / "run.jsonl"
    script(f"import sys\nfrom gdtui import log\nrun = log(sys.argv[1])\nrun(loss=1)\n{code}", path)
    assert [mark["why"] for mark in marks_of(path, "ended")] == [why]


def test_a_killed_script_leaves_all_lines_but_the_last_whole_and_does_not_say_that_it_ended(tmp_path):
    path = tmp_path / "run.jsonl"
    code = """
        import itertools, sys
        from gdtui import log
        run = log(sys.argv[1])
        for epoch in itertools.count(1):
            run(epoch=epoch, loss=1)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), str(path)]) as process:
        while not path.exists() or path.stat().st_size < 10_000:
            assert process.poll() is None
        process.kill()
    now = [0.0]
    run = LogRun(str(path), clock=lambda: now[0])
    run.poll()
    epochs = run.metrics["loss"].at(Along.EPOCH)
    assert epochs.tolist() == [*range(1, path.read_bytes().count(b"\n"))]
    assert run.reader.skipped == 0
    assert run.state == "following"
    now[0] = 1000.0
    assert run.state == "stalled"


def test_threads_do_not_break_each_others_lines(tmp_path):
    path = tmp_path / "run.jsonl"
    run = log(path)
    threads = [
        threading.Thread(target=lambda n=n: [run(n=n, i=i, text="x" * 500) for i in range(300)]) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(records_of(path)) == 2400
    assert {(one["n"], one["i"]) for one in records_of(path)} == {(n, i) for n in range(8) for i in range(300)}


def test_two_writers_do_not_break_each_others_lines(tmp_path):
    path = tmp_path / "run.jsonl"
    code = """
        import sys
        from gdtui import log
        run = log(sys.argv[1], resume=True)
        for n in range(2000):
            run(n=n, by=sys.argv[2])
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(path)]
    writers = [subprocess.Popen([*command, name]) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(records_of(path)) == 4000


def test_a_forked_process_writes_whole_lines_and_not_the_end(tmp_path):
    path = tmp_path / "run.jsonl"
    code = """
        import os, sys
        from gdtui import log
        run = log(sys.argv[1])
        child = os.fork()
        for n in range(500):
            run(n=n, who="child" if child == 0 else "parent")
        if child == 0:
            sys.exit()
        os.waitpid(child, 0)
        run(n=500, who="parent")
    """
    assert script(code, path).returncode == 0
    assert len(records_of(path)) == 1001
    assert len(marks_of(path, "ended")) == 1
    assert lines_of(path)[-1]["gdtui"] == "ended"


def test_copies_are_the_same_log_and_pickled_ones_are_nowhere(tmp_path):
    run = log(tmp_path / "run.jsonl")
    assert copy.copy(run) is copy.deepcopy(run) is run
    pickle.loads(pickle.dumps(run))(loss=1)
    assert records_of(tmp_path / "run.jsonl") == []


def test_a_disk_that_is_full_for_a_while_leaves_one_broken_line(tmp_path, monkeypatch, capsys):
    path, write = tmp_path / "run.jsonl", os.write
    run = log(path)
    run(epoch=1)
    is_full = False

    def some_of_it(fd: int, line: bytes) -> int:
        nonlocal is_full
        if is_full:
            raise OSError(28, "No space left on device")
        is_full = True
        return write(fd, line[:5])

    monkeypatch.setattr(os, "write", some_of_it)
    run(epoch=2)
    run(epoch=3)
    monkeypatch.undo()
    run(epoch=4)
    found = read(path)
    assert found.reader.skipped == 1
    run(epoch=5, loss=1)
    found.poll()
    assert found.metrics["loss"].values.tolist() == [1]
    assert capsys.readouterr().err.count("No space left on device") == 1


def test_many_calls_are_all_there(tmp_path):
    path = tmp_path / "run.jsonl"
    run = log(path)
    for epoch in range(100_000):
        run(epoch=epoch, loss=0.5)
    run.close()
    assert len(read(path).metrics["loss"]) == 100_000
