"""Where logs are: folders, what comes later, and what they are called."""

import os
from pathlib import Path

import pytest

from gdtui.logs import places as places_by
from gdtui.logs import walk
from gdtui.logs.names import short_names
from gdtui.logs.places import AT_ONCE, LOOK, LogPlaces
from gdtui.logs.rows import LogError
from gdtui.logs.run import LogRun

LINES = '{"step": 0, "loss": 1.0}\n{"step": 1, "loss": 0.5}\n'


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def put(path: Path, text: str = LINES, age: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1e9 - age, 1e9 - age))
    return path


def names(places: LogPlaces) -> list[str]:
    return [run.name for run in places.runs]


def test_a_log_whose_metrics_are_read_is_not_looked_into_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.jsonl")
    clock = Clock()
    places = LogPlaces([str(tmp_path)], clock=clock)
    places.poll()
    looked, one = list[str](), places_by.reader_of
    monkeypatch.setattr(places_by, "reader_of", lambda path: (looked.append(path), one(path))[1])
    put(tmp_path / "b.jsonl")
    clock.now += LOOK
    assert places.poll()
    assert (looked, len(places.runs)) == ([str(tmp_path / "b.jsonl")], 2)


def test_of_a_folder_every_log_below_it_is_taken_the_newest_first(tmp_path: Path) -> None:
    put(tmp_path / "old" / "train.jsonl", age=100)
    put(tmp_path / "new" / "train.csv", "step,loss\n0,1\n", age=1)
    put(tmp_path / "mid" / "deep" / "out.log", "epoch 1 loss 0.5\nepoch 2 loss 0.4\n", age=50)
    put(tmp_path / "hf" / "checkpoint-5" / "trainer_state.json", '{"log_history": [{"step": 1, "loss": 2.0}]}', age=20)
    put(tmp_path / "hf" / "checkpoint-9" / "trainer_state.json", '{"log_history": [{"step": 1, "loss": 2.5}]}', age=20)
    for name, text in {
        "data.csv": "x,y\n1,2\n",
        "notes.log": "hello\nworld 3\n",
        "data.jsonl": '{"x": 1, "label": 3}\n',
        "config.json": '{"loss": 3}\n',
        "README.md": "loss=1\nloss=2\n",
        ".hidden.jsonl": LINES,
        ".git/train.jsonl": LINES,
        "empty.csv": "",
    }.items():
        put(tmp_path / name, text)
    (tmp_path / "old" / "loop").symlink_to(tmp_path)
    (tmp_path / "latest").symlink_to(tmp_path / "new")
    (tmp_path / "a.csv").symlink_to(tmp_path / "new" / "train.csv")
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.log")
    places = LogPlaces([str(tmp_path)])
    assert places.poll()
    assert names(places) == ["hf", "new/train", "out", "old/train"]
    assert [run.error for run in places.runs] == [None] * 4
    assert [[*run.metrics] for run in places.runs] == [["loss"]] * 4
    assert places.runs[0].metrics["loss"].values.tolist() == [2.5]


def test_runs_that_begin_while_one_looks_are_taken_in_behind_the_others(tmp_path: Path) -> None:
    clock = Clock()
    places = LogPlaces([str(tmp_path)], clock=clock)
    assert (places.runs, places.is_over) == ([], False)
    assert "no log below it yet" in places.notes[0]
    put(tmp_path / "b.jsonl")
    assert not places.poll()
    clock.now = LOOK
    assert places.poll()
    put(tmp_path / "a" / "b.jsonl", age=-5)
    put(tmp_path / "c.jsonl", "")
    clock.now *= 3
    assert places.poll()
    assert [run.path for run in places.runs] == [str(tmp_path / "b.jsonl"), str(tmp_path / "a" / "b.jsonl")]
    assert len({*names(places)}) == 2
    put(tmp_path / "c.jsonl")
    clock.now *= 3
    assert places.poll()
    assert names(places)[2] == "c"
    assert places.notes == []


