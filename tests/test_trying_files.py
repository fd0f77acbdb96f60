"""Remedies that are tried, in run files: kept whenever their writer is killed, watched, and told in lines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gdtui import plain
from gdtui.runs.export import export
from gdtui.runs.reader import RunFile
from gdtui.runs.reopen import Watched
from gdtui.runs.verdict import UNCHECKED, WHOLE, verdict
from gdtui.session import opening
from gdtui.session.commands import Do, GoTo, Save
from gdtui.settings import Display, Settings
from tests.test_judging import Clock
from tests.test_session import SLOW, ask
from tests.test_trying import BETTER, WORSE, begun, line, log


def test_the_file_has_it_whenever_its_writer_is_killed(crawling: Settings, propose, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begun(crawling, save=path)
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    outcomes = []
    for number, epochs in enumerate((0, 7, 1_000)):
        session.pull(epochs)
        copy = shutil.copy(path, tmp_path / f"killed-{number}.jsonl")  # at the last, before anything is told
        again = opening.resume(str(copy), None, None, SLOW)
        assert again.run.tried == session.run.tried
        assert log(again)[-2] == "trying alpha 0.5 from epoch 11: crawling: 9,000 epochs more at this pace"
        again.pull(1_000)
        ask(again)
        again.close()
        outcomes.append([run.proved for run in Watched(str(copy)).runs])
    ask(session)
    assert outcomes == [[None, session.run.proved]] * 3
    session.close()
    assert verdict(str(path))[0] == WHOLE
    export(str(path), "csv", str(tmp_path / "run.csv"))
    assert len((tmp_path / "run.csv").read_text().splitlines()) == 41


def test_whoever_goes_on_with_another_alpha_gives_it_up(crawling: Settings, propose, tmp_path: Path) -> None:
    session = begun(crawling, save=tmp_path / "run.jsonl")
    propose(BETTER, 11)
    ask(session, Do.TRY)
    session.close()
    again = opening.resume(str(tmp_path / "run.jsonl"), None, 0.1, SLOW)
    ask(again)
    assert again.run.proved.outcome == "off"


def test_a_file_that_is_begun_later_has_all_of_it(crawling: Settings, propose, tmp_path: Path) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Do.TRY)
    session.pull(1_000)
    ask(session, GoTo(35))
    propose(WORSE, 20)
    ask(session, Do.TRY, Save(str(tmp_path / "run.jsonl")))
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines if line.get("kind") in ("fork", "tried", "proved")] == [
        *("fork", "tried", "proved"), *("fork", "tried"),
    ]  # fmt: skip
    session.pull(1_000)
    ask(session)
    told = [(run.tried, run.proved) for run in session.runs]
    assert [proved and proved.outcome for _, proved in told] == [None, "confirmed", "refuted"]
    session.close()
    assert [(run.tried, run.proved) for run in Watched(str(tmp_path / "run.jsonl")).runs] == told


def test_whoever_watches_is_told_as_it_comes(crawling: Settings, propose, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begun(crawling, save=path)
    watching = opening.watch(str(path), Display())
    watching.clock = clock = Clock()
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    session.pull(7)
    watching.turn()
    assert log(watching)[-2] == "trying alpha 0.5 from epoch 11: crawling: 9,000 epochs more at this pace"
    assert line(watching).startswith("trying alpha 0.5 from epoch 11 to epoch 40: loss ")
    session.pull(1_000)
    ask(session)
    clock.now += 1  # while a file grows, the line rests
    watching.turn()
    told = session.run.proved.told
    assert (log(watching)[-1], line(watching)) == (told, told)
    watching.turn()
    assert log(watching).count(told) == 1
    watching.do(Do.TRY)
    watching.turn()
    assert len(watching.runs) == 2
    again = opening.watch(str(path), Display())
    assert log(again)[-2:] == [told, f"{path}: following"]


def test_whoever_watches_is_offered_nothing_that_no_key_does(crawling: Settings, propose, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    begun(crawling, save=path).pull(20)
    propose(BETTER, 11)
    watching = opening.watch(str(path), Display())
    watching.turn()
    found = watching.snapshot().line
    assert (found.remedy, found.advice) == (None, "alpha 0.5 from epoch 11 might help")


def test_lines_tell_it_at_the_end(crawling: Settings, propose, tmp_path: Path, capsys) -> None:
    path = str(tmp_path / "run.jsonl")
    session = begun(crawling, save=Path(path))
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    session.pull(5)
    session.close()
    assert plain.resume(path, None, None, Display()) == 0
    *rest, tried, judged, _ = capsys.readouterr().out.splitlines()
    told = RunFile(path).branch.proved.told
    what = "trying alpha 0.5 from epoch 11: crawling: 9,000 epochs more at this pace"
    assert tried == f"[INFO] fork 1, {what}; {told}"
    assert judged == "[INFO] verdict: crawling: 9,000 epochs more at this pace; try alpha 0.5 from epoch 11"
    assert not any("verdict" in line or "trying" in line for line in rest)
    assert plain.watch(path, follow=False) == 0
    assert capsys.readouterr().out.splitlines()[-3:-1] == [tried, judged]


TRIED = {"kind": "tried", "until": 9, "verdict": "crawling", "why": "so", "now": {"alpha": 1.0}}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([TRIED], "a remedy is tried in a fork"),
        ([{"kind": "proved", "outcome": "refuted", "told": "so"}], "nothing was tried"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "until": 1}], "a remedy is tried in a fork"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "now": {"alpha": -1}}], "wrong kind"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "now": {"beta": 1}}], "wrong kind"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "measure": "?"}], "wrong kind"),
        (
            [{"kind": "fork", "fork": 2, "of": 0, "now": {}}, TRIED, {"kind": "proved", "outcome": "?", "told": ""}],
            "wrong kind",
        ),
    ],
)
def test_a_file_that_tells_nonsense_of_it_is_damaged_there(crawling, tmp_path: Path, lines: list, told: str) -> None:
    path = tmp_path / "run.jsonl"
    begun(crawling, save=path).close()
    with open(path, "a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    assert told in str(RunFile(str(path)).damage)
    assert verdict(str(path))[0] not in (WHOLE, UNCHECKED)
