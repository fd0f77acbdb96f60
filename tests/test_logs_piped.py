"""Standard input, and what is printed of logs where there is no screen."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gdtui import plain_logs
from gdtui.logs.pipe import ROOM, Pipe
from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from gdtui.logs.standard_input import BESIDE
from gdtui.session.logged import state_line
from tests.command import gdtui
from tests.logs import RECORDED, places, read, said, values
from tests.piping import Piped, pipe, piped_in, text_of, until


@pytest.fixture
def piped() -> Iterator[Piped]:
    with pipe() as found:
        yield found


def test_text_from_a_pipe_is_read_as_it_comes_and_ends_with_it(piped: Piped) -> None:
    run, write, close = piped
    run.poll()
    assert run.state == "waiting"
    write(b"loading\n\x1b[31mstep=0\x1b[0m loss=1.5\nstep=1 lo")
    until(run, lambda: bool(run.metrics))
    assert (values(run, "loss"), text_of(run)) == ([1.5], ["loading", "step=0 loss=1.5"])
    assert run.state == "following"
    write(b"ss=0.5\n")
    until(run, lambda: len(run.metrics["loss"]) == 2)
    write(b"step=2 loss=0.25")  # with no end
    close()
    until(run, lambda: run.is_over)
    assert (values(run, "loss"), run.state) == ([1.5, 0.5, 0.25], "ended")


@pytest.mark.parametrize(
    "file", [RECORDED / "lightning_fit" / "metrics.csv", RECORDED / "print_loop" / "metrics.jsonl"]
)
def test_tables_and_json_are_known_in_a_pipe_too(piped: Piped, file: Path) -> None:
    run, write, close = piped
    for line in file.read_bytes().splitlines(keepends=True):
        write(line)
        run.poll()
    close()
    until(run, lambda: run.is_over)
    known = LogRun(str(file))
    known.poll()
    assert {name: values(run, name) for name in run.metrics} == {name: values(known, name) for name in known.metrics}
    assert text_of(run) == [line for line in file.read_text().splitlines() if line.isprintable()]


def test_where_nothing_comes_it_is_told_how_standard_error_does(
    piped: Piped,
) -> None:
    run, write, close = piped
    run.poll()
    assert state_line(run).text == f"waiting: nothing has come on standard input yet; {BESIDE}"
    write(b"hello\n")
    until(run, lambda: bool(text_of(run)))
    assert state_line(run).text == f"waiting: no metric has come on standard input yet; {BESIDE}"
    close()
    until(run, lambda: run.is_over)
    assert state_line(run).text == f"ended: no metric has come on standard input; {BESIDE}"
    done = piped_in(b"hello\n", "-")
    assert (done.returncode, done.stderr.decode()) == (2, f"gdtui: -: tells no metric; {BESIDE}\n")


def test_a_bar_is_seen_before_its_line_ends(piped: Piped) -> None:
    run, write, close = piped
    write((RECORDED / "tqdm_loop" / "stdout.txt").read_bytes().split(b"\n")[0])
    until(run, lambda: len(run.metrics.get("loss", ())) > 30)
    close()


def test_more_text_than_is_kept_is_counted(piped: Piped) -> None:
    run, write, close = piped
    write(b"".join(b"line %d\n" % number for number in range(1000)))
    close()
    until(run, lambda: run.is_over)
    lines = text_of(run)
    assert lines[-1] == "line 999"
    assert lines[0] == f"({1000 - len(lines) + 1:,} lines are left out here)"


def test_a_pipe_is_drained_though_nobody_looks_and_what_is_dropped_is_counted(tmp_path: Path) -> None:
    source, end = os.pipe()
    with open(tmp_path / "copy", "wb", buffering=0) as copy:
        pipe = Pipe(source, copy)
        for _ in range(ROOM // 2**20 + 2):
            os.write(end, b"x" * 2**20)  # which waits where nobody reads
        os.close(end)
        pipe._thread.join()
    assert len(pipe.take()) + pipe.dropped == ROOM + 2 * 2**20 == (tmp_path / "copy").stat().st_size
    assert pipe.dropped >= 2 * 2**20
    os.close(source)


def test_what_is_piped_in_is_printed_and_copied_byte_for_byte(tmp_path: Path) -> None:
    data = b"\xff\x1b hello\nepoch 1 loss 0.5 val_loss 0.6\nepoch 2 loss 0.25 val_loss 0.7\n\nno end"
    copy = tmp_path / "train.log"
    done = piped_in(data, "-", "--tee", str(copy))
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, done.stderr) == (0, b"")
    assert [lines.pop(0), lines.pop(0)] == ["�� hello", "no end"]
    assert lines[:2] == ["epoch 1: loss 0.5, val_loss 0.6", "epoch 2: loss 0.25, val_loss 0.7"]
    assert lines[3].split() == ["standard", "input", "loss", "0.25", "0.25", "epoch", "2", "2"]
    assert lines[4].split() == ["val_loss", "0.7", "0.6", "epoch", "1", "2"]
    assert lines[-1] == "[INFO] verdict: too few records to tell"
    assert copy.read_bytes() == data
    beside = piped_in(data, "-", str(copy)).stdout.decode().splitlines()
    assert [line for line in beside if line.startswith("epoch 1:")] == [
        "epoch 1: loss 0.5, val_loss 0.6 (standard input)",
        "epoch 1: loss 0.5, val_loss 0.6 (train)",
    ]
    again = piped_in(data, "-", "--tee", str(copy))
    assert (again.returncode, again.stdout) == (2, b"")
    assert b"is there already" in again.stderr
    assert piped_in(b"loss=1\nloss=2\n", "-", "--tee", str(copy), "--force").returncode == 0
    assert copy.read_bytes() == b"loss=1\nloss=2\n"
    refused = gdtui("watch", str(copy), "--tee", "x")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_copy_that_cannot_be_written_is_told_and_the_rest_goes_on() -> None:
    done = piped_in(b"loss=1\nloss=2\n" * 9999, "-", "--tee", "/dev/full", "--force")
    assert done.returncode == 2
    assert done.stderr == b"gdtui: /dev/full: cannot be written on: No space left on device\n"
    assert b"19,998" in done.stdout


def test_gaps_stray_lines_and_verdicts_are_told_of_each_run(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "step,loss,val_loss\n" + "".join(f"{k},{1 / k},{k / 9}\n" for k in range(1, 60)) + "oops\n"
    )
    (tmp_path / "b.jsonl").write_text('{"epoch": 0, "loss": 1}\n{"epoch": 1, "loss": NaN}\n')
    done = gdtui("watch", "a.csv", "b.jsonl", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0] == "step 1: loss 1, val_loss 0.111111 (a)"
    assert lines[59:61] == ["epoch 0: loss 1 (b)", "epoch 1: loss nan (b)"]
    assert "[INFO] a: 1 record was passed over; the first: line 61 has 1 field where the header has 3" in lines
    assert "[INFO] b: 1 value is no number" in lines
    assert "[INFO] read as CSV with a header, by step: a" in lines
    assert lines[-2].startswith("[INFO] verdict on a: overfitting since step")
    assert lines[-1].startswith("[INFO] verdict on b: ")
    chosen = gdtui("watch", "a.csv", "--x", "val_loss", "--y", "lo*", "--every", "20", cwd=tmp_path).stdout.splitlines()
    assert [line.split(":")[0] for line in chosen[:4]] == [
        "step 0.111111",
        "step 2.22222",
        "step 4.44444",
        "step 6.55556",
    ]
    assert all("val_loss" not in line for line in chosen)
    for along, first in (("epoch", "epoch 0: loss 1"), ("record", "record 1: loss 1"), ("step", "epoch 0: loss 1")):
        assert gdtui("watch", "b.jsonl", "--x", along, cwd=tmp_path).stdout.splitlines()[0] == first
    told = gdtui("watch", "b.jsonl", "--x", "batch", cwd=tmp_path).stdout
    assert "[INFO] b: has no 'batch' that could count the training; it has epoch, loss" in told.splitlines()
    missing = gdtui("watch", "b.jsonl", "--y", "acc*", cwd=tmp_path)
    assert (missing.returncode, missing.stderr) == (2, "gdtui: b: has no metric 'acc*'; it has epoch, loss\n")


def test_a_file_that_is_followed_may_come_later_and_be_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "train.csv"
    writes = iter(["step,loss\n", "step,loss\n0,1\n", "step,loss\n0,1\n1,0.5\n", "step,loss,acc\n0,2,0.5\n1,1,0.75\n"])

    def sleep(_: float) -> None:
        try:
            path.write_text(next(writes))
        except StopIteration:
            raise KeyboardInterrupt from None

    with pytest.raises(KeyboardInterrupt):
        plain_logs.watch([str(path)], follow=True, sleep=sleep)
    out, err = capsys.readouterr()
    assert out.splitlines()[:4] == [
        "step 0: loss 1",
        "step 1: loss 0.5",
        "step 0: loss 2, acc 0.5",
        "step 1: loss 1, acc 0.75",
    ]
    assert out.splitlines()[4].split() == ["run", "metric", "last", "best", "at", "values"]
    assert err == f"gdtui: {path}: is not there yet; what comes there is taken in\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\0\1", "is no log that gdtui understands"),
        (b"hello\n", "tells no metric; it was read as text"),
        (b'{"note": "x"}\n', "tells no metric; it was read as JSON lines: line 1 has no number"),
        (b"epoch;loss\n1;0,5\n", "tells no metric"),
    ],
)
def test_a_log_that_says_nothing_is_one_line_and_exit_code_2(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / ("log.csv" if b";" in content else "log.jsonl")
    path.write_bytes(content)
    done = gdtui("watch", str(path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"gdtui: {path}: {told}")


def test_what_cannot_be_read_is_named_and_the_rest_is_printed(tmp_path: Path) -> None:
    good, bad, nowhere = (str(tmp_path / name) for name in ("good.jsonl", "model.pt", "nope.jsonl"))
    Path(good).write_text('{"epoch": 1, "loss": 0.5}\n')
    Path(bad).write_bytes(b"PK\0\1\2")
    for whats, told in (((bad, good), f"{bad}: is no log"), ((nowhere, good), f"{nowhere}: no such file")):
        done = piped_in(b"", "--plain", *whats)
        assert done.returncode == 2
        assert done.stdout.decode().startswith("epoch 1: loss 0.5")
        assert [line for line in done.stderr.decode().splitlines() if told in line]
        assert len(done.stderr.decode().splitlines()) == 1
    alone = piped_in(b"", "--plain", bad)
    assert (alone.returncode, alone.stdout) == (2, b"")


def test_own_run_files_stand_beside_other_logs(tmp_path: Path) -> None:
    own = Path(__file__).parent / "files" / "v3-race.jsonl"
    run = LogRun(str(own))
    run.poll()
    assert {*run.metrics} == {"loss", "test loss", "alpha"}
    assert said(run)["loss"][0][0] == 1
    (tmp_path / "train.log").write_text("epoch 1 loss 0.5\n")
    lines = gdtui("watch", str(own), str(tmp_path / "train.log")).stdout.splitlines()
    assert lines[0].startswith("epoch 1: loss 98.6")
    assert any(line.startswith("epoch 1: loss 0.5") for line in lines)


def test_there_is_a_best_where_it_is_known_what_is_better() -> None:
    form = "-- Epoch {0}\nNorm: {0}.5, NNZs: 4, Bias: 0.1, T: {0}00, Avg. loss: 0.{0}\n"
    lines = piped_in("".join(map(form.format, range(1, 6))).encode(), "-").stdout.decode().splitlines()
    best = {line.split()[0]: "–" not in line for line in lines if line.rstrip().endswith("  5")}
    assert best == {"standard": True, "Norm": False, "NNZs": False, "Bias": False, "T": False}


def test_lines_that_tell_an_epoch_alone_stand_at_the_step_that_they_came_after(tmp_path: Path) -> None:
    steps = [
        f"step {step} loss {1 / (1 + step)}\n" + f"epoch {step // 3}: val_loss 0.5\n" * (step % 3 == 2)
        for step in range(9)
    ]
    (tmp_path / "a.log").write_text("".join(steps))
    run = LogRun(str(tmp_path / "a.log"))
    run.poll()
    assert places(run, "val_loss", Along.STEP) == [2, 5, 8]
    assert places(run, "val_loss", Along.EPOCH) == [0, 1, 2]


PARTS = {
    "Train Epoch: {epoch} [{row}/600 (1%)]\tLoss: 0.5": "Loss",
    "Epoch [{epoch}/3], Step [{batch}/6], Loss: 0.5": "Loss",
    "Epoch: [{epoch}][ {batch}/6]\tTime  0.5 ( 0.6)\tLoss 5.0e-1 (0.6)": "Loss",
}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("form", PARTS)
def test_batches_of_an_epoch_stand_within_it(form: str, first: int, tmp_path: Path) -> None:
    batches = [(epoch, batch) for epoch in range(first, first + 3) for batch in range(1, 7)]
    lines = [form.format(epoch=epoch, batch=batch, row=100 * batch) for epoch, batch in batches]
    (tmp_path / "a.log").write_text("".join(f"{line}\n" for line in lines))
    run = read(tmp_path / "a.log")
    assert values(run, PARTS[form]) == [0.5] * 18
    assert places(run, PARTS[form], Along.EPOCH) == pytest.approx([*np.arange(1, 19) / 6])
    assert [*run.metrics] == [PARTS[form]]


@pytest.mark.parametrize(
    "summary", ["Done. best val_loss 0.5", "Best epoch: 2, val_loss 0.5", "best epoch 2 val_loss 0.5", "best_loss=0.5"]
)
def test_what_was_best_is_no_record_at_the_end(summary: str, tmp_path: Path) -> None:
    lines = [f"epoch {at} loss {1 / at:.2f} val_loss {2 / at:.2f}\n" for at in range(1, 6)]
    (tmp_path / "a.log").write_text("".join(lines) + summary + "\n")
    run = read(tmp_path / "a.log")
    assert [*run.metrics] == ["loss", "val_loss"]
    assert values(run, "val_loss") == [2.0, 1.0, 0.67, 0.5, 0.4]
    told = "".join(line + f"best val_loss {2 / at:.2f}\n" for at, line in enumerate(lines, 1))
    (tmp_path / "a.log").write_text(told)
    assert values(read(tmp_path / "a.log"), "best val_loss") == [2.0, 1.0, 0.67, 0.5, 0.4]


def test_rows_that_are_right_of_all_are_a_share(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("Test set: Average loss: 0.0500, Accuracy: 9800/10000 (98%)\n" * 2)
    assert values(read(tmp_path / "a.log"), "Accuracy") == [0.98, 0.98]
