"""Trainings that an error has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtui import log
from gdtui.session.line import Mood
from gdtui.session.logged import line_of, losses_of
from tests.logs import read
from tests.piping import pipe, piped_in, text_of, until

BOOM = (
    b'Traceback (most recent call last):\n  File "a.py", line 5, in <module>\n    raise RuntimeError("boom")\n'
    b"    ~~~~^^^^\nRuntimeError: boom\n"
)


@pytest.mark.parametrize(
    ("behind", "failure"),
    [
        (b"", "RuntimeError: boom"),
        (b"epoch 3 loss 0.1\n" * 20, "RuntimeError: boom"),  # what Python had kept back
        (b"epoch 3 loss 0.1\n" * 1000, ""),  # it went on
        (b'Traceback (most recent call last):\n  File "a.py"\ntorch.cuda.OutOfMemoryError: of\n', "torch.cuda.OutOf"),
    ],
)
def test_a_traceback_at_the_end_is_a_crash(behind: bytes, failure: str) -> None:
    with pipe() as (run, write, close):
        write(b"epoch 1 loss 0.5\nepoch 2 loss 0.25\n" + BOOM + behind)
        close()
        until(run, lambda: run.is_over)
        assert run.failure.startswith(failure)
        assert bool(run.failure) == bool(failure)
        assert run.state == ("crashed" if failure else "ended")


def test_a_program_that_goes_on_after_a_traceback_has_not_crashed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pipe() as (run, write, close):
        write(b"epoch 1 loss 0.5\n" + BOOM)
        until(run, lambda: "RuntimeError: boom" in text_of(run))
        monkeypatch.setattr("gdtui.logs.standard_input.TEARDOWN", -1.0)
        close()
        until(run, lambda: run.is_over)
        assert run.state == "ended"


def test_a_crash_is_the_verdict_and_exit_code_1() -> None:
    lines = b"".join(b"epoch %d loss %f\n" % (at, 0.9**at) for at in range(30))
    done = piped_in(lines + BOOM, "-")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines()[-1] == "[INFO] verdict: crashed at epoch 29: RuntimeError: boom"


def script(path: Path, epochs: int, error: BaseException, resume: bool = False) -> None:
    with log(path, resume=resume) as run:
        for epoch in range(1, epochs + 1):
            run(epoch=epoch, loss=0.9**epoch)
        raise error


def test_a_crash_is_told_whatever_the_losses_tell(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with pytest.raises(ValueError, match="boom"):
        script(path, 40, ValueError("boom"))
    run = read(path)
    line = line_of(run, losses_of(run, len))
    assert (run.state, line.mood, line.text) == ("crashed", Mood.BAD, "crashed at epoch 40: ValueError: boom")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(0)])
def test_who_goes_on_with_a_crashed_run_and_ends_it_has_not_crashed(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with pytest.raises(ValueError, match="boom"):
        script(path, 1, ValueError("boom"))
    with pytest.raises(type(error)):
        script(path, 3, error, resume=True)
    assert read(path).state == "ended"
