"""What shells complete of gdtui's command lines: asked in a real bash, and in the others where they are at hand."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gdtui import cli
from gdtui.settings import BUILT_IN_SETS

SHELLS = ("bash", "zsh", "fish")


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        cli.main(["--completion", shell])
    assert left.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_takes_the_script(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "completion"
    path.write_text(script(shell, capsys))
    assert "gdtui" in path.read_text()
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    done = subprocess.run([shell, "-n", path], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files, and a gdtui that is found first."""
    for name in ("points.csv", "old.jsonl", "demo.tape", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "plots").mkdir()
    program = tmp_path / "bin" / "gdtui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gdtui "$@"\n')
    program.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("gdtui --da", {"--data", "--data-seed"}),
        ("gdtui --data ", {*BUILT_IN_SETS, "points.csv", "plots/", "bin/"}),
        ("gdtui --init ", {"uniform", "zeros", "ones"}),
        ("gdtui --data p", {"points.csv", "plots/"}),
        ("gdtui --loss c", {"cross-entropy"}),
        ("gdtui --theme gd", {"gdtui-dark", "gdtui-light"}),
        ("gdtui --epochs ", set()),
        ("gdtui re", {"resume"}),
        ("gdtui ", {*cli.COMMANDS}),
        ("gdtui resume ", {"old.jsonl", "plots/", "bin/"}),
        ("gdtui watch --fo", {"--follow", "--force"}),
        ("gdtui export old.jsonl --format ", {"csv", "json", "md"}),
        ("gdtui check o", {"old.jsonl"}),
        ("gdtui tape d", {"demo.tape"}),
        ("gdtui advise --lo", {"--loss"}),
        ("gdtui advise o", {"old.jsonl"}),
        ("gdtui learn bo", {"bowl"}),
        ("gdtui learn --the", {"--theme"}),
        ("gdtui --preset too", {"too-small", "too-large"}),
        ("gdtui --completion z", {"zsh"}),
    ],
)
def test_bash_completes(line: str, offered: set[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As readline does it: by the function that the script has named for gdtui."""
    words = line.split(" ")
    asked = f"""
PATH="$PWD/bin:$PATH"
eval "$GDTUI_SCRIPT"
COMP_WORDS=({" ".join(words)} {"''" if not words[-1] else ""}) COMP_CWORD={len(words) - 1} COMP_LINE={line!r}
COMP_POINT={len(line)} COMP_TYPE=9
"$(complete -p gdtui | sed 's/.*-F \\([^ ]*\\).*/\\1/')" gdtui {words[-1]!r} {words[-2]!r}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    home = str(Path(cli.__file__).parents[1])
    known = os.environ | {"GDTUI_SCRIPT": script("bash", capsys), "PYTHONPATH": home}
    done = subprocess.run(["bash", "-c", asked], cwd=folder, env=known, capture_output=True, text=True, timeout=60)
    found = {word.strip() for word in done.stdout.split("\n")} - {""}
    assert found == offered, done.stderr


def test_without_the_library_it_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in {"argcomplete", *(name for name in sys.modules if name.startswith("argcomplete."))}:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "gdtui.completion", raising=False)
    with pytest.raises(SystemExit) as left:
        cli.main(["--completion", "bash"])
    assert left.value.code == 2
    assert "needs argcomplete: pip install argcomplete" in capsys.readouterr().err
