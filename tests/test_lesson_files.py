"""What is wrong with a lesson is told in one line, with the file's line, the step, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gdtui.data.load import load
from gdtui.lessons.conditions import VOCABULARY
from gdtui.lessons.lesson import KEYS, Lesson, LessonError
from gdtui.lessons.places import Places
from gdtui.lessons.played import play
from gdtui.lessons.reading import LENGTHS, read
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings
from gdtui.tui.bindings import NUMBERS
from tests.command import gdtui

HEAD = 'title = "A lesson"\nminutes = 2\n'
"""Two lines, before those of the tests."""
STEP = '[[step]]\ntext = "Look."\n'
README = Path(read.__code__.co_filename).with_name("README.md").read_text()


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """Reads a lesson of this text, as my.toml."""
    monkeypatch.chdir(tmp_path)

    def reading(text: str) -> Lesson:
        Path("my.toml").write_text(text)
        return read("my.toml", NUMBERS)

    return reading


def test_a_lesson_has_what_its_file_says(lesson) -> None:
    read_ = lesson("""
title = "Twice the step"
about = "what alpha does"
minutes = 3
[settings]
epochs = 50
alpha = 0.02
data = "own.csv"
[[step]]
text = '''
Two
lines, and a key = "not a key".'''
view = ["loss", "bowl"]
page = "samples"
waits = true
do = "Press `n`."
until = { steps = 2 }
then = "Done."
[[step]]
text = "Look."
do = "Watch it."
until = { ended = true }
[step.settings]
alpha = 0.5
batch-size = 16
race = "gd,adam"
speed = 5
[step.question]
ask = "Which?"
answers = ["a", "b"]
right = 2
because = "So."
shows = { loss_below = 7, diverged = false }
""")
    first, second = read_.steps
    assert (read_.name, read_.title, read_.about, read_.minutes) == ("my", "Twice the step", "what alpha does", 3)
    assert (first.text, first.do, first.then) == ('Two lines, and a key = "not a key".', "Press `n`.", "Done.")
    assert (first.until, first.views, first.page, first.waits) == ((("steps", 2),), ("loss", "bowl"), "samples", True)
    assert first.situation is not None
    settings = first.situation.settings
    assert (settings.epochs, settings.alpha, settings.data.source) == (50, 0.02, "./own.csv")
    situation, question = second.situation, second.question
    assert situation is not None
    assert question is not None
    assert (situation.settings.epochs, situation.settings.alpha, situation.settings.batch_size) == (50, 0.5, 16)
    assert ([rival.optimizer for rival in situation.rivals], situation.speed) == (["adam"], 5)
    assert situation.arguments[:3] == ("--epochs=50", "--alpha=0.5", "--data=./own.csv")
    assert "--speed=5" not in situation.arguments  # as a preset it goes as fast as any run
    assert (question.ask, question.answers, question.right, question.because) == ("Which?", ("a", "b"), 2, "So.")
    assert question.shows == (("loss_below", 7), ("diverged", False))


QUESTION = STEP + '[step.question]\nask = "Which?"\n'
WRONG = [
    ("title = 3\n" + STEP, 3, 'this is no TOML: cannot overwrite a value'),
    ("about = 3\n" + STEP, 3, "about is a text in quotes, not 3"),
    ('titel = "x"\n' + STEP, 3, 'a lesson has no "titel"; did you mean "title"?'),
    ("", 1, "a lesson has steps, each of which begins with [[step]]"),
    ("step = []\n", 3, "a lesson has steps, each of which begins with [[step]]"),
    ("[step]\n", 3, "a lesson has steps, each of which begins with [[step]]"),
    ("settings = 1\n" + STEP, 3, "settings is a table, as in [settings]"),
    ("[[step]]\n", 3, "step 1: text is missing"),
    ('[[step]]\ntext = " "\n', 4, "step 1: text is a text in quotes, not ' '"),
    (f'[[step]]\ntext = "{"x" * 401}"\n', 4, "step 1: text has 401 characters; 400 are the most"),
    (STEP * 41, 83, "step 41: there are 41, and 40 are the most"),
    (STEP + STEP + "veiw = 1\n", 7, 'step 2: a step has no "veiw"; did you mean "view"?'),
    (STEP + STEP + 'view = "blow"\n', 7, 'step 2: there is no view "blow"; did you mean "bowl"?'),
    (STEP + 'view = ["loss", "loss"]\n', 5, 'step 1: view is a name, or two, as in view = ["loss", "bowl"]'),
    (STEP + "view = 3\n", 5, 'step 1: view is a name, or two, as in view = ["loss", "bowl"]'),
    (STEP + 'view = ["loss", 3]\n', 5, 'step 1: there is no view "3"'),
    (STEP + 'page = "sample"\n', 5, 'step 1: there is no page "sample"; there are log, race, samples, confusion'),
    (STEP + 'do = "Press `n`."\n', 5, "step 1: until is missing: do says what to do, and until when it is done"),
    (STEP + "until = { steps = 1 }\n", 5, "step 1: do is missing: do says what to do, and until when it is done"),
    (STEP + 'do = "x"\nuntil = {}\n', 6, "step 1: until is a table with something in it, as in until = { ep"),
    (STEP + 'do = "x"\nuntil = 7\n', 6, "step 1: until is a table with something in it, as in until = { ep"),
    (STEP + 'do = "x"\nuntil = { epoch = 7 }\n', 6, 'step 1: there is no condition "epoch"; did you mean "epochs"?'),
    (STEP + 'do = "x"\n[step.until]\nepochs = 0.5\n', 7, "step 1: epochs is a whole number of at least 1, not 0.5"),
    (STEP + 'do = "x"\nuntil = { epochs = inf }\n', 6, "step 1: epochs is a whole number of at least 1, not inf"),
    (STEP + 'do = "x"\nuntil = { steps = nan }\n', 6, "step 1: steps is a whole number of at least 1, not nan"),
    (STEP + 'do = "x"\nuntil = { loss_above = inf }\n', 6, "step 1: loss_above is a number, not inf"),
    (STEP + 'do = "x"\nuntil = { accuracy_above = nan }\n', 6, "step 1: accuracy_above is a share, from 0 to 1, not n"),
    (STEP + 'do = "x"\nuntil = { page = "" }\n', 6, 'step 1: there is no page ""; there are log, race,'),
    (f"[[step]]\ntext = {[1] * 9_000}\n", 4, "step 1: text is a text in quotes, not [1, 1, 1"),
    (f"settings = {'9' * 9_999}\n", 4, "this is no TOML: "),
    (STEP + 'do = "x"\nuntil = { past = 1 }\n', 6, "step 1: past is true or false, not 1"),
    (STEP + 'do = "x"\nuntil = { accuracy_above = 90 }\n', 6, "step 1: accuracy_above is a share, from 0 to 1, not 90"),
    (STEP + 'do = "x"\nuntil = { loss_below = true }\n', 6, "step 1: loss_below is a number, not True"),
    (STEP + 'do = "x"\nuntil = { view = "bow" }\n', 6, 'step 1: there is no view "bow"; did you mean "bowl"?'),
    (STEP + 'do = "x"\nuntil = { page = "l" }\n', 6, 'step 1: there is no page "l"; there are log, race,'),
    (STEP + "waits = 3\n", 5, "step 1: waits is true or false"),
    (STEP + STEP + "waits = true\n", 7, "step 2: waits is for a step that begins a run, with [step.settings]"),
    (STEP + "[step.settings]\nalhpa = 1\n", 6, 'step 1: there is no setting "alhpa"; did you mean "alpha"?'),
    (STEP + "[step.settings]\nalpha = -1\n", 6, "step 1: alpha: '-1' is not a number greater than 0"),
    ("[settings]\nalpha = -1\n" + STEP, 4, "alpha: '-1' is not a number greater than 0"),
    (STEP + "[step.settings]\nalpha = true\n", 6, "step 1: alpha: it is a number or a text in quotes, not true"),
    (STEP + "[step.settings]\nstandardize = 1\n", 6, "step 1: standardize: it is true or false, not 1"),
    (STEP + '[step.settings]\nloss = "hing"\n', 6, "step 1: loss: invalid choice: 'hing' (choose from"),
    (STEP + "[step.settings]\nmomentum = 0.5\n", 5, "step 1: --momentum does nothing without --optimizer"),
    (STEP + "[step.settings]\nsave = 1\n", 6, 'step 1: there is no setting "save"'),
    (STEP + '[step.settings]\nthen = "x"\n', 6, 'step 1: "then" is none of the settings, but of the step: put'),
    (STEP + "settings = 3\n", 5, "step 1: settings is a table, as in [settings]"),
    (STEP + "question = 3\n", 5, "step 1: question is a table, as in [step.question]"),
    (QUESTION + 'answers = ["a"]\nright = 1\n', 7, "step 1: a question has 2 to 4 answers"),
    (QUESTION + "right = 1\n", 5, "step 1: a question has 2 to 4 answers"),
    (QUESTION + 'answers = ["a", 2]\nright = 1\n', 7, "step 1: answers is a text in quotes, not 2"),
    (QUESTION + 'answers = ["a", "a"]\nright = 1\n', 7, "step 1: two answers are the same"),
    (QUESTION + 'answers = ["a", "b"]\nright = 3\n', 8, "step 1: right is a whole number from 1 to 2"),
    (QUESTION + 'answers = ["a", "b"]\n', 5, "step 1: right is a whole number from 1 to 2"),
    (QUESTION + 'answers = ["a", "b"]\nright = 1\nasks = 1\n', 9, 'step 1: a question has no "asks"; did you'),
    (QUESTION + 'answers = ["a", "b"]\nright = 1\nshows = { los = 1 }\n', 9, 'step 1: there is no condition "los"'),
    (QUESTION + 'answers = ["a", "b"]\nright = 1\n', 5, "step 1: until is missing: when has the run"),
    ("[[step]\n", 3, "this is no TOML: "),
    (STEP + 'do = """\n', 6, "this is no TOML: "),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "told"), WRONG)
