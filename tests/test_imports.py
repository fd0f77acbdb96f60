"""What is loaded with what, seen in a fresh interpreter: this one has loaded everything."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gdtui

HEAVY = (
    *("numpy", "scipy", "sklearn", "textual", "rich", "plotext", "asyncio", "pyte", "wcwidth", "argcomplete"),
    *("gdtui.recording", "textual_serve", "aiohttp", "gdtui.web", "distributed", "dask", "gdtui.cluster"),
)
SCREENS = ("textual", "rich", "plotext", "gdtui.charts", "gdtui.tui", "gdtui.plain", "gdtui.report", "gdtui.cli")
ROOT = Path(gdtui.__file__).parent


def loaded_after(code: str) -> set[str]:
    """The modules loaded after this code, whether or not it exits."""
    tell = "print(chr(10).join(sys.modules), file=sys.stderr)"
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\n{tell}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stderr.split())


def under(package: str, loaded: set[str]) -> set[str]:
    return {name for name in loaded if name == package or name.startswith(f"{package}.")}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--alpha", "-1"], ["serve", "--help"]])
def test_the_command_line_answers_without_loading_anything_heavy(arguments):
    loaded = loaded_after(f"from gdtui.cli import main; main({arguments!r})")
    assert "gdtui.cli" in loaded
    for package in HEAVY:
        assert not under(package, loaded)


def test_watching_begins_without_loading_anything_heavy():
    """What is watched, and a pipe that is drained, are known before the first paint."""
    loaded = loaded_after("import gdtui.commands.watch, gdtui.logs.own, gdtui.logs.pipe")
    for package in HEAVY:
        assert not under(package, loaded)


def modules_of(*packages: str) -> list[str]:
    return [f"gdtui.{package}.{path.stem}" for package in packages for path in (ROOT / package).glob("[!_]*.py")]


def test_the_core_knows_of_no_screen():
    modules = modules_of("data", "learning", "runs", "session")
    assert len(modules) >= 10
    loaded = loaded_after(f"import gdtui, {', '.join(modules)}")
    assert set(modules) <= loaded
    for package in SCREENS:
        assert not under(package, loaded)


def test_scikit_learn_is_loaded_only_by_the_sets_that_need_it():
    modules = modules_of("data", "learning", "runs", "session")
    loaded = loaded_after(f"import {', '.join(modules)}, gdtui.plain, gdtui.report")
    assert not under("sklearn", loaded)
    assert not under("scipy", loaded)


def test_a_table_of_texts_needs_no_scikit_learn(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("c,n,y\nred,1,p\nblue,2,q\ngreen,3,p\n")
    options = ["--plain", "-e", "1", "--data", str(table), "--categorical", "c"]
    loaded = loaded_after(f"from gdtui.cli import main; assert main({options!r}) == 0")
    assert not under("sklearn", loaded)


def test_the_library_names_load_no_screen():
    loaded = loaded_after("from gdtui import Dataset, Descent, Run, Settings, load; load('blobs')")
    assert "gdtui.data.load" in loaded
    for package in (*SCREENS, "sklearn"):
        assert not under(package, loaded)


def test_learning_knows_of_no_runs():
    assert not under("gdtui.runs", loaded_after(f"import {', '.join(modules_of('learning'))}"))


def test_printing_lines_loads_no_drawing():
    loaded = loaded_after("from gdtui.cli import main; main(['--plain', '-e', '1'])")
    for package in ("textual", "plotext", "gdtui.charts", "gdtui.tui", "distributed", "dask", "gdtui.cluster"):
        assert not under(package, loaded)


def test_drawing_does_not_wait_for_plotexts_documentation():
    loaded = loaded_after("import gdtui.charts.axes")
    assert "plotext._kernel.api" in loaded
    assert not under("plotext._doc.sections", loaded)


def test_the_first_paint_waits_for_nothing_that_is_not_painted_yet():
    loaded = loaded_after("import gdtui.tui.front, gdtui.tui.classroom, gdtui.lessons.reading")
    assert "gdtui.tui.workspace" in loaded
    later = "gdtui.views", "gdtui.runs", "gdtui.recording", "gdtui.tui.dialogs", "gdtui.wire.web", "gdtui.web"
    for package in ("numpy", "plotext", "textual_serve", "aiohttp", "distributed", "gdtui.cluster", *later):
        assert not under(package, loaded)


def test_only_wire_uses_what_textual_calls_its_own():
    users = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name and name.startswith("textual._") for name in names):
                users.add(path.relative_to(ROOT).parts[0])
    assert users == {"wire"}
