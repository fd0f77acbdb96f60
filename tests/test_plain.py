"""The plain front end, mostly as a process with pipes. A CSV file is its data where that is enough: scikit-learn
takes a second to import."""

import io
import os
import re
import signal
import subprocess
import sys

import pytest

from gdtui import plain
from gdtui.data.load import load
from gdtui.learning.descent import Descent, State
from gdtui.learning.objective import objective_named
from gdtui.runs.run import Run
from gdtui.runs.samples import summary
from gdtui.runs.writer import RunWriter
from gdtui.settings import DataSettings, Display, Recipe, Settings
from tests import command
from tests.oracles import START, TickingKernel, article_losses, kernel_of

GDTUI = [sys.executable, "-m", "gdtui"]
HALVES = (0.5, 0.5, 0.5)
TOLD = b"gdtui: small.csv: 4 rows with 2 features; class 1 is q\n"
"""What is said of the file below."""


@pytest.fixture(scope="module")
def csv_path(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("plain") / "small.csv"
    path.write_text("a,b,y\n1,2,p\n2,3,q\n4,1,p\n6,7,q\n")
    return str(path)


def gdtui(*arguments, stdin=None, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*GDTUI, *arguments],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=60,
        env=os.environ | environment,
    )


class Time:
    """A clock that goes on only where somebody sleeps or computes, as `sleep` and the kernel of the run tell it."""

    def __init__(self, settings: Settings, seconds: float = 0.0) -> None:
        data = load(settings.data)
        self.kernel = TickingKernel(data.X, data.y, objective_named(settings.loss))
        self.seconds, self.slept = seconds, 0.0
        """What an evaluation takes; what was slept."""

    def clock(self) -> float:
        return self.slept + self.seconds * self.kernel.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept += seconds


def printed(settings: Settings, speed=None) -> tuple[int, list[str], float]:
    """Exit code and lines of a run for which computing takes no time, and what was slept."""
    out, time = io.StringIO(), Time(settings)
    code = plain.train(settings, Display(speed), out, clock=time.clock, sleep=time.sleep)
    return code, out.getvalue().splitlines(), time.slept


def articles_lines(alpha: float, epochs: int) -> list[str]:
    losses = enumerate(article_losses(alpha, epochs), 1)
    return ["[INFO] starting training...", *(f"[INFO] epoch #{epoch}, loss={loss:.7f}" for epoch, loss in losses)]


# In this process


@pytest.mark.parametrize("alpha", [0.1, 0.01, 0.001])
def test_the_lines_are_the_articles_to_every_digit(alpha):
    code, lines, _ = printed(Settings(init=HALVES, alpha=alpha))
    assert code == 0
    assert lines[1] == "[INFO] epoch #1, loss=123.4238915"
    assert lines[:101] == articles_lines(alpha, 100)


def test_a_speed_changes_the_pace_and_not_the_lines(csv_path):
    settings = Settings(DataSettings(csv_path), epochs=33)
    fast, slow = printed(settings), printed(settings, 50.0)
    assert slow[:2] == fast[:2]
    assert slow[2] == pytest.approx(33 / 50, rel=0.1)


def test_full_speed_never_sleeps(csv_path):
    assert printed(Settings(DataSettings(csv_path), epochs=2000))[2] == 0


@pytest.mark.parametrize("speed", [0.5, 3.0, 1000.0])
def test_one_epoch_takes_its_share_of_a_second(csv_path, speed):
    assert printed(Settings(DataSettings(csv_path), epochs=600), speed)[2] == pytest.approx(600 / speed, abs=0.1)


@pytest.mark.parametrize(("speed", "seconds"), [(1.0, 0.25), (0.5, 1.5), (1.0, 0.0), (20.0, 0.04), (0.01, 1.0)])
def test_the_time_that_computing_takes_is_part_of_an_epochs_share(csv_path, monkeypatch, speed, seconds):
    settings = Settings(DataSettings(csv_path), epochs=40)
    time = Time(settings, seconds)
    monkeypatch.setattr("gdtui.session.elsewhere.kernel_for", lambda *_: time.kernel)
    plain.train(settings, Display(speed), io.StringIO(), clock=time.clock, sleep=time.sleep)
    assert time.clock() == pytest.approx(40 / speed, abs=2 * seconds + 0.1)


class Pipe(io.StringIO):
    """What has been flushed has been read."""

    read_so_far = ""

    def flush(self):
        self.read_so_far = self.getvalue()