def test_what_is_wrong_is_told_with_its_line(lesson, text: str, line: int, told: str) -> None:
    with pytest.raises(LessonError) as caught:
        lesson(HEAD + text)
    message = str(caught.value)
    assert message.startswith(f"my.toml, line {line}: {told}"), message
    assert "\n" not in message
    assert len(message) < 250


@pytest.mark.parametrize("minutes", ["", "minutes = 0\n", "minutes = 61\n", "minutes = true\n", "minutes = '3'\n"])
def test_the_minutes_are_told(lesson, minutes: str) -> None:
    with pytest.raises(LessonError, match=r"my.toml, line [12]: minutes is a whole number from 1 to 60"):
        lesson(f'title = "x"\n{minutes}{STEP}')


def test_files_that_are_no_lessons_are_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("large.toml").write_bytes(b"#" * 50_001)
    Path("bytes.toml").write_bytes(b"# \n\xff\n")
    Path("crlf.toml").write_bytes((HEAD + STEP + 'view = "blow"\n').replace("\n", "\r\n").encode())
    for name, told in {
        "large.toml": "large.toml: has more than 50,000 bytes, which no lesson has",
        "/dev/zero": "/dev/zero: has more than 50,000 bytes, which no lesson has",
        "bytes.toml": "bytes.toml, line 2: this is no text in UTF-8",
        "none.toml": "none.toml: cannot be read: No such file or directory",
        ".": ".: cannot be read: Is a directory",
        "blow": "there is no lesson 'blow'; did you mean \"bowl\"?",
        "crlf.toml": 'crlf.toml, line 5: step 1: there is no view "blow"; did you mean "bowl"?',
    }.items():
        done = gdtui("learn", name)
        assert (done.returncode, done.stderr) == (2, f"gdtui: {told}\n")


