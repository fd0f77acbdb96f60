"""Files that are made: nothing is overwritten unasked, and what is to be replaced stays until its successor stands."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gdtui import outputs
from gdtui.data.load import load
from gdtui.recording.cast import CastError, CastWriter
from gdtui.runs.export import export
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.settings import Settings
from tests.command import gdtui
from tests.terminal.harness import GDTUI, Terminal

THREE = ("--epochs", "3")
OLD = "dear\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file that is there already."""
    path = tmp_path / "old.cast"
    path.write_text(OLD)
    return path


def there(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


@pytest.fixture
def run_file(tmp_path: Path) -> str:
    path = str(tmp_path / "run.jsonl")
    run = Run(Settings(epochs=5), load("blobs"))
    writer = RunWriter(path, run)
    writer.take(run.advance(5))
    writer.close()
    return path


# Without --force


def test_a_link_that_points_nowhere_is_a_file_that_is_there(tmp_path: Path, run_file: str) -> None:
    link, target = tmp_path / "link.cast", tmp_path / "target"
    link.symlink_to(target)
    with pytest.raises(RunFileError, match="is there already"):
        RunWriter(str(link), Run(Settings(), load("blobs")))
    with pytest.raises(RunFileError, match="is there already"):
        export(run_file, "csv", str(link))
    with pytest.raises(CastError, match="is there already"):
        CastWriter(link, 80, 24)
    with pytest.raises(FileExistsError):
        outputs.put(link, b"new")
    assert not target.exists()


def test_what_was_not_kept_is_removed_but_not_what_another_has_put_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "new"
    outputs.Output(path).close()
    assert not path.exists()
    output = outputs.Output(path)
    path.unlink()
    path.write_text(OLD)
    output.close()
    assert path.read_text() == OLD


# With --force


def test_the_old_file_stays_until_the_new_one_is_kept_which_has_its_permissions(old: Path) -> None:
    old.chmod(0o640)
    output = outputs.Output(old, force=True)
    output.file.write(b"new")
    assert old.read_text() == OLD
    output.close()
    assert (old.read_text(), there(old)) == (OLD, ["old.cast"])
    output = outputs.Output(old, force=True)
    output.file.write(b"new")
    output.keep()
    output.file.write(b"er")
    output.close()
    assert (old.read_text(), there(old)) == ("newer", ["old.cast"])
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_stays_and_its_target_is_replaced(old: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "link"
    link.symlink_to(old)
    outputs.put(link, b"new", force=True)
    assert link.is_symlink()
    assert old.read_bytes() == b"new"
    assert there(link) == ["link"]
    link.unlink()
    link.symlink_to(tmp_path / "nowhere")
    outputs.put(link, b"new", force=True)
    assert link.is_symlink()
    assert (tmp_path / "nowhere").read_bytes() == b"new"


def test_a_fifo_is_written_to_and_never_removed(tmp_path: Path) -> None:
    fifo, read = tmp_path / "fifo", []
    os.mkfifo(fifo)
    for is_kept in (True, False):
        reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
        reader.start()
        output = outputs.Output(fifo, force=True)
        output.file.write(b"news")
        if is_kept:
            output.keep()
        output.close()
        reader.join()
        assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert read == [b"news", b"news"]


def test_a_write_that_fails_leaves_the_old_file(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        outputs.put(old, b"new", force=True)
    assert (old.read_text(), there(old)) == (OLD, ["old.cast"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written_is_not_replaced(old: Path) -> None:
    old.chmod(0o400)
    with pytest.raises(PermissionError):
        outputs.put(old, b"new", force=True)
    assert old.read_text() == OLD


@pytest.mark.parametrize("how", [(), ("--plain",)])
def test_data_that_is_not_there_costs_no_old_file(old: Path, how: tuple[str, ...]) -> None:
    """A mistyped --data: the old recording, and the old run, stay."""
    run = old.with_name("run.jsonl")
    run.write_text(OLD)
    record = () if how else ("--record", str(old))
    command = [*GDTUI, "--data", "none.csv", *record, "--save", str(run), "--force", *how]
    with Terminal(command, cwd=old.parent) as terminal:
        assert terminal.wait_exit() == 2
    assert (old.read_text(), run.read_text(), there(old)) == (OLD, OLD, ["old.cast", "run.jsonl"])


def test_a_recording_takes_the_old_ones_place_once_the_session_has_begun(old: Path) -> None:
    with Terminal([*GDTUI, *THREE, "--record", str(old), "--force"], cwd=old.parent) as terminal:
        terminal.wait_for("epochs done")
        assert old.read_text() != OLD
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert f"recorded in {old}" in terminal.emulator.text().replace("\n", "")
    assert there(old) == ["old.cast"]


def test_a_run_file_that_another_writes_is_not_replaced(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    run = Run(Settings(epochs=5), load("blobs"))
    writer = RunWriter(path, run)
    again = RunWriter(str(tmp_path / "other.jsonl"), run)
    again.close()
    again = RunWriter(str(tmp_path / "other.jsonl"), run, force=True)
    for name in (path, str(tmp_path / "other.jsonl")):
        with pytest.raises(RunFileError, match="is being written by another gdtui"):
            RunWriter(name, run, force=True)
    writer.take(run.advance(5))
    writer.close()
    again.close()
    assert RunFile(path).branch.epochs == [1, 2, 3, 4, 5]
    assert there(Path(path)) == ["other.jsonl", "run.jsonl"]


# Two of one name


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("--save", "x.cast", "--record", "./x.cast"), "./x.cast: two outputs cannot be one file; give another name"),
        (("--data", "a.csv", "--save", "a.csv", "--force"), "a.csv: is what is read; give another name to write to"),
        (("resume", "x.cast", "--record", "x.cast", "--force"), "x.cast: is what is read; give another name"),
        (("watch", "x.cast", "--record", "x.cast", "--force"), "x.cast: is what is read; give another name"),
        (("watch", "run.jsonl", "--record", "link.cast", "--force"), "link.cast: is what is read; give another name"),
        (("export", "run.jsonl", "-o", "run.jsonl", "--force"), "run.jsonl: is what is read; give another name"),
        (("tape", "t.tape", "-o", "a.cast", "-o", "a.cast"), "t.tape:1:1: a.cast: two outputs cannot be one file"),
        (("tape", "s.tape", "-o", "b.svg"), "s.tape:1:1: b.svg: two outputs cannot be one file"),
        (("tape", "s.svg", "-o", "s.svg", "--force"), "s.svg:1:1: s.svg: is what is read; give another name"),
    ],
)
def test_two_files_of_one_name_are_refused(command: tuple[str, ...], told: str, tmp_path: Path, run_file: str) -> None:
    (tmp_path / "a.csv").write_text("a,b,c\n1,2,x\n2,3,y\n")
    (tmp_path / "link.cast").symlink_to("run.jsonl")
    (tmp_path / "t.tape").write_text("Sleep 1\n")
    for name in ("s.tape", "s.svg"):
        (tmp_path / name).write_text("Screenshot b.svg\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    done = subprocess.run([*GDTUI, *command], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"gdtui: {told}")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_recording_that_fails_while_the_data_is_loading_leaves_the_old_one(old: Path) -> None:
    cast = CastWriter(old, 80, 24, force=True)
    os.dup2(os.open(os.devnull, os.O_RDONLY), cast._file.fileno())
    cast.output("lost")
    assert cast.failure
    cast.close()
    assert (old.read_text(), there(old)) == (OLD, ["old.cast"])


# Full disks


LITTLE = ["sh", "-c", 'ulimit -f 4; exec "$@"', "sh", *GDTUI]
"""gdtui where a file cannot be larger than some kilobytes, as on a disk that fills up."""


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_a_disk_that_fills_up_is_told_on_the_normal_screen(key: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Terminal([*LITTLE, "--save", str(path), "--epochs", "99", "--speed", "max"], cwd=tmp_path) as terminal:
        terminal.wait_for(lambda it: all(words in it.emulator.text() for words in ("epochs done", "not saved")))
        terminal.send(key)
        assert terminal.wait_exit() == (2 if key == "q" else 130)
        assert "run.jsonl: saving ended: File too large" in terminal.emulator.text().replace("\n", "")
        assert "saved in" not in terminal.emulator.text()
    assert RunFile(str(path)).branch.epochs


def test_a_disk_that_fills_up_is_told_in_plain(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    done = subprocess.run([*LITTLE, "--save", str(path), "--plain"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr == f"gdtui: {path}: saving ended: File too large; training goes on\n"
    assert "epoch #100," in done.stdout


def test_what_is_found_to_be_lost_at_the_end_is_told_in_plain_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = RunWriter.close

    def fails(self: RunWriter) -> None:
        close(self)
        self.failure = f"{self.path}: saving ended: No space left on device"

    monkeypatch.setattr(RunWriter, "close", fails)
    done = gdtui("--save", str(tmp_path / "run.jsonl"), "--epochs", "3")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "saving ended: No space left on device" in done.stderr


def test_a_recording_that_the_disk_did_not_take_is_told_on_the_normal_screen(tmp_path: Path) -> None:
    path = tmp_path / "film.cast"
    with Terminal([*LITTLE, "--record", str(path), "--speed", "max", *THREE], cwd=tmp_path) as terminal:
        terminal.wait_for("recording ended")
        terminal.send("q")
        assert terminal.wait_exit() == 2
        told = terminal.emulator.text().replace("\n", "")
        assert "film.cast: recording ended: File too large" in told
        assert "recorded in" not in told


# The disk itself


def test_what_is_written_is_soon_on_the_disk_itself_and_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is slow: it takes until the run is trained. Then all is sent, though no more is written."""
    path, synced, may_end = tmp_path / "run.jsonl", [], threading.Event()

    def slow(file: int) -> None:
        may_end.wait(60)
        synced.append(os.fstat(file).st_size)

    monkeypatch.setattr(outputs, "SYNC_AFTER", 0.001)
    monkeypatch.setattr(outputs.os, "fsync", slow)
    run = Run(Settings(epochs=500), load("blobs"))
    writer = RunWriter(str(path), run)
    while run.stop is None:
        writer.take(run.advance(10))
    assert synced == []
    may_end.set()
    deadline = time.monotonic() + 60
    while path.stat().st_size not in synced:
        assert time.monotonic() < deadline
    assert len(synced) < 10
    writer.close()


def test_what_is_closed_is_on_the_disk_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, synced = tmp_path / "run.jsonl", []
    monkeypatch.setattr(outputs, "SYNC_AFTER", 3600)
    monkeypatch.setattr(outputs.os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    run = Run(Settings(epochs=5), load("blobs"))
    writer = RunWriter(str(path), run)
    writer.take(run.advance(5))
    assert synced == []
    writer.close()
    assert synced == [path.stat().st_size]


def test_a_disk_that_says_late_that_it_took_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def full(_: int) -> None:
        asked.set()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "SYNC_AFTER", 0.001)
    monkeypatch.setattr(outputs.os, "fsync", full)
    run = Run(Settings(epochs=10**6), load("blobs"))
    writer = RunWriter(str(tmp_path / "run.jsonl"), run)
    assert asked.wait(60)
    while writer.failure is None and run.stop is None:
        writer.take(run.advance(1))
    assert "saving ended: No space left on device" in (writer.failure or "")
    writer.close()
    monkeypatch.setattr(outputs, "SYNC_AFTER", 3600)
    writer = RunWriter(str(tmp_path / "other.jsonl"), run)
    writer.close()
    assert "saving ended: No space left on device" in (writer.failure or "")


def test_a_writer_that_is_forgotten_leaves_its_file_to_others(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    RunWriter(path, Run(Settings(), load("blobs")))
    continued(path)[2].close()


# Standard streams that are closed


@pytest.mark.parametrize(("closed", "numbers"), [("<&-", [0]), ("2>&-", [2]), ("<&- 2>&-", [0, 2])])
def test_no_file_gets_the_number_of_a_closed_stream(closed: str, numbers: list[int], tmp_path: Path) -> None:
    """A hangup replaces those; and what is written to them would be in the file."""
    path = tmp_path / "run.jsonl"
    look = "import os, sys; from gdtui import cli; cli.main(sys.argv[2:])\n"
    look += "print(*(os.path.samestat(os.fstat(int(n)), os.stat(os.devnull)) for n in sys.argv[1]))"
    command = [sys.executable, "-c", look, "".join(map(str, numbers)), "--save", str(path), "--epochs", "2"]
    shell = ["sh", "-c", f'"$@" {closed}', "sh", *command]
    done = subprocess.run(shell, capture_output=True, text=True, timeout=60, stdin=subprocess.PIPE)
    assert done.stdout.splitlines()[-1].split() == ["True"] * len(numbers)
    assert RunFile(str(path)).branch.epochs == [1, 2]


def test_a_hangup_does_not_take_the_file_of_who_has_no_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    hangs_up = (
        "import os, signal, sys\n"
        "from gdtui import cli\n"
        "from gdtui.runs import writer\n"
        "take = writer.RunWriter.take\n"
        "def taken(self, event):\n"
        "    take(self, event)\n"
        "    signal.raise_signal(signal.SIGHUP) if getattr(event, 'first', 0) > 1 else None\n"
        "writer.RunWriter.take = taken\n"
        "cli.main(sys.argv[1:])\n"
    )
    command = [sys.executable, "-c", hangs_up, "--save", str(path), "--epochs", "30", "--speed", "200"]
    command += ["--plain", "--detach-on-hangup"]
    subprocess.run(["sh", "-c", '"$@" <&-', "sh", *command], capture_output=True, timeout=60)
    assert RunFile(str(path)).branch.epochs == [*range(1, 31)]


def test_closed_standard_output_is_still_told(tmp_path: Path) -> None:
    done = subprocess.run(["sh", "-c", f"'{sys.executable}' -m gdtui >&-"], stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "gdtui: cannot write the output: standard output is closed\n")