@pytest.mark.parametrize("speed", [1.0, 0.5, 200.0])
def test_whoever_sleeps_has_printed_every_epoch_before(csv_path, monkeypatch, speed):
    settings = Settings(DataSettings(csv_path), epochs=40)
    time, out, seen = Time(settings), Pipe(), []
    monkeypatch.setattr("gdtui.session.elsewhere.kernel_for", lambda *_: time.kernel)

    def sleep(seconds: float) -> None:
        assert out.read_so_far.count("epoch #") == time.kernel.now
        seen.append(time.kernel.now)
        time.sleep(seconds)

    plain.train(settings, Display(speed), out, clock=time.clock, sleep=sleep)
    assert len(set(seen)) > 1
    assert out.read_so_far == out.getvalue()


def test_epoch_lines_are_numbered_from_the_first_of_the_batch():
    descending = Descent(kernel_of(load()), State(START), Recipe(alpha=0.01), 100)
    descending.advance(2)
    assert [line.rstrip() for _, line in plain.epoch_lines(descending.advance(2))] == articles_lines(0.01, 4)[3:]


def numbers_in(lines: list[str]) -> list[int]:
    return [int(found[1]) for line in lines if (found := re.match(r"\[INFO\] epoch #(\d+), ", line))]


LADDER = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]


@pytest.mark.parametrize(
    ("epochs", "every", "wanted"),
    [
        (1000, None, list(range(1, 1001))),
        (1001, None, [*LADDER[:10], 1001]),
        (20_000, None, LADDER),
        (20_000, 1, list(range(1, 20_001))),
        (2050, 500, [1, 500, 1000, 1500, 2000, 2050]),
        (10, 3, [1, 3, 6, 9, 10]),
        (4, 100, [1, 4]),
    ],
)
def test_long_runs_are_printed_on_a_ladder_unless_each_nth_is_asked_for(
    csv_path, capsys, tmp_path, epochs, every, wanted
):
    path, asked = str(tmp_path / "run.jsonl"), [] if every is None else ["--every", str(every)]
    done = command.gdtui("--data", csv_path, "-e", str(epochs), "--save", path, *asked)
    assert numbers_in(done.stdout.splitlines()) == wanted
    seen = command.gdtui("watch", path, *asked)
    found = numbers_in(seen.stdout.splitlines())
    if epochs <= 10_000:  # of more, a file leaves some out
        assert found == wanted
    assert (found[0], found[-1]) == (1, epochs)


def test_a_resumed_run_begins_with_its_first_line_and_ends_with_its_last(csv_path, tmp_path):
    path = str(tmp_path / "run.jsonl")
    command.gdtui("--data", csv_path, "-e", "3", "--save", path)
    done = command.gdtui("resume", path, "-e", "1,234")
    assert numbers_in(done.stdout.splitlines()) == [4, *LADDER[2:10], 1234]


def test_a_file_that_grows_is_printed_on_the_ladder_too(csv_path, tmp_path, capsys):
    path = str(tmp_path / "run.jsonl")
    settings = Settings(DataSettings(csv_path), epochs=1500)
    run = Run(settings, load(settings.data))
    writer = RunWriter(path, run)

    def write_on(_: float) -> None:
        writer.take(run.advance(700))
        if run.stop is not None:
            writer.close()

    write_on(0)
    assert plain.watch(path, follow=True, sleep=write_on) == 0
    assert numbers_in(capsys.readouterr().out.splitlines()) == [*LADDER[:10], 1500]


# As a process


def test_a_pipe_gets_lines_samples_and_summary_and_not_one_escape_byte():
    done = gdtui("--init", "0.5,0.5,0.5", TERM="xterm-256color", FORCE_COLOR="1", CLICOLOR_FORCE="1")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout
    assert lines[:101] == articles_lines(0.01, 100)
    assert len(lines) == 101 + 10 + 5 + 1 + 1
    assert lines[-2].startswith("[INFO] verdict: ")
    sample = re.compile(r"activation=[01]\.\d{4}; predicted_label=[01], true_label=[01]")
    assert all(sample.fullmatch(line) for line in lines[101:111])
    summary = r"blobs: 100 epochs, alpha 0\.01, loss \d+\.\d{7}, accuracy \d+\.\d\d% \(all 100 epochs done\)"
    assert re.fullmatch(summary, lines[-1])


def test_the_end_tells_what_the_screen_shows(csv_path, tmp_path):
    """Confusion matrix, gradient, the boundary's weights, the data and the file; and where a saved run goes on."""
    path = str(tmp_path / "run.jsonl")
    first = command.gdtui("--data", csv_path, "-e", "3", "--alpha", "0.5", "--save", path).stdout.splitlines()
    run = Run(Settings(DataSettings(csv_path), epochs=3, alpha=0.5), load(DataSettings(csv_path)))
    run.advance(3)
    end = run.end()
    bias, a, b = end.weights
    zeros, false_ones, false_zeros, ones = end.confusion
    known = [
        f"true_label=0 (p): {zeros} predicted as 0, {false_ones} as 1",
        f"true_label=1 (q): {false_zeros} predicted as 0, {ones} as 1",
        f"gradient={end.gradient_norm:.7g}",
        f"weights: bias={bias:.7g}, a={a:.7g}, b={b:.7g}",
    ]
    rest = ["small.csv  ·  4 rows, 2 features, standardised  ·  seed 0", f"saved in {path}", summary(run, end)]
    rest.insert(2, "[INFO] verdict: too few epochs to tell")
    assert first[-8:] == [*known, *rest]
    assert command.gdtui("watch", path).stdout.splitlines()[3:] == [*known, *rest[2:]]
    resumed = command.gdtui("resume", path, "-e", "5", "--alpha", "2").stdout.splitlines()
    assert resumed[1] == "[INFO] going on after epoch 3 of 5, first run, α 2"


