"""Every lesson is played to its end: what it says happens, and who is said to be right is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gdtui.lessons.lesson import LessonError
from gdtui.lessons.played import Played, play
from gdtui.lessons.reading import HERE, read
from gdtui.runs.samples import samples
from gdtui.settings import LESSONS
from gdtui.tui.bindings import BINDINGS, LESSON, NUMBERS
from tests.command import gdtui

KEYS = {name for key in (*BINDINGS, *LESSON) for name in (*key.shown.split(), *key.keys.split(","))}
SIGNS = {"[": "left_square_bracket", "]": "right_square_bracket", "{": "left_curly_bracket", "}": "right_curly_bracket"}


def test_the_files_are_those_that_are_listed() -> None:
    assert {path.stem for path in HERE.glob("*.toml")} == {*LESSONS}
    listed = gdtui("learn")
    assert [line.split()[0] for line in listed.stdout.splitlines()[:-1]] == [*LESSONS]
    for name, line in zip(LESSONS, listed.stdout.splitlines(), strict=False):
        lesson = read(name, NUMBERS)
        assert re.fullmatch(rf"{name} +{re.escape(lesson.title)} +{lesson.minutes} min", line)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_played_to_its_end_and_says_what_its_runs_show(name: str) -> None:
    played = [*play(read(name, NUMBERS))]
    assert len(played) == len(played[0].progress.lesson.steps)
    for one in played:
        question = one.progress.step.question
        assert one.progress.is_done
        if question is not None:
            assert question.shows, f"step {one.progress.number + 1} has nothing that its answer is held against"
            assert one.progress.shows, f"step {one.progress.number + 1}: {one.shown.shown}"
            assert question.because


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_short_is_said_what_it_is_about_and_names_keys_that_there_are(name: str) -> None:
    lesson = read(name, NUMBERS)
    assert 4 <= len(lesson.steps) <= 7
    assert lesson.about
    assert any(step.question for step in lesson.steps)
    for step in lesson.steps:
        for text in (step.text, step.do, step.then):
            assert {*re.findall(r"`([^`]*)`", text)} <= KEYS | {*SIGNS}, text
        if step.do and not step.do.startswith("Watch"):
            assert "`" in step.do, f"{step.do} names no key"


def played_text(text: str, tmp_path: Path) -> list[Played]:
    path = tmp_path / "my.toml"
    path.write_text('title = "Mine"\nminutes = 1\n[settings]\nepochs = 20\n' + text)
    return [*play(read(str(path), NUMBERS))]


STEP = '[[step]]\ntext = "Look."\n'
CONDITIONS = [
    *("epochs = 5", "epochs = 30", "steps = 3", "ended = true", "past = true", "epoch_at_most = 2", "forked = true"),
    *("turns = 3", "alpha_above = 0.4", "alpha_below = 0.0003", "loss_below = 22", "accuracy_above = 0.95"),
    *("gradient_below = 0.8", "view = 'bowl'", "page = 'confusion'", "paused = true", "epochs = 3, past = true"),
    "loss_above = 50",
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_condition_comes_about_and_a_step_goes_on_from_there(condition: str, tmp_path: Path) -> None:
    text = f'{STEP}do = "x"\nuntil = {{ {condition} }}\n{STEP}do = "x"\nuntil = {{ past = false, ended = true }}\n'
    first, second = played_text(text, tmp_path)
    assert first.progress.is_done
    assert second.shown.is_over


@pytest.mark.parametrize(
    "condition", ["loss_below = 1", "diverged = true", "rises_above = 0.1", "accuracy_below = 0.4"]
)
def test_what_never_comes_about_is_told(condition: str, tmp_path: Path) -> None:
    told = re.escape(f"my: step 1: {condition} never comes about; after 20 epochs it is done")
    with pytest.raises(LessonError, match=told):
        played_text(f'{STEP}do = "x"\nuntil = {{ {condition} }}\n', tmp_path)


QUESTION = """do = "Watch it."
until = { ended = true }
[step.question]
ask = "Which?"
answers = ["a", "b"]
right = 2
"""


@pytest.mark.parametrize(("shows", "is_shown"), [("loss_below = 25", True), ("loss_below = 5", False)])
def test_a_lesson_claims_nothing_that_its_run_does_not_show(shows: str, is_shown: bool, tmp_path: Path) -> None:
    (played,) = played_text(f"{STEP}{QUESTION}shows = {{ {shows} }}\n", tmp_path)
    assert played.progress.shows is is_shown
    told = " ".join(text for _, text in played.progress.told())
    assert ("You were right: b." in told) is is_shown
    assert ("does not show it" in told) is not is_shown


def test_a_lesson_that_is_printed_has_its_texts_its_runs_and_the_answers(tmp_path: Path) -> None:
    done = gdtui("learn", "too-small", "--plain")
    assert done.returncode == 0
    lesson, told = read("too-small"), " ".join(done.stdout.split())
    for step in lesson.steps:
        assert step.text.replace("`", "") in told
    assert "[INFO] epoch 100: loss 74.05169, accuracy 50.00%, alpha 0.0001" in told
    assert "✓ 2: At about 74. It has fallen" in told
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_step_whose_data_cannot_be_read_is_not_played_with_the_run_before(tmp_path: Path) -> None:
    ended = 'do = "x"\nuntil = { ended = true }\n'
    with pytest.raises(LessonError, match=r"my: step 2: .*gone.csv: no such file"):
        played_text(f'{STEP}{ended}{STEP}{ended}[step.settings]\ndata = "gone.csv"\n', tmp_path)


def test_a_preset_begins_with_a_lessons_situation_and_options_win() -> None:
    lesson = gdtui("--preset", "too-large", "--plain", "--epochs", "2")
    by_hand = gdtui("--plain", "--noise", "4", "--alpha", "1", "--epochs", "2")
    assert lesson.stdout == by_hand.stdout
    other = gdtui("--preset", "too-large", "--plain", "--epochs", "2", "--alpha", "0.1")
    assert other.stdout == gdtui("--plain", "--noise", "4", "--alpha", "0.1", "--epochs", "2").stdout
    wrong = gdtui("--preset", "tolarge")
    told = "there is no lesson 'tolarge'; did you mean \"too-large\"?"
    assert (wrong.returncode, wrong.stderr) == (2, f"gdtui: {told}\n")


def test_a_table_is_looked_for_beside_the_lesson(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("a,b,y\n1,2,p\n2,3,q\n4,1,p\n6,7,q\n")
    (played,) = played_text(f'{STEP}[step.settings]\ndata = "points.csv"\n', tmp_path)
    assert len(played.shown.data) == 4


def at_the_end(name: str, number: int) -> Played:
    return [*play(read(name, NUMBERS))][number - 1]


def test_the_numbers_in_the_texts_of_the_gradient_are_those_of_its_run() -> None:
    lesson = read("gradient", NUMBERS)
    run = at_the_end("gradient", 2).shown.run
    before, after = run.moment(1).weights, run.moment(2).weights
    gradient = (before - after) / 0.01
    told = f"{before[2]:.4f} − 0.01 · {gradient[2]:.4f} = {after[2]:.4f}"
    assert lesson.steps[1].question is not None
    assert told in lesson.steps[1].question.because
    assert f"{gradient[2]:.4f}" in lesson.steps[1].text
    assert max(gradient) == gradient[2]


def test_the_numbers_in_the_texts_of_the_table_are_those_of_its_run() -> None:
    lesson, played = read("table", NUMBERS), [*play(read("table", NUMBERS))]
    run, shown = played[0].shown.run, played[0].shown.shown
    rows = {sample.index: sample for sample in samples(run, shown.weights)}
    for row, (predicted, activation) in {18: (0, 0.4681), 154: (1, 0.8376)}.items():
        assert (rows[row].true, rows[row].predicted, round(rows[row].activation, 4)) == (0, predicted, activation)
        assert f"{activation}" in lesson.steps[1].text
    assert shown.confusion == (98, 27, 18, 107)
    tested = played[4].shown.shown
    assert f"{tested.accuracy:.1%}, {tested.test_accuracy:.1%}" == "82.2%, 80.3%"


def test_other_numbers_in_the_texts_are_those_of_their_runs() -> None:
    descent = at_the_end("descent", 4).shown.run
    assert [descent.moment(epoch).accuracy == 1 for epoch in (23, 24, 60, 100)] == [False, True, True, True]
    doubled = ",".join(f"{2 * weight:.4f}" for weight in descent.weights)
    situation = read("sigmoid").steps[1].situation
    assert situation is not None
    assert ",".join(map(str, situation.settings.init)) == doubled
    assert f"{at_the_end('no-line', 1).shown.shown.gradient_norm:.6f}" == "0.000004"
    assert round(at_the_end("bowl", 3).shown.run.moment(1).gradient_norm, 1) == 3.1
    losses = at_the_end("batches", 1).shown.run.history.losses
    assert round(losses[0], 1) == 80.2
    assert 0.45 < share_of_rises(at_the_end("batches", 4)) < 0.55
    assert 0.15 < share_of_rises(at_the_end("batches", 3)) < 0.25
    assert 300 < at_the_end("too-large", 4).shown.done < 340


def share_of_rises(played: Played) -> float:
    losses = played.shown.run.history.losses
    return float((losses[1:] > losses[:-1]).mean())
