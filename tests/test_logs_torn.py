"""Logs whose end is torn, that are written anew, and that are no logs."""

import json
import os
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.logs import blocks, lines
from gdtui.logs.places import LogPlaces
from gdtui.logs.places_along import Along
from gdtui.logs.rows import LogError
from gdtui.logs.run import LogRun
from tests.conftest import examples
from tests.logs import RECORDED, places, read, said, values

OWN = Path(__file__).parent / "files" / "v3-race.jsonl"
WHOLE = {
    "train.csv": RECORDED / "lightning_fit" / "metrics.csv",
    "results.csv": RECORDED / "ultralytics_train" / "results.csv",
    "metrics.jsonl": RECORDED / "print_loop" / "metrics.jsonl",
    "trainer_state.json": RECORDED / "transformers_trainer" / "trainer_state.json",
    "rounds.log": RECORDED / "xgboost_train" / "stdout.txt",
    "bars.log": RECORDED / "keras_fit" / "terminal.txt",
    "tqdm.log": RECORDED / "tqdm_loop" / "stdout.txt",
    "dicts.log": RECORDED / "transformers_trainer" / "stdout.txt",
    "printed.log": RECORDED / "print_loop" / "stdout.txt",
    "own.jsonl": OWN,
}


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in WHOLE if name != "own.jsonl"])  # tests/test_run_file.py cuts those
def test_a_log_that_is_cut_anywhere_in_its_last_two_records_is_read_on(name: str, tmp_path: Path) -> None:
    """All that comes is the same in the end, and nothing is an error on the way."""
    whole = WHOLE[name].read_bytes()
    known = said(read(WHOLE[name]))
    tail = len(b"".join(whole.splitlines(keepends=True)[-18 if name == "trainer_state.json" else -2 :]))
    path = tmp_path / name
    for cut in range(len(whole) - min(tail, 300), len(whole), examples(3, 1)):
        path.write_bytes(whole[:cut])
        run = read(path)
        assert run.error is None, cut
        assert run.reader is None or run.reader.skipped == 0, cut
        with open(path, "ab") as file:
            file.write(whole[cut:])
        os.utime(path, (cut, cut))
        run.poll()
        assert (run.error, said(run)) == (None, known), cut


