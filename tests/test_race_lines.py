"""Races on the command line and in a pipe: what `--race` takes, and what is printed of those who race."""

from __future__ import annotations

import io
import re
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from gdtui import cli, plain
from gdtui.options import build_parser, settings_from
from gdtui.race_options import a_race, a_racer, racers_of
from gdtui.session import opening
from gdtui.session.commands import GoTo, Race
from gdtui.settings import Display, Recipe, Settings
from tests.oracles import START, article_losses
from tests.test_session import SLOW, ask, table


def test_racers_are_words_with_colons_between_them():
    assert a_race("0.001, adam:0.1,gd:batch=16:decay-every=9") == (
        (("alpha", 0.001),),
        (("optimizer", "adam"), ("alpha", 0.1)),
        (("optimizer", "gd"), ("batch_size", 16), ("decay_every", 9)),
    )
    assert a_racer("schedule=cosine:decay=0.1:l2=3:alpha=2") == (
        ("schedule", "cosine"), ("decay", 0.1), ("l2", 3.0), ("alpha", 2.0),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("race", "wrong"),
    [
        (
            "gd,adma",
            "racer 'adma': 'adma' is none of gd, momentum, nesterov, rmsprop, adam, no alpha and no part=value",
        ),
        ("gd,,adam", "racer '': something is missing; a racer is an optimiser"),
        ("gd:-1", "racer 'gd:-1': '-1' is none of gd"),
        ("0.1:gd:0.2", "racer '0.1:gd:0.2': it has two of alpha"),
        ("gd:batch=0", "racer 'gd:batch=0': batch: '0' is not a whole number of at least 1"),
        ("gd:schedule=slow", "racer 'gd:schedule=slow': schedule: 'slow' is none of constant, step"),
        ("gd:l=1", "racer 'gd:l=1': 'l' is more than one of l2, l1"),
        ("gd:x=1", "racer 'gd:x=1': 'x' is none of alpha, optimizer"),
        (",".join(map(str, range(1, 12))), "11 racers are too many; 10 race at the most"),
    ],
)
def test_what_is_no_race_is_refused_in_a_line_that_names_the_racer(race, wrong, capsys):
    with pytest.raises(ArgumentTypeError, match=re.escape(wrong)):
        a_race(race)
    with pytest.raises(SystemExit, match="2"):
        cli.main(["--race", race])
    assert capsys.readouterr().err.startswith(f"gdtui: argument --race: {wrong}")


def test_racers_differ_from_what_the_other_options_say():
    options = build_parser().parse_args(
        ["-a", "0.5", "--optimizer", "adam", "-e", "50", "--race", "0.1,gd,schedule=step"]
    )
    first, rivals = racers_of(settings_from(options), options.race)
    assert (first.alpha, first.optimizer, first.epochs) == (0.1, "adam", 50)
    assert rivals == [
        Recipe(alpha=0.5, decay_every=5),
        Recipe(alpha=0.5, optimizer="adam", schedule="step", decay_every=5),
    ]
    assert racers_of(Settings(), ()) == (Settings(), [])


def test_two_racers_that_are_the_same_are_refused(capsys):
    assert cli.main(["--plain", "--race", "adam,0.1,gd:0.1"]) == 2
    told = "gdtui: --race: the racers 2 and 3 are the same; give each something of its own\n"
    assert capsys.readouterr().err == told


def printed(*alphas: float, epochs: int = 4, save: Path | None = None) -> tuple[int, list[str]]:
    out, settings = io.StringIO(), Settings(epochs=epochs, alpha=alphas[0], init=tuple(START.tolist()))
    rivals = [Recipe(alpha=alpha).settled(epochs) for alpha in alphas[1:]]
    code = plain.train(settings, out=out, save=save and str(save), rivals=rivals)
    return code, out.getvalue().splitlines()


def lines_of(*alphas: float, epochs: int = 4) -> list[str]:
    """Those of the article's loop, epoch by epoch."""
    losses = [article_losses(alpha, epochs) for alpha in alphas]
    return [
        f"[INFO] epoch #{epoch}, loss={of[epoch - 1]:.7f} (α {alpha:g})"
        for epoch in range(1, epochs + 1)
        for of, alpha in zip(losses, alphas, strict=True)
    ]


