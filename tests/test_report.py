import io

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import confusion_matrix

from gdtui.data.dataset import dataset
from gdtui.data.load import load
from gdtui.report import confusion_table, print_report, samples_table, standings_table
from gdtui.runs.run import Run
from gdtui.runs.samples import Sample, samples, summary
from gdtui.runs.writer import RunWriter
from gdtui.session.comparison import Comparison
from gdtui.settings import DataSettings, Settings
from tests.oracles import noisy


def shown(renderable, width=120) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    console.print(renderable)
    return console.file.getvalue()


def cells(text: str, first: str) -> list[str]:
    """The cells of the table row that begins so."""
    rows = [line.strip()[1:-1].replace("┃", "│").split("│") for line in text.splitlines()]
    return next([cell.strip() for cell in row] for row in rows if row[0].strip() == first)


def report_of(data) -> tuple[Run, str]:
    running = Run(Settings(epochs=20, alpha=0.3), data)
    running.advance(20)
    console = Console(width=120, file=io.StringIO(), highlight=False)
    print_report(running, console)
    return running, console.file.getvalue()


def test_the_report_is_table_confusion_matrix_and_summary_after_the_last_step():
    running, text = report_of(noisy())
    for sample in samples(running, running.weights):
        verdict = "✓ right" if sample.is_right else "✗ wrong"
        features = [f"{value:.4g}" for value in sample.features]
        numbers = [f"{sample.activation:.4f}", str(sample.predicted), str(sample.true)]
        assert cells(text, str(sample.index)) == [str(sample.index), *features, *numbers, verdict]
    assert summary(running, running.end()) in text


def test_the_confusion_matrix_is_scikit_learns():
    data = dataset("mine", noisy().features, noisy().y, class_names=("cats", "dogs"))
    running, text = report_of(data)
    expected = confusion_matrix(data.y, data.X @ running.weights >= 0)
    assert cells(text, "true \\ predicted") == ["true \\ predicted", "cats", "dogs"]
    assert cells(text, "cats") == ["cats", *map(str, expected[0])]
    assert cells(text, "dogs") == ["dogs", *map(str, expected[1])]


def test_right_and_wrong_are_words_and_signs_not_only_colours():
    text = shown(samples_table([Sample(0, (1.0,), 0.9, 1, 1), Sample(1, (2.0,), 0.9, 1, 0)], ("x",)))
    assert cells(text, "0")[-1] == "✓ right"
    assert cells(text, "1")[-1] == "✗ wrong"


def test_what_is_not_known_has_not_the_colour_of_what_is_wrong():
    table = samples_table([Sample(0, (1.0,), np.nan, None, 1), Sample(1, (2.0,), 0.9, 1, 0)], ("x",))
    unknown, wrong = table.columns[-1].cells
    assert (unknown.plain, wrong.plain) == ("– unknown", "✗ wrong")
    assert unknown.style != wrong.style


def test_features_beyond_the_third_are_counted():
    text = shown(samples_table([Sample(0, (1.0, 2.0, 3.0, 4.0, 5.0), 0.9, 1, 1)], ("a", "b", "c", "d", "e")))
    assert cells(text, "row") == ["row", "a", "b", "c", "activation", "predicted", "true", ""]
    assert "2 more features not shown" in text
    assert "not shown" not in shown(samples_table([], ("a", "b", "c")))


def test_of_features_that_have_no_room_the_report_has_fewer():
    running = Run(Settings(DataSettings("digits"), epochs=1), load("digits"))
    for width, features in ((120, 3), (80, 2), (70, 1), (50, 0)):
        console = Console(width=width, file=io.StringIO())
        print_report(running, console)
        lines = console.file.getvalue().split("Confusion")[0].splitlines()
        assert sum("pixel" in cell for cell in lines[2].split("┃")) == features
        assert [cell.strip() for cell in lines[-3].split("│")][1].isdigit()


@pytest.mark.parametrize("width", [20, 40, 80])
def test_narrow_screens_are_kept_to(width):
    running, _ = report_of(noisy())
    text = shown(samples_table(samples(running, running.weights), running.data.feature_names), width)
    assert max(map(len, text.splitlines())) <= width


