"""Run files that are replaced, cut or damaged: what is whole in them is shown, and what is not is told."""

from __future__ import annotations

import os
import random
import re
import zlib
from pathlib import Path

import pytest

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.compare import Entrant
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.recipes import alphas
from gdtui.runs.run import Run
from gdtui.runs.verdict import verdict
from gdtui.runs.writer import RunWriter, continued
from gdtui.session import opening
from gdtui.session.comparison import Comparison
from gdtui.session.session import Session
from gdtui.settings import Display, Settings
from tests.command import gdtui
from tests.conftest import examples

BLOBS = load("blobs")


def saved(path: Path, epochs: int = 20, alpha: float = 0.01, wanted: int = 1000) -> Run:
    """A run of that many epochs in a file, which is overwritten where it is, as by `--force`."""
    run = Run(Settings(epochs=wanted, alpha=alpha, init=(0.5, 0.5, 0.5)), BLOBS)
    writer = RunWriter(str(path), run, force=True)
    for _ in range(epochs):
        writer.take(run.advance(1))
    writer.close()
    return run


def replaced(path: Path) -> None:
    saved(path.with_suffix(".new"), 30, 0.3)
    os.replace(path.with_suffix(".new"), path)


def cut(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:12]))


def begun_anew(path: Path) -> None:
    saved(path, 30, 0.3)


CHANGES = [replaced, cut, begun_anew]


def assert_told_once_and_shown_again(session: Session, path: Path) -> None:
    """What is wrong with the file is not said again, and once it is whole it is shown."""
    told = len(texts(session))
    session.turn()
    assert len(texts(session)) == told
    begun_anew(path)
    session.turn()
    assert session.run.done == 30


def texts(session: Session | Comparison) -> list[str]:
    return [entry.text for entry in session.snapshot().log]


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_another_by_now_is_read_from_its_start(tmp_path, change):
    path = tmp_path / "run.jsonl"
    saved(path)
    file = RunFile(str(path))
    change(path)
    file.read_more()
    fresh = RunFile(str(path))
    assert (file.branch.epochs, file.branch.losses) == (fresh.branch.epochs, fresh.branch.losses)
    assert (file.header, file.lines.whole, file.readings) == (fresh.header, fresh.lines.whole, 2)


def test_a_file_that_is_begun_anew_is_shown_as_it_was_until_there_is_something_in_it(tmp_path):
    path = tmp_path / "run.jsonl"
    saved(path)
    file, content = RunFile(str(path)), path.read_bytes()
    for beginning in (b"", content[:50]):
        path.write_bytes(beginning)
        assert (file.read_more(), len(file.branch.epochs)) == (0, 20)
    begun_anew(path)
    assert (file.read_more(), len(file.branch.epochs)) == (file.lines.count, 30)


@pytest.mark.parametrize("change", CHANGES)
def test_a_session_shows_what_took_the_place_of_its_file_and_says_so(tmp_path, change):
    path = tmp_path / "run.jsonl"
    saved(path)
    session = opening.watch(str(path), Display())
    change(path)
    session.turn()
    fresh = opening.watch(str(path), Display())
    assert session.run.history.losses.tobytes() == fresh.run.history.losses.tobytes()
    assert (session.run.settings, len(session.runs)) == (fresh.run.settings, 1)
    assert session.snapshot().shown == fresh.snapshot().shown
    assert texts(session)[-1].endswith("it is read from its start")
    assert texts(session)[:-1] == texts(fresh)[:-1]


def test_a_session_keeps_what_it_shows_where_no_run_took_the_place_of_its_file(tmp_path):
    path = tmp_path / "run.jsonl"
    saved(path)
    session = opening.watch(str(path), Display())
    path.write_text('{"epoch": 1, "loss": 5}\n{"fork": 1, "of": 0, "alpha": 1}\n')
    for _ in range(2):
        session.turn()
        assert session.run.done == 20
        assert "does not say what it was trained on" in texts(session)[-1]
    assert_told_once_and_shown_again(session, path)


@pytest.mark.parametrize("change", CHANGES)
def test_a_comparison_shows_what_took_the_place_of_a_file_and_says_so(tmp_path, change):
    path, other = tmp_path / "run.jsonl", tmp_path / "other.jsonl"
    saved(path)
    saved(other)
    comparison = Comparison([str(path), str(other)])
    change(path)
    comparison.turn()
    found, fresh = comparison.now.entrants[0], Entrant(str(path))
    assert found.curve.known()[1].tolist() == fresh.curve.known()[1].tolist()
    assert (alphas(found.curve.trained), found.accuracy) == (alphas(fresh.curve.trained), fresh.accuracy)
    assert texts(comparison)[-1].endswith("it is read from its start")