def test_what_a_terminal_would_obey_is_taken_out(lesson) -> None:
    assert lesson(HEAD + '[[step]]\ntext = "a\\u001b[31mb"\n').steps[0].text == "a�[31mb"


def test_lines_are_those_of_the_tables_and_keys() -> None:
    places = Places(
        'a = 1\n[[s]] # x\nb.c = 2\n[s.t]\nd = """\ne = 5\n"""\n"f" = 6\n[[s]]\nb = 1\n[[s.t]]\n[[s.t]]\ng=1\n'
    )
    lines = {("a",): 1, ("s", 0): 2, ("s", 0, "b", "c"): 3, ("s", 0, "t"): 4, ("s", 0, "t", "d"): 5}
    lines |= {("s", 0, "t", "f"): 8, ("s", 1): 9, ("s", 1, "b"): 10, ("s", 1, "t", 1): 12, ("s", 1, "t", 1, "g"): 13}
    assert {path: places.line(*path) for path in lines} == lines
    assert places.line("s", 0, "t", "e") == 4  # within a text there are no keys
    assert places.line("nowhere") == 1


def test_the_readme_tells_all_of_the_format() -> None:
    for name in [*VOCABULARY, *(key for keys in KEYS.values() for key in keys)]:
        assert f"`{name}" in README, name
    assert all(str(length) in README for name, length in LENGTHS.items() if name not in ("title", "about"))


def test_the_lesson_in_the_readme_is_one(lesson) -> None:
    text = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert text is not None
    first, second = play(lesson(text[1]))
    assert first.progress.shows
    assert second.progress.step.text in " ".join(text[1].split())
    assert f"{loss_of(50, 0.01):.1f} and {loss_of(50, 0.02):.1f}" == "11.2 and 6.3"


def loss_of(epochs: int, alpha: float) -> float:
    run = Run(Settings(epochs=epochs, alpha=alpha), load(DataSettings()))
    run.advance(epochs)
    return run.newest().loss