def test_names_in_brackets_are_names_not_markup():
    # "width [cm]" is how many data sets name a column; "[/]" would be an error in rich's markup.
    table = samples_table([Sample(0, (1.0, 2.0), 0.9, 1, 1)], ("width [cm]", "v [m/s]"))
    assert cells(shown(table), "row")[1:3] == ["width [cm]", "v [m/s]"]


@pytest.mark.parametrize("name", ["[red]x", "x[/]"])
def test_classes_in_brackets_are_names_not_markup(name):
    assert cells(shown(confusion_table((1, 2, 3, 4), (name, "other"))), name) == [name, "1", "2"]


@pytest.mark.parametrize("count", [3, 10])
def test_a_confusion_matrix_of_many_classes_is_whole_on_a_screen_of_80_columns(count):
    counts = np.random.default_rng(0).integers(0, 200, (count, count))
    names = tuple(map(str, range(count)))
    text = shown(confusion_table(tuple(counts.ravel().tolist()), names, room=78 - count), 80)
    for number, row in enumerate(counts.tolist()):
        assert cells(text, str(number)) == [str(number), *map(str, row)]
    assert max(map(len, text.splitlines())) <= 80


def test_long_names_of_many_classes_are_beside_the_rows_and_their_numbers_above_the_columns():
    names = ("a rather long name", "b", "c")
    text = shown(confusion_table(tuple(range(9)), names, room=40, box=None), 60)
    assert [line.split() for line in text.splitlines()] == [
        ["true", "\\", "predicted", "0", "1", "2"], ["0", "a", "rather", "long…", "0", "1", "2"],
        ["1", "b", "3", "4", "5"], ["2", "c", "6", "7", "8"],
    ]  # fmt: skip
    assert cells(shown(confusion_table(tuple(range(9)), names, room=90)), "true \\ predicted")[1:] == list(names)


def test_columns_that_have_no_room_have_a_mark_and_other_classes_their_numbers():
    text = shown(confusion_table((111,) * 100, tuple(map(str, range(10))), "", 25, box=None, padding=(0, 1, 0, 0)), 25)
    assert text.splitlines()[0].split() == [*map(str, range(4)), "…"]
    assert "\n9" in text
    assert [line.split()[0] for line in shown(confusion_table((1,) * 9, ("x", "y"), box=None)).splitlines()[1:]] == [
        "0", "1", "2",
    ]  # fmt: skip


def test_a_diverged_run_is_reported():
    running = Run(Settings(alpha=1e308), load())
    running.advance(100)
    assert running.stop.diverged
    console = Console(width=200, file=io.StringIO())
    with np.errstate(all="raise"):
        print_report(running, console)
    text = console.file.getvalue()
    assert "too large" in text


def test_activations_that_are_not_numbers_are_neither_right_nor_wrong():
    running = Run(Settings(alpha=1e308), load())
    running.advance(100)
    console = Console(width=200, file=io.StringIO())
    print_report(running, console)
    text = console.file.getvalue()
    for sample in samples(running, running.weights):
        assert cells(text, str(sample.index))[3:] == ["nan", "–", str(sample.true), "– unknown"]
    assert not any(word in text for word in ("right", "wrong", "Confusion matrix", "%"))
    assert "accuracy not known" in text


@pytest.mark.parametrize("room", [30, 60, 76])
def test_a_long_name_of_a_run_leaves_room_for_the_numbers(tmp_path, room):
    paths = []
    for name in ("a", "a_run_with_quite_a_long_name_that_tells_all_its_settings_alpha_0.5"):
        run = Run(Settings(epochs=5), load("blobs"))
        paths.append(str(tmp_path / f"{name}.jsonl"))
        writer = RunWriter(paths[-1], run)
        writer.take(run.advance(5))
        writer.close()
    entrants = Comparison(paths, None).snapshot().entrants
    text = shown(standings_table(entrants, None, None, room), room + 8)
    assert "last loss" in text
    assert all(f"{run.loss:.7g}" in text for run in entrants)
    assert "…" in text
    assert "0.5" in text  # the end of the name, by which it differs
