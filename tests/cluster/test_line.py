"""Lines to workers: who is answered, what is an answer, and when there is none."""

from __future__ import annotations

import socket
import weakref
from threading import Event

import numpy as np
import pytest

from gdtui.cluster import line
from gdtui.cluster.holder import Holder, Question, Task
from tests.cluster.crew import until

HERE = "tcp://127.0.0.1:0"


def echo(function, arguments):
    return function, arguments


def asked(one, function="sums", arguments=(), known=("a",)):
    return line.ask({"a": one}, function, {"a": arguments}, lambda: known)["a"]


@pytest.mark.parametrize("key", [b"?" * line.HALF, b""])
def test_only_who_has_the_key_is_answered(key):
    port, right = line.listen(HERE, lambda: echo)
    with socket.create_connection(("127.0.0.1", port)) as other:
        other.sendall(key)
        other.shutdown(socket.SHUT_WR)
        assert other.recv(1) == b""
    assert asked(line.call(HERE, port, right), "sums", (1, 2)) == ("sums", (1, 2))
    with pytest.raises(OSError, match="refused"):
        line.call(HERE, port, right)


def test_who_does_not_know_the_other_half_of_the_key_is_no_worker():
    port, key = line.listen(HERE, lambda: echo)
    with pytest.raises(OSError, match="somebody else"):
        line.call(HERE, port, key[: line.HALF] + b"?" * line.HALF)


def test_where_a_worker_cannot_listen_that_is_told():
    with pytest.raises(OSError, match="assign"):
        Holder().listen("tcp://192.0.2.1:8786")  # an address for documentation, which nobody has


def test_the_answer_to_what_was_given_up_is_not_that_to_the_next_question():
    one = line.call(HERE, *line.listen(HERE, lambda: echo))
    one.send((-1, "given up", ()))
    assert asked(one, "the next") == ("the next", ())


def test_a_worker_that_is_silent_is_waited_for_while_it_is_there(monkeypatch):
    monkeypatch.setattr(line, "LONG", 0.001)
    speaks, there = Event(), iter([["a"], ["a"], []])
    one = line.call(HERE, *line.listen(HERE, lambda: lambda *_: speaks.wait()))
    gone = line.ask({"a": one}, "sums", {"a": ()}, lambda: next(there))["a"]
    assert str(gone) == "the scheduler knows of no such worker"
    speaks.set()


def test_a_worker_whose_rows_are_let_go_keeps_none_and_hangs_up():
    holder, there = Holder(), weakref.ref(X := np.ones((3, 2)))
    one = line.call(HERE, *holder.listen(HERE))
    holder.hold("key", 0, Task("article", 2, 1.0, True), X, np.zeros(3))
    sums = [Question("key", (0,), np.zeros(2))]
    assert asked(one, "sums", sums).tolist() == [[0.75, 1.5, 1.5]]
    del holder, X
    until(lambda: there() is None, "no rows any more")
    assert isinstance(asked(one, "sums", sums), OSError)
    assert isinstance(asked(one, "sums", sums), OSError)
