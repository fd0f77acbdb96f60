"""The rows kept for testing, as lines: training, watching, resuming, comparing, and the report in the end."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gdtui import plain
from gdtui.data.load import load
from gdtui.report import print_report, standings_table
from gdtui.runs.compare import Entrant
from gdtui.runs.run import Run
from gdtui.runs.samples import sampled_rows, samples
from gdtui.runs.verdict import WHOLE, verdict
from gdtui.runs.writer import RunWriter
from gdtui.session import opening
from gdtui.settings import DataSettings, Display, Settings
from tests.command import gdtui

TESTED = Settings(data=DataSettings("blobs", noise=3.0, test_size=0.25), epochs=6, init=(0.5, 0.5, 0.5))


@pytest.fixture
def trained() -> Run:
    run = Run(TESTED, load(TESTED.data))
    run.advance(6)
    return run


def wanted(run: Run) -> list[str]:
    """What is told of its end, in order."""
    end = run.end()
    (a, b, c, d), (e, f, g, h) = end.confusion, end.test_confusion
    return [
        f"true_label=0: {a} predicted as 0, {b} as 1",
        f"true_label=1: {c} predicted as 0, {d} as 1",
        f"test true_label=0: {e} predicted as 0, {f} as 1",
        f"test true_label=1: {g} predicted as 0, {h} as 1",
    ]


LAST = "test: 62 rows that nothing is learnt from, measured at each epoch; test_loss is the sum as of 188 rows"


def test_training_prints_both_losses_and_what_became_of_both_kinds_of_rows(trained, capsys, tmp_path):
    assert plain.train(TESTED, save=str(tmp_path / "run.jsonl")) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    losses = zip(trained.history.losses, trained.history.tested.values, strict=True)
    told = [f"[INFO] epoch #{at}, loss={one:.7f}, test_loss={two:.7f}" for at, (one, two) in enumerate(losses, 1)]
    assert lines[:6] == told
    assert [line.endswith(" (test row)") for line in lines[6:16]] == [True] * 2 + [False] * 8
    assert lines[16:20] == wanted(trained)
    assert lines[22] == LAST
    end = trained.end()
    assert (
        f"accuracy {end.accuracy:.2%}, test loss {end.test_loss:.7f}, test accuracy {end.test_accuracy:.2%} ("
        in (lines[-1])
    )
    assert plain.watch(str(tmp_path / "run.jsonl"), follow=False) == 0
    watched = capsys.readouterr().out.splitlines()
    assert watched[:10] == told + wanted(trained)
    assert watched[-3:] == [LAST, *lines[-2:]]


def test_without_a_test_set_the_lines_are_the_articles(capsys):
    plain.train(Settings(epochs=3))
    assert "test" not in capsys.readouterr().out


def test_a_mean_needs_no_word_of_how_it_is_summed(capsys):
    plain.train(Settings(data=DataSettings("blobs", test_size=0.5), epochs=2, loss="cross-entropy"))
    assert "test: 124 rows that nothing is learnt from, measured at each epoch\n" in capsys.readouterr().out


def test_what_is_gone_on_with_has_the_lines_of_what_nothing_interrupts(trained, capsys, tmp_path):
    path, run = str(tmp_path / "run.jsonl"), Run(TESTED, load(TESTED.data))
    writer = RunWriter(path, run)
    writer.take(run.advance(4))
    writer.close()
    assert plain.resume(path, None, None, Display()) == 0
    lines = capsys.readouterr().out.splitlines()
    tested = trained.history.tested.values
    assert lines[2].endswith(f", test_loss={tested[4]:.7f}")
    log = [entry.text for entry in opening.watch(path, Display()).snapshot().log]
    assert [line.split("test_loss=")[1] for line in log if "#" in line] == [f"{one:.7f}" for one in tested]
    assert verdict(path)[0] == WHOLE


def test_data_that_is_gone_is_told_of_as_it_was(trained, capsys, tmp_path):
    rows = [f"{a!r},{b!r},{int(y)}" for (_, a, b), y in zip(trained.data.X.tolist(), trained.data.y, strict=True)]
    (tmp_path / "points.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    path = str(tmp_path / "run.jsonl")
    asked = Settings(data=DataSettings(str(tmp_path / "points.csv"), test_size=0.5), epochs=6)
    plain.train(asked, save=path)
    there, told = opening.watch(path, Display()).snapshot(), capsys.readouterr().out.splitlines()
    (tmp_path / "points.csv").unlink()
    gone = opening.watch(path, Display()).snapshot()
    assert gone.missing
    assert gone.title == there.title
    assert gone.shown == there.shown
    assert Entrant(path).test_accuracy == there.shown.test_accuracy
    plain.watch(path, follow=False)
    assert capsys.readouterr().out.splitlines()[-1] == told[-1]


def test_the_report_has_a_matrix_for_each_kind_of_rows(trained):
    out = io.StringIO()
    print_report(trained, Console(file=out, width=200))
    text = out.getvalue()
    assert "Sampled activations, ○ kept for testing" in text
    assert text.count("○ ") == 1 + 2
    assert text.index("trained on") < text.index("tested on")
    assert f"test accuracy {trained.end().test_accuracy:.2%}" in text


def test_runs_that_were_tested_are_compared_by_that_too(trained, tmp_path):
    paths = [str(tmp_path / "tested.jsonl"), str(tmp_path / "plain.jsonl")]
    for path, run in zip(paths, (trained, Run(Settings(epochs=6), load("blobs"))), strict=True):
        RunWriter(path, run).close()
    out = io.StringIO()
    Console(file=out, width=200).print(standings_table([Entrant(path) for path in paths], None))
    head, first, second, *_ = out.getvalue().splitlines()
    assert "test accuracy" in head
    assert "test loss" in head
    assert f"{trained.end().test_accuracy:.2%}" in first
    assert f"{trained.end().test_loss:.7g}" in first
    assert "%" not in second
    out = io.StringIO()
    Console(file=out, width=200).print(standings_table([Entrant(paths[1])], None))
    assert "test" not in out.getvalue()


@pytest.mark.parametrize(("size", "counts"), [(0, (0, 0)), (1, (0, 1)), (10, (8, 2)), (1000, (188, 62))])
def test_samples_are_of_both_kinds_in_their_shares(trained, size, counts):
    run = Run(Settings(data=TESTED.data, sample_size=size), trained.data)
    assert (len(sampled_rows(run)), len(sampled_rows(run, are_tests=True))) == counts
    for sample in samples(run, trained.weights):
        data = run.data.test if sample.is_test else run.data
        assert sample.features == tuple(data.features[sample.index])
        assert sample.true == data.y[sample.index]


@pytest.mark.parametrize("share", ["1", "-0.1", "1.5", "nan", "a"])
def test_a_share_that_is_none_is_refused(share):
    done = gdtui("--plain", "--test-size", share)
    assert done.returncode == 2
    assert f"argument --test-size: {share!r} is not a number of at least 0 and below 1" in done.stderr


def test_a_class_of_one_row_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("a,y\n1,0\n2,0\n3,1\n")
    done = gdtui("--plain", "--data", str(path), "--test-size", "0.25")
    assert (done.returncode, done.stdout) == (2, "")
    why = "class 1 has one row, and none can be kept for testing"
    assert done.stderr == f"gdtui: one.csv: {why}; leave out --test-size, or take more rows\n"