@pytest.mark.parametrize("name", WHOLE)
def test_a_log_that_grows_by_a_few_bytes_at_a_time(name: str, tmp_path: Path) -> None:
    whole, path, rest = WHOLE[name].read_bytes(), tmp_path / name, random.Random(0)
    run, at = LogRun(str(path)), 0
    run.poll()
    assert (run.state, run.error) == ("waiting", None)
    while at < len(whole):
        more = rest.randrange(1, 1 + len(whole) // 20)
        with open(path, "ab") as file:
            file.write(whole[at : at + more])
        at += more
        run.poll()
        assert run.error is None
    assert said(run) == said(read(WHOLE[name]))


def write_csv(path: Path, rows: list[tuple[int, float]], names: str = "epoch,loss") -> None:
    path.write_text("".join([f"{names}\n", *(f"{epoch},{loss}\n" for epoch, loss in rows)]))


def test_a_table_that_is_written_anew_as_a_whole_is_read_anew(tmp_path: Path) -> None:
    path, rows = tmp_path / "log.csv", [(epoch, 1 / (1 + epoch)) for epoch in range(5)]
    write_csv(path, rows[:2])
    run = read(path)
    write_csv(path, rows)
    run.poll()
    assert (values(run, "loss"), run.reader and run.reader.readings) == ([loss for _, loss in rows], 1)
    path.write_text("epoch,loss,acc\n0,0.5,0.9\n")
    run.poll()
    assert (values(run, "loss"), values(run, "acc")) == ([0.5], [0.9])
    flat = [(epoch, 0.5) for epoch in range(100)]
    for name in ("lass", "loss"):  # as long, with the same end
        write_csv(path, flat, f"epoch,{name}")
        run.poll()
        assert [*run.metrics] == [name]
    os.replace(path, tmp_path / "old.csv")
    write_csv(path, rows[:3])
    run.poll()
    assert (values(run, "loss"), [*run.metrics]) == ([1, 0.5, 1 / 3], ["loss"])


def test_a_trainer_state_that_grows_is_read_on_and_another_is_read_anew(tmp_path: Path) -> None:
    history = [{"epoch": step / 2, "loss": float("nan") if step == 1 else 1 / step, "step": step} for step in (1, 2, 3)]

    def checkpoint(count: int, entries: list[dict[str, float]]) -> None:
        (tmp_path / f"checkpoint-{count}").mkdir()
        state = {"global_step": count, "max_steps": 3, "log_history": entries}
        (tmp_path / f"checkpoint-{count}" / "trainer_state.json").write_text(json.dumps(state))

    checkpoint(2, history[:2])
    run = read(tmp_path)
    assert (len(run.metrics["loss"]), run.gaps, run.state) == (2, 1, "following")
    checkpoint(3, history)
    run.poll()
    assert (len(run.metrics["loss"]), run.reader and run.reader.readings, run.state) == (3, 1, "ended")
    checkpoint(10, [{"loss": 5.0, "step": 1}])
    run.poll()
    assert (values(run, "loss"), run.reader and run.reader.readings) == ([5.0], 2)


HUGE = "9" * 400


@pytest.mark.parametrize(
    ("name", "text", "gaps", "skipped", "first"),
    [
        ("a.csv", "step,loss\n0,1\n1,nan\n2,0.5\n", 1, 0, ""),
        ("a.csv", "step,loss\n0,1\nhello\n2,0.5\n", 0, 1, "line 3 has 1 field where the header has 2"),
        ("a.csv", "step;loss\n0;1,5\n1;0.5\n", 0, 1, "line 2 has '1,5' where a number is wanted"),
        ("a.jsonl", '{"step":0,"loss":1}\n{"step":1,"loss":NaN}\n{"step":2,"loss":null}\n', 2, 0, ""),
        ("a.jsonl", '{"step":0,"loss":1}\n\noops\n[1]\n{"step":2,"loss":5e-1}\n', 0, 2, "line 3 is no JSON object"),
        ("a.jsonl", '{"loss":1e999}\n{"loss":' + HUGE + "}\n", 0, 0, ""),
        ("a.log", "step=0 loss=1.5\nsaved to disk\nstep=1 loss=nan\n", 1, 0, ""),
        ("a.log", f"train: {HUGE}/{HUGE} [00:01, loss=1]\nepoch 1 {HUGE}/{HUGE} loss=1\n", 0, 0, ""),
    ],
)
def test_gaps_and_stray_lines_are_counted_and_the_first_is_told(
    name: str, text: str, gaps: int, skipped: int, first: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    run = read(tmp_path / name)
    assert run.reader is not None
    assert (run.gaps, run.reader.skipped, run.reader.first_skipped, run.error) == (gaps, skipped, first, None)


ODD = ["", "hello", '{"step": 7, "note": "x"}', '{"loss": NaN}', '{"step": 7, "loss": 1e999}', ",5", "3,", "nan,1,2"]
ODD += ["7,0.5,1\n8", '{"note": "x"}', '{"step": 7, "loss": 1, "note": 2}']
ODD += [
    "7,null",
    "7,\n8,null",
    '"7",0.5',
    "7 ,\t0.5",
    "7,0.5\r",
    "7,\r",
    "7,true",
    "7,[1]",
    "7;1,5",
    "7,5;1",
    "7;",
    "7;1,\n,1",
]
"""Of these one has as many fields as two lines have."""


FORMS = (
    lambda k: f'{{"step": {k}, "loss": {1 / (k + 1)}}}',
    lambda k: f"{k},{1 / (k + 1)}",
    lambda k: f"{k};{1 / (k + 1)}",
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("odd", ODD)
def test_many_lines_say_the_same_as_each_of_them(form: Callable[[int], str], odd: str, tmp_path: Path) -> None:
    """Blocks of lines that are alike are decoded all at once: one that is not is read as if it were alone."""
    head = "" if form(0).startswith("{") else "step;loss\n" if ";" in form(0) else "step,loss\n"
    written = [form(k) + "\n" for k in range(300)]
    written[3:4] = [written[3]] if head else ['{"step": 3, "note": "y"}\n']
    written[200:200] = [line + "\n" for line in odd.split("\n")]
    path = tmp_path / ("a.csv" if head else "a.jsonl")
    path.write_text(head)
    run = LogRun(str(path))
    for line in written:
        with open(path, "a") as file:
            file.write(line)
        run.poll()
    whole = read(path)
    assert said(whole) == said(run)
    assert whole.reader is not None
    assert run.reader is not None
    assert (whole.gaps, whole.reader.skipped, whole.reader.first_skipped) == (
        *(run.gaps, run.reader.skipped, run.reader.first_skipped),
    )


@given(
    st.sampled_from(["a.csv", "a.jsonl", "trainer_state.json", "a.log", "a"]),
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='{}[]",:;=\n\r\t 019.eE+-aloss\x1b\0', max_size=200).map(str.encode),
    ),
    st.sampled_from(["", "step,loss\n1,2\n", '{"loss": 1}\n', '{"log_history": [', "step=1 loss=2\n"]),
)
def test_what_is_no_log_is_told_in_one_line(name: str, noise: bytes, begin: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(begin.encode() + noise)
        try:
            found = LogPlaces([str(path)])
        except LogError as error:
            found, told = None, str(error)
        if found is None:
            assert "\n" not in told
            return
        found.poll()
        path.write_bytes(begin.encode() + noise[::-1])
        found.poll()
        for run in found.runs:
            assert run.error is None or ("\n" not in run.error and str(path) in run.error)
            assert run.reader is None or "\n" not in run.reader.first_skipped
            assert all(line.isprintable() for line in getattr(run.reader, "text", ()))


def test_a_long_log_is_read_a_part_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", -1.0)
    monkeypatch.setattr(blocks, "AT_ONCE", 1000)
    path = tmp_path / "a.csv"
    write_csv(path, [(epoch, 0.5) for epoch in range(2000)])
    run, counts = LogRun(str(path)), list[int]()
    while not counts or getattr(run.reader, "has_more", False):
        run.poll()
        counts.append(len(run.metrics["loss"]))
    assert counts[0] < 1000 < counts[-1] == 2000
    assert places(run, "loss", Along.EPOCH) == [*range(2000)]


@pytest.mark.parametrize(
    "whole", ["step,loss\n1,0.5\n", '{"log_history": [{"step": 1, "loss": 0.5}]}', '{"step": 1, "loss": 0.5}\n']
)
def test_a_log_is_known_when_there_is_enough_of_it(whole: str, tmp_path: Path) -> None:
    for cut in range(len(whole)):
        path = tmp_path / "a"
        path.write_text(whole[:cut])
        run = read(path)
        path.write_text(whole)
        run.poll()
        assert values(run, "loss") == [0.5], cut


@pytest.mark.parametrize("name", ["a.jsonl", "a.log", "trainer_state.json"])
@pytest.mark.parametrize("inner", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [500, 100_000])
def test_what_is_nested_beyond_all_measure_is_passed_over(name: str, inner: str, depth: int, tmp_path: Path) -> None:
    deep = inner * depth + "1" + {"[": "]"}.get(inner, "}") * depth
    path = tmp_path / name
    path.write_text(f'{{"loss": 1}}\n{{"loss": {deep}}}\n{{"loss": 2}}\n')
    run = read(path)
    assert run.error is None or "\n" not in run.error
    many = '{"loss": 3}\n' * 100
    path.write_text(f'{{"loss": 1}}\n{many}{{"loss": {deep}}}\n{many}')
    assert name != "a.jsonl" or len(read(path).metrics["loss"]) == 201


@pytest.mark.parametrize(("name", "form", "end"), [("a.jsonl", '{{"loss": {}}}', "\n"), ("a.log", "loss={}", "\r")])
@pytest.mark.parametrize("more", [0, 1, 299, 300, 900])
def test_a_line_beyond_all_measure_is_read_once_and_passed_over(
    name: str, form: str, end: str, more: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "LONGEST_LINE", 1000)
    monkeypatch.setattr(blocks, "AT_ONCE", 300)
    path = tmp_path / name
    path.write_text(form.format(1) + "\n" + "x" * 1500)
    run = read(path)
    assert isinstance(run.reader, lines.LineReader)
    assert run.reader.blocks.whole == path.stat().st_size  # of which nothing is read again
    with open(path, "a") as file:
        file.write("y" * more)
    run.poll()
    with open(path, "a") as file:
        file.write("z" + end + form.format(2) + "\n" + "hello\n" * 2)
    run.poll()
    assert values(run, "loss") == [1, 2]
    assert (run.error, run.reader.readings) == (None, 1)
    assert run.reader.first_skipped == "line 2 is longer than 16,777,216 bytes"
    assert run.reader.skipped == (3 if name == "a.jsonl" else 1)
    assert run.reader.blocks.count == path.read_bytes().count(b"\n")