def test_what_is_not_there_yet_is_waited_for_as_a_file_or_a_folder(tmp_path: Path) -> None:
    clock, file, folder = Clock(), tmp_path / "later" / "train.csv", tmp_path / "runs"
    places = LogPlaces([str(file), str(folder)], clock=clock)
    assert not places.poll()
    assert [run.state for run in places.runs] == ["waiting", "waiting"]
    assert [note.split(" is not there yet")[0] for note in places.notes] == [f"{file}:", f"{folder}:"]
    put(file, "step,loss\n0,1\n")
    put(folder / "x.jsonl")
    clock.now = LOOK
    assert places.poll()
    assert [run.path for run in places.runs] == [str(file), str(folder / "x.jsonl")]
    assert all(run.metrics for run in places.runs)


def test_where_reading_takes_long_the_other_runs_are_read_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, polled = Clock(), list[str]()
    for number in range(5):
        put(tmp_path / f"{number}.jsonl", age=number)
    places = LogPlaces([str(tmp_path)], clock=clock)

    def poll(run: LogRun) -> bool:
        polled.append(run.name)
        clock.now += AT_ONCE / 1.5
        return True

    monkeypatch.setattr(LogRun, "poll", poll)
    for _ in range(3):
        places.poll()
        assert places.has_more
    assert polled == ["0", "1", "2", "3", "4", "0"]


def test_a_huge_tree_is_looked_at_in_part_and_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST_LOGS", 3)
    monkeypatch.setattr(walk, "MOST_LOOKED_AT", 8)
    for number in range(5):
        put(tmp_path / f"{number}.jsonl", age=number)
    places = LogPlaces([str(tmp_path)])
    assert names(places) == ["0", "1", "2"]
    assert "2 logs more are left out" in places.notes[0]
    for number in range(5, 20):
        put(tmp_path / f"{number}.jsonl", age=number)
    assert any("too large" in note for note in LogPlaces([str(tmp_path)]).notes)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")
def test_folders_that_cannot_be_read_are_passed_with_a_count(tmp_path: Path) -> None:
    put(tmp_path / "a.jsonl")
    (tmp_path / "closed").mkdir(mode=0)
    places = LogPlaces([str(tmp_path)])
    assert names(places) == ["a"]
    assert "1 files or folders in it cannot be read" in places.notes[0]


def test_names_are_the_shortest_ends_of_paths_that_are_apart() -> None:
    assert short_names([("a/train.csv", ""), ("b/train.csv", "")]) == ["a", "b"]
    assert short_names([("x/a/train.csv", ""), ("y/a/train.csv", ""), ("b/log.csv", "")]) == [
        "x/a/train",
        "y/a/train",
        "log",
    ]
    assert short_names([("run.jsonl", "")]) == ["run"]
    assert short_names([("mlflow.db", "fast"), ("mlflow.db", "slow"), ("old.db", "fast")]) == [
        "mlflow/fast",
        "slow",
        "old/fast",
    ]
    assert short_names([("-", ""), ("runs/1/events.out.tfevents.17.host.1.0", "")]) == ["standard input", "1"]


def test_what_cannot_be_read_stands_behind_what_can(tmp_path: Path) -> None:
    good, bad = put(tmp_path / "good.jsonl"), tmp_path / "model.pt"
    bad.write_bytes(b"PK\0\1\2")
    whats = [str(bad), str(good), str(tmp_path / "later.jsonl")]
    places = LogPlaces(whats)
    places.poll()
    assert [(run.path, run.state) for run in places.runs] == [
        (str(good), "at rest"),
        (whats[2], "waiting"),
        (str(bad), "unreadable"),
    ]
    assert "is no log that gdtui understands" in str(places.runs[2].error)
    for several in ([str(bad)], [str(bad), str(bad)]):
        with pytest.raises(LogError, match="is no log that gdtui understands"):
            LogPlaces(several)


def test_a_pipe_with_a_name_is_refused_and_not_waited_at(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LogError, match="gdtui watch -"):
        LogPlaces([str(tmp_path / "pipe")])


def test_a_file_that_cannot_be_opened_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.jsonl")

    def closed(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("gdtui.logs.places.reader_of", closed)
    with pytest.raises(LogError, match=f"{path}: cannot be read: Permission denied"):
        LogPlaces([str(path)])
