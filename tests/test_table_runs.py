"""Runs on tables of one's own: their files remember how the data was read."""

from __future__ import annotations

import pytest

from gdtui.data.load import load
from gdtui.runs.reader import RunFile
from gdtui.runs.reopen import reopen, settings_of
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.settings import DataSettings, Settings
from tests.command import gdtui

EVERYTHING = (
    "id;size;n;share;z;x;y\n"
    + "".join(f"{row};{'SML'[row % 3]};1,{row}35;{row} %;{row * row or ''};,5;{'pq'[row % 2]}\n" for row in range(12))
    + "12;S;2,5;3 %;8;,5;\n"
)  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {"missing": "mean", "categorical": ("auto",)},
        {"missing": "drop", "categorical": ("size",), "decimal": ","},
        {"missing": "drop", "drop": ("size", "share"), "samples": 6},
        {"missing": "mean", "features": ("id", "n")},
    ],
)
def test_a_run_goes_on_with_the_same_bits_whatever_its_data_needed(tmp_path, options):
    table, path = tmp_path / "t.csv", str(tmp_path / "run.jsonl")
    table.write_text(EVERYTHING)
    data = DataSettings(str(table), standardize=False, **options)
    run = Run(Settings(data, epochs=20), load(data))
    writer = RunWriter(path, run)
    writer.take(run.advance(10))
    writer.close()
    assert settings_of(RunFile(path)).data == data
    again = reopen(RunFile(path))[0]
    assert again.data.digest == run.data.digest
    assert again.data.told == run.data.told
    assert again.advance(10).weights.tobytes() == run.advance(10).weights.tobytes()


def test_a_run_saved_before_there_were_these_options_has_the_columns_it_had(tmp_path):
    table, path = tmp_path / "t.csv", tmp_path / "run.jsonl"
    table.write_text("id;a;y\n" + "".join(f"{row};{row}.234;{'pq'[row % 2]}\n" for row in range(1, 12)))
    data = DataSettings(str(table), index=False, decimal=".")
    run = Run(Settings(data, epochs=20), load(data))
    assert run.data.feature_names == ("id", "a")
    RunWriter(str(path), run).close()
    head = path.read_text().split("\n", 1)[0]
    for new in (',"drop":[]', ',"missing":"error"', ',"categorical":[]', ',"decimal":"."', ',"index":false'):
        assert new in head
        head = head.replace(new, "")
    path.write_text(head + "\n")
    assert reopen(RunFile(str(path)))[0].data.digest == run.data.digest


@pytest.mark.parametrize("wrong", ['"missing":"zero"', '"decimal":";"', '"drop":"a"', '"index":1'])
def test_a_file_that_says_something_else_is_refused(tmp_path, wrong):
    path = tmp_path / "run.jsonl"
    run = Run(Settings(), load("blobs"))
    RunWriter(str(path), run).close()
    name = wrong.split(":")[0]
    before = {"missing": '"error"', "decimal": "null", "drop": "[]", "index": "true"}[name.strip('"')]
    path.write_text(path.read_text().replace(f"{name}:{before}", wrong, 1).split("\n")[0] + "\n")
    assert name.strip('"') in gdtui("watch", "--plain", str(path)).stderr