def test_each_racer_has_its_line_for_each_epoch_and_in_the_end_there_is_a_table(tmp_path, capsys):
    path = tmp_path / "run.jsonl"
    code, lines = printed(0.01, 0.1, save=path)
    assert code == 0
    assert lines[1:9] == lines_of(0.01, 0.1)
    assert [line.split()[:4] for line in lines[10:12]] == [["α", "0.1", "done", "4"], ["α", "0.01", "done", "4"]]
    assert re.match(r"α 0.01: blobs: 4 epochs, alpha 0.01, loss \d+\.\d+, accuracy \d+\.\d+% \(all 4", lines[-2])
    assert lines[-1].startswith("α 0.1: blobs: 4 epochs, alpha 0.1, loss ")
    assert plain.watch(str(path), follow=False) == 0
    seen = capsys.readouterr().out.splitlines()
    assert seen[:8] == lines_of(0.01, 0.1)
    assert seen[8:11] == lines[9:12]
    assert seen[-2:] == lines[-2:]
    assert plain.resume(str(path), 6, None, Display()) == 0
    again = capsys.readouterr().out.splitlines()
    assert [line for line in again if line.startswith("[INFO] epoch")] == lines_of(0.01, 0.1, epochs=6)[8:]


def test_a_race_has_diverged_only_where_all_have():
    assert printed(0.1, 1e308)[0] == 0
    assert printed(1e308, 1.5e308)[0] == 1


def test_a_race_that_is_followed_is_told_until_all_have_ended(tmp_path, capsys):
    path = tmp_path / "run.jsonl"
    session = opening.begin(Settings(table(tmp_path / "points.csv"), epochs=6, alpha=0.1), SLOW, save=str(path))
    session.pull(3)
    acts = iter([lambda: ask(session, GoTo(2), Race((("alpha", 0.5),))), lambda: session.pull(9)])
    assert plain.watch(str(path), follow=True, sleep=lambda _: next(acts)()) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[INFO]")]
    assert [lines.pop().split(": ")[0] for _ in range(2)] == ["[INFO] verdict on α 0.5", "[INFO] verdict on α 0.1"]
    first, other = (run.history.losses.tolist() for run in session.runs)
    told = [(epoch, first, "") for epoch in (1, 2, 3)] + [(epoch, other, " (α 0.5)") for epoch in (2, 3)]
    for epoch in (4, 5, 6):
        told += [(epoch, first, " (α 0.1)"), (epoch, other, " (α 0.5)")]
    assert lines.pop(3) == "[INFO] alpha 0.5 from epoch 2 (α 0.5)"
    assert lines == [f"[INFO] epoch #{epoch}, loss={losses[epoch - 1]:.7f}{name}" for epoch, losses, name in told]


def test_a_reader_that_goes_away_before_the_table_is_told_apart_from_divergence(tmp_path, monkeypatch):
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    path = str(tmp_path / "run.jsonl")
    assert cli.main(["--plain", "--epochs", "2", "--save", path]) == 0
    monkeypatch.setattr("sys.stdout", Gone())
    with pytest.raises(BrokenPipeError):  # rich itself would end the program, with 1
        plain.compare([path, path], None, follow=False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--momentum", "0.8"], "--momentum does nothing without --optimizer momentum, nesterov or adam"),
        (["--beta2", "0.9", "--race", "gd,momentum"], "--beta2 does nothing without --optimizer rmsprop or adam"),
        (["--race", "gd:momentum=0.5,0.1"], "--momentum does nothing without --optimizer momentum, nesterov or adam"),
        (["--decay", "0.3"], "--decay does nothing without --schedule step, exponential or inverse"),
    ],
)
def test_what_no_step_would_make_use_of_is_refused(given, said):
    options = build_parser().parse_args(given)
    with pytest.raises(ValueError, match=f"^{said}$"):
        racers_of(settings_from(options), options.race)


@pytest.mark.parametrize(
    "given", [["--momentum", "0.8", "--race", "gd,adam"], ["--decay", "0.1", "--schedule", "step"]]
)
def test_what_one_racer_makes_use_of_is_taken(given):
    options = build_parser().parse_args(given)
    assert racers_of(settings_from(options), options.race)[0].recipe.momentum in (0.8, 0.9)
