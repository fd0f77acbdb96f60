"""Terminals that have no UTF-8: something stands for each character, in its place."""

from __future__ import annotations

import io
import string
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import wcswidth

from gdtui import cli
from gdtui.encoding import encoding_of, named, stand_in


def shown(text: str, encoding: str = "ascii") -> str:
    return text.encode(encoding, "stand-in").decode(encoding)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("┌─┬─┐│┃└─┘", "+-+-+||+-+"),
        ("● ▲ ▶ → ↑ ✓ ✗", "o ^ > > ^ + x"),
        ("⠀⠉⣀⣿⡇", " '.::"),
        ("━━╸───", "===---"),
        ("loading… 2² α −1 “x”", 'loading. 22 a -1 "x"'),
        ("🔎x", "> x"),
        ("β₂·s / (√s + ε), λ₁, π, ⌊n/N⌋", "b2.s / (Vs + e), l1, p, [n/N]"),
        ("Zürich 東京 🙂 \udcff", "Zurich ???? ?? ?"),
    ],
)
def test_what_stands_for_what(text, expected):
    assert shown(text) == expected


def test_what_the_encoding_has_is_kept():
    assert shown("Zürich · × → ●", "latin-1") == "Zürich · × > o"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "shift+← ←→ Epoch <>"),
        ("latin-1", "shift+left left/right Epoch <>"),
        ("ascii", "shift+left left/right Epoch <>"),
    ],
)
def test_arrows_that_cannot_be_shown_are_named_since_their_stand_ins_are_keys(monkeypatch, encoding, expected):
    monkeypatch.setattr(sys, "__stdout__", io.TextIOWrapper(io.BytesIO(), encoding))
    assert named("shift+← ←→ Epoch <>") == expected


@given(
    st.characters(min_codepoint=128, exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Mn", "Me", "Lm", "Zl", "Zp"])
)
@example("﹇")
@example("Ａ")
def test_a_stand_in_is_ascii_of_the_same_width(char):
    assert set(stand_in(char)) <= set(string.printable) - set("\x0b\x0c\r\n\t")
    assert len(stand_in(char)) == max(0, wcswidth(char))


@pytest.mark.parametrize(
    ("environ", "encoding"),
    [
        ({}, None),
        ({"LANG": "de_DE"}, None),
        ({"LANG": "C.UTF-8"}, "UTF-8"),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, "ascii"),
        ({"LANG": "C.UTF-8", "LC_ALL": "POSIX"}, "ascii"),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, "UTF-8"),
        ({"LC_ALL": "", "LANG": "de_DE.ISO-8859-15@euro"}, "ISO-8859-15"),
        ({"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}, None),
    ],
)
def test_the_encoding_is_the_locales(environ, encoding):
    assert encoding_of(environ) == encoding


@pytest.mark.parametrize("name", ["en_US.KLINGON", "en_US.UTF-16", "en_US.rot13", "en_US.\0", "x.idna"])
def test_an_encoding_that_cannot_be_written_is_one_line(capsys, monkeypatch, name):
    class Tty(io.TextIOWrapper):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdout", Tty(io.BytesIO()))
    monkeypatch.setenv("LC_ALL", name.replace("\0", "\\"))
    assert cli.main(["--plain", "-e", "1"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "has an encoding that cannot be written; set LC_ALL, or give --ascii" in said


def test_what_a_pipe_cannot_carry_is_no_error(tmp_path, monkeypatch):
    file = tmp_path / "x.csv"
    file.write_text("größe,y\n1,東\n2,q\n3,東\n4,q\n")
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, "latin-1"))
    assert cli.main(["--data", str(file), "-e", "1"]) == 0
    assert b"[INFO] epoch #1, loss=" in out.getvalue()


def test_ascii_is_printed_where_it_is_asked_for(monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8"))
    assert cli.main(["watch", "tests/files/v1-tree.jsonl", "tests/files/v1-patience.jsonl", "--plain", "--ascii"]) == 0
    assert out.getvalue().isascii()
    assert len(out.getvalue().splitlines()) > 2