def test_who_watches_lines_is_told_of_alphas_and_of_branches(capsys):
    assert plain.watch("tests/files/v1-tree.jsonl", follow=False) == 0
    lines = capsys.readouterr().out.splitlines()
    place = lines.index("[INFO] alpha 0.05 from epoch 13")
    assert lines[place + 1].startswith("[INFO] epoch #13, ")
    assert lines[-2].startswith("[INFO] verdict: ")
    assert lines[-3].startswith("branch 1: blobs: 30 epochs, alpha 0.01 → 0.2, loss 1.2647867, accuracy 100.00% (all")


def test_the_same_arguments_print_the_same_bytes(csv_path):
    first = gdtui("--data", csv_path, "--seed", "7").stdout.decode()
    second, third = (command.gdtui("--data", csv_path, "--seed", seed).stdout for seed in "78")
    assert first == second != third


def test_standard_input_is_data(csv_path):
    with open(csv_path, "rb") as file:
        content = file.read()
    done = gdtui("--data", "-", "-e", "3", stdin=content)
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert lines[-1].startswith("standard input: 3 epochs")
    told = command.gdtui("--data", csv_path, "-e", "3").stdout.splitlines()
    assert (lines[:-3], lines[-2]) == (told[:-3], told[-2])


def test_divergence_is_exit_code_1_with_a_reason_and_no_traceback():
    done = gdtui("--alpha", "1e308", "--loss", "cross-entropy")
    assert done.returncode == 1
    assert done.stderr == b""
    assert done.stdout.decode().splitlines()[-1].endswith("alpha 1e+308 is too large)")


def test_a_refusal_is_exit_code_2_and_one_line():
    """As it leaves the real program; all the others are seen within this process, mostly in `test_cli.py`."""
    done = gdtui("--data", "-")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().startswith("gdtui: standard input: is empty")
    assert done.stderr.count(b"\n") == 1


def test_weights_that_do_not_fit_the_data_are_exit_code_2(csv_path):
    done = command.gdtui("--data", csv_path, "--init", "1,2")
    assert done.returncode == 2
    assert done.stderr == "gdtui: --init gives 2 weights, but the data needs 3 (the bias and 2 features)\n"


def start(*arguments, **options) -> subprocess.Popen:
    """A process that is left running. It is sure to heed ctrl+c: a shell may have told us to ignore it."""
    return subprocess.Popen(
        [*GDTUI, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )


@pytest.mark.parametrize("speed", ["max", "30"])
def test_ctrl_c_is_exit_code_130_and_quiet(csv_path, speed):
    with start("--data", csv_path, "-e", "1000000000", "--speed", speed) as process:
        try:
            assert process.stdout.readline() == b"[INFO] starting training...\n"
            assert process.stdout.readline().startswith(b"[INFO] epoch #1, ")
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert errors == TOLD
    assert b"\x1b" not in rest


# At a slow pace the last lines are still in a buffer, of which Python would complain at exit.
@pytest.mark.parametrize("speed", ["max", "100"])
def test_a_reader_that_goes_away_ends_it_quietly(csv_path, speed):
    with start("--data", csv_path, "-e", "1000000000", "--speed", speed) as process:
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            process.stdout.close()
            assert process.wait(timeout=30) == 141
        finally:
            process.kill()
        assert process.stderr.read() == TOLD
    assert lines[2].startswith(b"[INFO] epoch #2, ")


def test_head_sees_three_lines_and_no_complaint(csv_path):
    line = f"'{sys.executable}' -m gdtui --data '{csv_path}' -e 300000 | head -3"
    done = subprocess.run(["sh", "-c", line], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0
    assert done.stderr == TOLD
    assert done.stdout.count(b"\n") == 3


def test_a_full_disk_is_one_line_and_not_the_exit_code_of_divergence(csv_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*GDTUI, "--data", csv_path], stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert b"Traceback" not in done.stderr
    assert done.returncode not in (0, 1)


def test_a_closed_standard_input_is_one_line():
    done = subprocess.run(["sh", "-c", f"'{sys.executable}' -m gdtui --data - <&-"], capture_output=True, timeout=60)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 2
