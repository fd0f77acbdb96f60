"""Inputs for the fuzz, by Hypothesis: good ones, and what a stranger or a bad disk makes of them.

Each input is a command line with the files that it reads. What is random byte by byte is drawn with a seeded `Random`,
since Hypothesis would keep a record of every byte.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from gdtui.data.load import load
from gdtui.options import build_parser
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings
from tests import test_csv_file, test_tape
from tests.test_run_file import tell, train
from tests.trial.story import Rules

FILES = Path(__file__).parent.parent / "files"


class Input(NamedTuple):
    """A command line, and what lies about."""

    arguments: tuple[str, ...]
    files: dict[str, bytes] = {}
    stdin: bytes = b""


CHANCES = st.integers(0, 2**32 - 1).map(Random)
STRANGE = (
    *("", " ", "-", "--", "---x", "=", ",", "a,,b", "nan", "NaN", "-inf", "1e400", "1e-400", "-0", "0x10", "1_000"),
    *("9" * 400, "٣", "1,2,3", "1e308,1e308,1e308", ".", "..", "/", "~", "/dev/null", "no/such/file.csv", "x" * 5000),
    *("a\x1b[31mb", "\x1b]0;t\x07", "\x9b31m", "a\nb", "\u202eabc", "[red]x[/]", "[/x]", "\udcff.csv", "🙂", "x\x00y"),
    *("%s", "{}", "1e12", "1e13", "4294967296", "1.5", "max", "[@click=app.quit]x[/]"),
)
"""What nobody gives as the value of an option, but for strangers."""
NUMBERS = ("0", "5e-324", "1e-300", "1e-8", "0.5", "1", "3", "1e6", "1e100", "1e154", "1e300", "1.7976931348623157e308")
JSON = (None, True, -1, 0, 5, 1e308, "", "x", [], [1], {}, {"a": 1}, [[0.0]], "\x1b[31m", "9" * 50)
FAR = (10**8, 2**53, 10**30)
"""Epochs, if they are such, that are not reached in a trial."""
WORDS = (b"\xff", b"\x00", b"\xef\xbb\xbf", b"\r", b'"', b",", b"\n", b"nan", b"1e999", b"\x1b[2J")


def mutated(content: bytes, chance: Random, keep: int = 0) -> bytes:
    """Content in which some bytes, lines or pieces are others, beyond the first `keep` bytes."""
    first, rest = content[:keep], bytearray(content[keep:])
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at, size = chance.randint(0, len(rest)), chance.choice((1, 1, 4, 40, 400))
        match chance.randint(0, 5):
            case 0 if rest:
                rest[at % len(rest)] ^= 1 << chance.randint(0, 7)
            case 1:
                del rest[at : at + size]
            case 2:
                rest[at:at] = rest[at : at + size]
            case 3:
                rest[at:at] = chance.choice(WORDS)
            case 4:
                rest[at:at] = chance.randbytes(size)
            case 5:
                lines = rest.split(b"\n")
                chance.shuffle(lines)
                rest = bytearray(b"\n".join(lines if chance.random() < 0.2 else lines[: len(lines) // 2]))
    return first + bytes(rest)


@st.composite
def tables(draw: Any, rules: Rules) -> Input:
    """CSV files: any table, then spoilt."""
    separator, header, features, labels = draw(test_csv_file.tables())
    text, chance = io.StringIO(newline=""), draw(CHANCES)
    writer = csv.writer(text, delimiter=separator, quoting=chance.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)))
    writer.writerow(header)
    writer.writerows([*row, label] for row, label in zip(features, labels, strict=True))
    content = text.getvalue().encode(chance.choice(("utf-8", "utf-8", "utf-8", "utf-16", "latin-1")), "replace")
    content = content if chance.random() < 0.1 else mutated(content, chance)
    asked = chance.choice(((), (), ("--target", header[0]), ("--no-standardize",), ("--classes", f"{labels[0]},x")))
    asked += chance.choice(((), (), ("--test-size", "0.3"), ("--test-size", "0.99")))
    asked += chance.choice(((), (), ("--missing", "drop"), ("--missing", "mean", "--categorical", "auto")))
    source = chance.choice(("t.csv", "t.csv", "-"))
    return Input(("--plain", "--epochs", "2", "--data", source, *asked), {"t.csv": content}, content)


@cache
def run_files() -> list[bytes]:
    """Good run files: those of the tests, one with forks, and one that ended, which has a test set."""
    found = [path.read_bytes() for path in sorted(FILES.glob("*.jsonl"))]
    for epochs, share in ((12, 0.0), (60, 0.2)):
        with tempfile.TemporaryDirectory() as folder:
            from gdtui.runs.events import Forked
            from gdtui.runs.writer import RunWriter

            data, path = DataSettings("blobs", test_size=share), Path(folder, "run.jsonl")
            run = Run(Settings(data=data, epochs=epochs, init=(0.5, 0.5, 0.5)), load(data))
            writer = RunWriter(str(path), run)
            train(run, writer, 20)
            tell(writer, *run.set_alpha(0.02), Forked(7, 0, {"alpha": 0.5}))
            train(run.forked(7, 0.5), writer, 5)
            writer.close()
            found.append(path.read_bytes())
    return found


def commands_on(run: str, chance: Random) -> tuple[str, ...]:
    """What can be asked of a run file."""
    return chance.choice((
        ("watch", run),
        ("watch", run, run),
        ("watch", "--loss", "1", run),
        ("resume", run, "--plain", "--epochs", "200"),
        ("look", run),
        ("look", run),
        *(("export", run, "--format", kind) for kind in ("csv", "json", "md")),
    ))  # fmt: skip


@st.composite
def runs(draw: Any, rules: Rules) -> Input:
    """Run files, spoilt; their headers too, where that is allowed."""
    chance = draw(CHANCES)
    content = chance.choice(run_files())
    content = mutated(content, chance, 0 if rules.allows("fuzz.headers") else content.index(b"\n"))
    return Input(commands_on("run.jsonl", chance), {"run.jsonl": content})


@st.composite
def headers(draw: Any, rules: Rules) -> Input:
    """Run files in which a value of the first line is of another kind, or is missing."""
    chance = draw(CHANCES)
    first, _, rest = chance.choice(run_files()).partition(b"\n")
    first = _with_another_value(first, chance, rules)
    return Input(commands_on("run.jsonl", chance), {"run.jsonl": first + b"\n" + rest})


@st.composite
def lines(draw: Any, rules: Rules) -> Input:
    """The same with the other lines."""
    chance = draw(CHANCES)
    first, *others = chance.choice(run_files()).splitlines()
    for _ in range(chance.choice((1, 1, 3))):
        at = chance.randrange(len(others))
        others[at] = _with_another_value(others[at], chance, rules)
    return Input(commands_on("run.jsonl", chance), {"run.jsonl": b"\n".join([first, *others, b""])})


def _with_another_value(line: bytes, chance: Random, rules: Rules) -> bytes:
    known = json.loads(line) or {"epoch": 1}
    place = chance.choice([value for value in known.values() if isinstance(value, dict) and value] or [known])
    place = chance.choice((place, known))
    key = chance.choice(list(place))
    place[key] = chance.choice(JSON + (FAR if rules.allows("fuzz.far-epochs") else ()))
    if chance.random() < 0.2:
        del place[key]
    return json.dumps(known).encode()


@st.composite
def gaps(draw: Any, rules: Rules) -> Input:
    """Run files with few epochs kept, and those far apart."""
    chance = draw(CHANCES)
    content = bytearray(run_files()[-1])
    content += b'{"epoch":%d,"loss":1,"weights":[1,2,3]}\n' % chance.choice((10**5, 10**7, 10**8, 2**53))
    command = chance.choice((("watch", "run.jsonl", "--loss", "1"), ("resume", "run.jsonl", "--plain")))
    return Input(command, {"run.jsonl": bytes(content)})


@st.composite
def tapes(draw: Any, rules: Rules) -> Input:
    """Tapes, spoilt, or none; they are read and never played, since they could type anything."""
    chance = draw(CHANCES)
    commands = [test_tape.written(command) for command in draw(st.lists(test_tape.COMMANDS, max_size=6))]
    settings = [f"Set {name} {chance.choice(STRANGE)}" for name in chance.choices(SETTINGS, k=2)]
    odd = [chance.choice(ODD)] if rules.allows("fuzz.odd-tapes") else []
    text = "\n".join(chance.sample(lines := [*commands, *settings, *odd], len(lines)))
    content = text.encode(errors="surrogateescape")
    content = content if chance.random() < 0.3 else mutated(content, chance)
    return Input(("parse", "a.tape"), {"a.tape": content})


ODD = (
    *("Enter " + "9" * 400, "Sleep " + "9" * 400, "Type@" + "9" * 400 + " x", "Set FontSize " + "9" * 400),
    *("Set Theme " + '{"a":' * 3_000, "Set Theme " + "[" * 5_000, 'Set Theme {"red": 5}', 'Set Theme {"red": "#xyz"}'),
    *("Wait /(?P<a/", "Wait /[[:a/", "Wait /(?<=a+)/", "Wait /(?i/", "Wait /a{99999999999}/", "Wait /\\N{x}/"),
    *("# gdtui: " + "9" * 400 + "x2", "# gdtui: 0x0", "Source a.tape", "Source /dev/null", "Require \x00", "Env =x y"),
)
SETTINGS = (
    *("Shell", "Theme", "TypingSpeed", "FontSize", "Width", "Height", "WaitPattern", "WaitTimeout", "LoopOffset"),
    *("Padding", "LineHeight", "LetterSpacing", "PlaybackSpeed", "CursorBlink", "Framerate", "MarginFill"),
)


@st.composite
def options(draw: Any, rules: Rules) -> Input:
    """Any option of any command, with any value."""
    chance = draw(CHANCES)
    command = chance.choice(((), (), (), ("watch",), ("resume",), ("export",), ("tape",)))
    strange = [value for value in STRANGE if value != "--" or rules.allows("fuzz.option-is-dashes")]
    given = [chance.choice(strange) if chance.random() < 0.8 else chance.choice(NUMBERS) for _ in range(2)]
    if command:
        names = ("--format", "-o", "--loss", "--speed", "--fps", "--cast-version", "--record", "--alpha")
        words = *command, chance.choice((*strange, "run.jsonl")), chance.choice(names), given[0]
        return Input(words, {"run.jsonl": run_files()[0]})
    names = [action.option_strings[-1] for action in build_parser()._actions if action.nargs is None]
    # Neither so slow nor so long that it is waited for.
    asked = [f"{name}={value}" for name, value in zip(chance.sample(names, 2), given, strict=True) if name != "--speed"]
    parts = [part for option in asked for part in ([option] if chance.random() < 0.5 else option.split("=", 1))]
    return Input(("--plain", "--epochs", "2", "--samples", "20", *parts, "--target-loss", "1e308"))


@st.composite
def numbers(draw: Any, rules: Rules) -> Input:
    """Training with numbers at the edge of what there is."""
    chance = draw(CHANCES)
    number = lambda: chance.choice(("", "-")) + chance.choice(NUMBERS)  # noqa: E731
    rows = "\n".join(f"{number()},{number()},{index % 2}" for index in range(chance.choice((2, 5, 30))))
    asked = {"--alpha": chance.choice(NUMBERS), "--loss": chance.choice(("article", "cross-entropy", "squared-error"))}
    asked |= {"--init": f"{number()},{number()},{number()}", "--min-delta": chance.choice(NUMBERS)}
    asked |= {"--patience": "3", "--epochs": chance.choice(("1", "2", "30"))}
    words = [f"{name}={value}" for name, value in asked.items() if chance.random() < 0.7]
    standardized = chance.choice(("--standardize", "--no-standardize"))
    return Input(("draw", "--data", "t.csv", standardized, *words), {"t.csv": f"a,b,y\n{rows}\n".encode()})


@st.composite
def large(draw: Any, rules: Rules) -> Input:
    """Tables of a megabyte that are wide, long, or one line."""
    columns, rows = draw(CHANCES).choice(((50_000, 3), (3, 50_000), (1, 1), (200_000, 1)))
    names = ",".join(f"c{number}" for number in range(columns))
    content = "\n".join([f"{names},y", *(f"{'1.5,' * columns}{row % 2}" for row in range(rows))])
    content = content if rows > 1 else content + "9" * 5_000_000
    return Input(("--plain", "--epochs", "2", "--no-standardize", "--data", "t.csv"), {"t.csv": content.encode()})


KINDS = {f.__name__: f for f in (tables, runs, headers, lines, gaps, tapes, options, numbers, large)}
