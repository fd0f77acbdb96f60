"""Whole runs whose rows are with workers: lines, files, errors, and what is left behind."""

from __future__ import annotations

import json
import signal
from importlib import util
from pathlib import Path

import psutil
import pytest

from gdtui.cluster.link import Link
from tests.cluster.crew import all_ended, processes_of, until
from tests.command import gdtui
from tests.terminal.harness import GDTUI, Terminal

MANY = ("--plain", "--samples", "150000", "--init", "zeros", "--loss", "cross-entropy")


def moments(path: Path) -> dict[int, tuple]:
    """The losses and weights of a run file, by their epochs."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["epoch"]: (line["loss"], line["weights"]) for line in lines if "kind" not in line}


@pytest.mark.parametrize(
    "options",
    [
        ("--race", "gd,adam:0.1,gd:batch=8192", "--l2", "0.01", "--test-size", "0.2"),
        ("--centers", "4", "--l1", "0.001", "--target-accuracy", "0.9"),
    ],
)
def test_what_is_printed_does_not_know_where_the_rows_live(options):
    here, there = gdtui(*MANY, *options, "-e", "8"), gdtui(*MANY, *options, "-e", "8", "--workers", "2")
    assert (there.stdout, there.stderr, there.returncode) == (here.stdout, "", 0)
    assert "epoch #8" in there.stdout
    assert not processes_of()


def test_a_run_goes_on_with_other_workers_or_none_to_the_same_bits(tmp_path):
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    gdtui(*MANY, "-e", "9", "--save", str(whole))  # its sums are of this process
    gdtui(*MANY, "-e", "3", "--save", str(parts), "--workers", "1")
    assert gdtui("resume", "--plain", str(parts), "-e", "6", "--workers", "2").returncode == 0
    assert gdtui("resume", "--plain", str(parts), "-e", "9").returncode == 0
    assert moments(parts) == moments(whole)
    assert len(moments(whole)) == 9
    assert json.loads(parts.read_text().splitlines()[0])["data"]["partitions"] == 64


def test_a_run_of_before_there_were_stretches_is_summed_as_it_was(tmp_path):
    """Its file does not tell of any."""
    run = tmp_path / "run.jsonl"
    options = ("--plain", "--samples", "270000", "-e", "2", "--save", str(run))
    gdtui(*options)
    header, *lines = run.read_text().splitlines()
    told = json.loads(header)
    del told["data"]["partitions"]
    run.write_text("\n".join([json.dumps(told), *(line for line in lines if '"check"' not in line)]) + "\n")
    again = gdtui("resume", "--plain", str(run), "-e", "4")
    assert again.returncode == 0, again.stderr
    assert "partitions" not in run.read_text()


# What goes wrong


def test_without_dask_one_is_told_what_to_install(monkeypatch):
    find = util.find_spec
    monkeypatch.setattr("gdtui.cluster.workers.find_spec", lambda name: None if name == "distributed" else find(name))
    told = gdtui("--plain", "-e", "2", "--workers", "2")
    assert (told.returncode, told.stderr) == (2, "gdtui: workers need Dask: pip install 'gdtui[cluster]'\n")


def test_where_no_scheduler_answers_that_is_told(monkeypatch):
    monkeypatch.setattr("gdtui.cluster.workers.ANSWERS_WITHIN", 0.1)
    told = gdtui("--plain", "-e", "2", "--cluster", "tcp://127.0.0.1:9")
    answer = "gdtui: no scheduler answers at tcp://127.0.0.1:9; dask scheduler begins one\n"
    assert (told.returncode, told.stderr, told.stdout) == (2, answer, "")


@pytest.mark.parametrize(
    "address", ["localhost:8786", "tcp://localhost", "http://localhost:1", "tcp://x:0", "tcp://x:y"]
)
def test_what_is_no_address_is_told(address):
    told = gdtui("--plain", "--cluster", address)
    assert told.returncode == 2
    assert f"{address!r} is not the address of a Dask scheduler, such as tcp://localhost:8786" in told.stderr


@pytest.mark.parametrize(
    "options", [("--workers", "0"), ("--workers", "257"), ("--workers", "2", "--cluster", "tcp://x:1")]
)
def test_workers_that_cannot_be_are_told(options):
    told = gdtui("--plain", *options)
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1


def test_data_that_cannot_be_had_leaves_no_workers():
    told = gdtui("--plain", "--data", "nothing.csv", "--workers", "1")
    assert told.returncode == 2
    assert "nothing.csv" in told.stderr
    assert not processes_of()


# Leaving


@pytest.mark.parametrize("how", ["q", "ctrl+c", signal.SIGKILL])
def test_all_processes_end_with_the_program(how):
    with Terminal([*GDTUI, "--samples", "100000", "--epochs", "100000000", "--workers", "2"]) as terminal:
        terminal.wait_for("epoch #3")
        workers = processes_of(terminal.process.pid)
        assert len(workers) == 2
        if isinstance(how, str):
            terminal.send(how)
        else:
            terminal.process.send_signal(how)
        code = terminal.wait_exit()
        until(lambda: all_ended(workers), "ended")
        assert code == {"q": 0, "ctrl+c": 130}.get(how, code)
        if how is not signal.SIGKILL:
            assert "Traceback" not in "\n".join(terminal.printed())
            assert "distributed" not in "\n".join(terminal.printed())


def test_workers_that_do_not_answer_keep_nobody_from_leaving():
    with Terminal([*GDTUI, "--samples", "100000", "--epochs", "100000000", "--workers", "2"]) as terminal:
        terminal.wait_for("epoch #3")
        terminal.send(" ")
        terminal.wait_for("paused")
        workers = processes_of(terminal.process.pid)
        for worker in workers:
            worker.send_signal(signal.SIGSTOP)
        terminal.send("\x1b[H")  # to the first epoch, which is to be measured
        terminal.send("q")
        assert terminal.wait_exit() == 0
        until(lambda: all_ended(workers), "ended")
        assert "stopped early" in terminal.printed()[-1]


def test_leaving_while_workers_begin_leaves_none():
    with Terminal([*GDTUI, "--workers", "2"]) as terminal:
        terminal.wait_for("starting 2 workers")
        children = psutil.Process(terminal.process.pid).children(recursive=True)
        assert children
        terminal.send("q")
        assert terminal.wait_exit() == 0
        until(lambda: all_ended(children), "ended")


# Dask's own commands: two machines, as it were


def test_two_workers_by_dasks_command_of_which_one_is_killed(dask, tmp_path, monkeypatch):
    whole, run = tmp_path / "whole.jsonl", tmp_path / "run.jsonl"
    gdtui(*MANY, "-e", "60", "--save", str(whole))
    first, _ = dask.worker(), dask.worker()
    link = Link(dask.address)
    until(lambda: len(link.workers()) == 2, "two workers")
    link.close()
    dask.then(lambda: '"epoch":5,' in run.read_text(), first.kill)
    told = gdtui(*MANY, "-e", "60", "--speed", "20", "--save", str(run), "--cluster", dask.address)
    assert told.returncode == 0
    assert told.stderr == "gdtui: a worker was lost; its rows are on another now\n"
    assert moments(run) == moments(whole)


def test_a_scheduler_that_is_gone_ends_the_run_which_goes_on_without(dask, tmp_path, monkeypatch):
    monkeypatch.setattr("gdtui.cluster.workers.PATIENCE", 2)
    whole, run = tmp_path / "whole.jsonl", tmp_path / "run.jsonl"
    gdtui(*MANY, "-e", "60", "--save", str(whole))
    dask.worker()
    dask.then(lambda: '"epoch":5,' in run.read_text(), dask.scheduler.kill)
    told = gdtui(*MANY, "-e", "60", "--speed", "20", "--save", str(run), "--cluster", dask.address)
    assert told.returncode == 2
    lost, why = told.stderr.splitlines()
    assert lost == "gdtui: all workers are lost; waiting for another"
    goes_on = f"gdtui resume {run} goes on, with other workers or none"
    assert why == f"gdtui: no worker at {dask.address} for 2 s; {goes_on}"
    assert gdtui("resume", "--plain", str(run)).returncode == 0
    assert moments(run) == moments(whole)