@pytest.mark.parametrize("change", CHANGES[::2])
def test_following_as_lines_begins_again_with_the_file_and_says_so(tmp_path, capsys, change):
    path, changes = tmp_path / "run.jsonl", [change, lambda path: saved(path, 40, 0.3, 40)]
    saved(path)
    plain.watch(str(path), follow=True, sleep=lambda _: changes.pop(0)(path))
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert [line.split(",")[0].split("#")[1] for line in lines[:50]] == [
        *map(str, range(1, 21)),
        *map(str, range(1, 31)),
    ]
    assert lines[-1].endswith("(all 40 epochs done)")
    assert told.err.count("it is read from its start") == 2


def torn(path: Path) -> None:
    """As two writers leave it, on a file system that has no locks."""
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if b"check" not in line]
    lines[11] = lines[11][:20] + lines[4]
    path.write_bytes(b"".join(lines))


def test_of_a_file_that_is_torn_in_its_midst_what_is_whole_is_shown(tmp_path):
    path = tmp_path / "run.jsonl"
    run = saved(path)
    torn(path)
    said = f"{path}: line 12 is not JSON; whole: the first 11 lines"
    for command in ("watch", "export"):
        done = gdtui(command, str(path))
        assert (done.returncode, done.stderr) == (2, f"gdtui: {said}\n")
        assert len(done.stdout.splitlines()) == 10 + (command == "export")
    session = opening.watch(str(path), Display())
    assert (session.run.done, texts(session)[-1]) == (10, said)
    assert session.run.history.losses.tobytes() == run.history.losses[:10].tobytes()
    compared = gdtui("watch", str(path), str(path))
    assert said in compared.stdout


def test_a_file_that_is_torn_does_not_go_on_before_somebody_has_cut_it(tmp_path):
    path, run = tmp_path / "it's.jsonl", saved(tmp_path / "it's.jsonl")
    torn(path)
    before = path.read_bytes()
    with pytest.raises(RunFileError, match="to go on from there: head -n 11 ") as refused:
        continued(str(path))
    assert path.read_bytes() == before
    command = str(refused.value).split("go on from there: ")[1].split(", then")[0]
    assert os.system(f"cd {tmp_path} && {command}") == 0
    _, again, _ = continued(str(tmp_path / "whole.jsonl"))
    again.advance(10)
    assert again.weights.tobytes() == run.weights.tobytes()


def test_a_file_that_is_torn_while_it_is_watched_is_shown_up_to_there(tmp_path):
    path = tmp_path / "run.jsonl"
    saved(path)
    session = opening.watch(str(path), Display())
    with open(path, "a") as file:
        file.write('{"epoch":21,"loss":1.5,"weights":[1,2,3]}\n{"epo{"epoch":22,"loss":1}\n{"epoch":23,"loss":1}\n')
    session.turn()
    assert "is not JSON" in texts(session)[-1]
    assert_told_once_and_shown_again(session, path)


# Bits that change


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> bytes:
    """A run file with all kinds of lines, which has been closed."""
    path = tmp_path_factory.mktemp("checked") / "run.jsonl"
    saved(path, 150)
    _, run, writer = continued(str(path), alpha=0.2)
    writer.take(run.advance(30))
    for event in run.set_epochs(run.done + 5):
        writer.take(event)
    writer.take(run.advance(30))
    assert run.stop is not None
    writer.close()
    return path.read_bytes()


def test_a_check_is_the_crc_of_all_that_comes_before_it(checked):
    found = [*re.finditer(rb'^{"kind":"check","crc":(\d+)}\n', checked, re.MULTILINE)]
    assert len(found) > 3
    assert found[-1].end() == len(checked)
    for check in found:
        assert int(check[1]) == zlib.crc32(checked[: check.start()])


@pytest.mark.long
def test_no_bit_changes_unnoticed_and_what_is_read_is_what_was_written(tmp_path, checked):
    path, chance = tmp_path / "run.jsonl", random.Random(5)
    path.write_bytes(checked)
    whole = RunFile(str(path)).branch
    for _ in range(examples(60, 3000)):
        changed = bytearray(checked)
        at = chance.randrange(len(changed) - 1)
        changed[at] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        code, said = verdict(str(path))
        assert code == 2 or (code == 1 and at > checked.rindex(b"\n{"))  # of the last check, no check tells
        assert "\n" not in said
        before = path.read_bytes()
        try:
            file = RunFile(str(path))
        except RunFileError:
            continue
        found = file.branch
        assert found.weights == whole.weights[: len(found.epochs)]
        assert found.losses == whole.losses[: len(found.epochs)]
        if file.damage is not None:
            with pytest.raises(RunFileError, match="to go on from there: head -n"):
                continued(str(path))
            assert path.read_bytes() == before


def test_a_check_that_does_not_fit_says_between_which_lines_something_changed(tmp_path, checked):
    path = tmp_path / "run.jsonl"
    lines = checked.splitlines(keepends=True)
    first, second, *_ = (number for number, line in enumerate(lines, 1) if b"check" in line)
    lines[first + 2] = lines[first + 2].replace(b'"loss":', b'"loss":9')
    path.write_bytes(b"".join(lines))
    said = f"line {second} does not fit: bits have changed between the lines {first} and {second}"
    assert said in gdtui("check", str(path)).stdout
    shown = gdtui("watch", str(path))
    assert said in shown.stderr
    assert shown.stdout.count("epoch #") == first - 2


def test_changed_bits_that_come_while_a_file_is_watched_take_back_what_was_shown(tmp_path, checked, capsys):
    path = tmp_path / "run.jsonl"
    lines = checked.splitlines(keepends=True)
    first, second, *_ = (number for number, line in enumerate(lines, 1) if b"check" in line)
    lines[first + 2] = lines[first + 2].replace(b'"loss":', b'"loss":9')
    path.write_bytes(b"".join(lines[: second - 1]))
    session = opening.watch(str(path), Display())
    assert session.run.done == second - 3
    with pytest.raises(RunFileError, match="does not fit"):
        plain.watch(str(path), follow=True, sleep=lambda _: path.write_bytes(b"".join(lines)) and None)
    assert capsys.readouterr().out.count("epoch #") == second - 3
    session.turn()
    assert session.run.done == first - 2
    assert "does not fit" in texts(session)[-1]


def test_a_run_that_is_killed_is_checked_up_to_its_last_lines(tmp_path):
    path = tmp_path / "run.jsonl"
    run = Run(Settings(epochs=1000, init=(0.5, 0.5, 0.5)), BLOBS)
    writer = RunWriter(str(path), run)
    for _ in range(200):
        writer.take(run.advance(1))
    file = RunFile(str(path))
    assert file.branch.epochs[-1] == 200
    assert 0 < file.lines.count - file.checked < 60
    assert file.lines.count > file.checked + path.read_bytes().count(b"check") // 10
    assert verdict(str(path))[0] == 1
    writer.close()
    assert verdict(str(path)) == (
        0,
        f"{path}: whole: {RunFile(str(path)).lines.count} lines, up to epoch 200, 1 branch; checked to the end",
    )


def test_the_command_says_how_far_each_file_is_whole(tmp_path, checked):
    old = Path(__file__).parent / "files" / "v1-tree.jsonl"
    path, cut_off = tmp_path / "run.jsonl", tmp_path / "cut.jsonl"
    path.write_bytes(checked)
    cut_off.write_bytes(checked[:-5])
    found = gdtui("check", str(path), str(cut_off), str(old))
    assert (found.returncode, found.stderr) == (1, "")
    ends = [line.split("; ", 1)[1] for line in found.stdout.splitlines()]
    assert ends[0] == "checked to the end"
    assert re.fullmatch(r"checked up to line \d+; then \d+ bytes of a line that was cut off", ends[1])
    assert ends[2] == "not checked"
    assert gdtui("check", str(path)).returncode == 0
    assert gdtui("check", str(path), str(tmp_path / "none.jsonl")).returncode == 2


def test_other_programs_lines_of_that_kind_are_passed_over(tmp_path):
    path = tmp_path / "torch.jsonl"
    path.write_text('{"epoch": 1, "loss": 3}\n{"kind": "check", "ok": true}\n{"epoch": 2, "loss": 2}\n')
    assert RunFile(str(path)).branch.epochs == [1, 2]
