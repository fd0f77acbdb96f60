"""Tapes: what VHS's language means here, and one line for each mistake."""

from __future__ import annotations

import contextlib
import signal
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.recording import keys
from gdtui.recording.parser import parse, parse_text
from gdtui.recording.pattern import compiled, search
from gdtui.recording.tape import Command, Place, TapeError
from gdtui.recording.themes import DEFAULT, find
from tests.conftest import examples

HERE = Place("", 0, 0)
"""Places are left out where commands are compared."""


def made(name: str, *arguments: object) -> Command:
    return Command(HERE, name, arguments)


def commands(text: str) -> list[Command]:
    return list(parse_text(text, "a.tape").commands)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Type 'ls'", ("Type", None, "ls")),
        ('Type@500ms "it\'s `x`"', ("Type", 0.5, "it's `x`")),
        ('Type `VAR="it\'s"`', ("Type", None, 'VAR="it\'s"')),
        ("Type one 'two' # three", ("Type", None, "one two")),
        ("Sleep 500ms", ("Sleep", 0.5)),
        ("Sleep 2", ("Sleep", 2)),
        ("Sleep .5s", ("Sleep", 0.5)),
        ("Enter", ("Press", (), "Enter", None, 1)),
        ("PageUp@1 3", ("Press", (), "PageUp", 1, 3)),
        ("Ctrl+C", ("Press", ("Ctrl",), "C", None, 1)),
        ("Ctrl+Alt+Shift+P", ("Press", ("Ctrl", "Alt", "Shift"), "P", None, 1)),
        ("Ctrl+]", ("Press", ("Ctrl",), "]", None, 1)),
        ("Ctrl+\\", ("Press", ("Ctrl",), "\\", None, 1)),
        ("Alt+Enter", ("Press", ("Alt",), "Enter", None, 1)),
        ("Shift+Right@100ms 2", ("Press", ("Shift",), "Right", 0.1, 2)),
        ("Hide", ("Hide",)),
        ("Show", ("Show",)),
        ("Wait", ("Wait", "Line", None, None)),
        ("Wait+Screen@10ms /a\\/b[0-9]+/", ("Wait", "Screen", 0.01, "a\\/b[0-9]+")),
        ("Wait+Line /World/", ("Wait", "Line", None, "World")),
        ("Screenshot out/a.png", ("Screenshot", "out/a.png")),
        ("Copy 'a b'", ("Copy", "a b")),
        ("Paste", ("Paste",)),
    ],
)
def test_each_command(text, command):
    assert commands(text) == [made(*command)]


def test_several_commands_on_a_line_and_comments_and_blank_lines():
    text = "\ufeff# a word\r\n\r\nType 'ls' Sleep 1 Enter 2\r\n  Hide # more\n"
    found = commands(text)
    assert [command.name for command in found] == ["Type", "Sleep", "Press", "Hide"]
    assert [(command.place.line, command.place.column) for command in found] == [(3, 1), (3, 11), (3, 19), (4, 3)]


def test_what_holds_for_the_whole_tape():
    found = parse_text(
        """
Output a.gif
Output "b c.cast"
Require bash
Env GREETING "hello world"
Set Shell zsh
Set FontSize 20
Set FontFamily "Some Font"
Set Theme Dracula
Set TypingSpeed 10ms
Set LoopOffset 50%
Set CursorBlink false
Set WaitTimeout 3s
Set WaitPattern /\\$ $/
Set PlaybackSpeed 2
Type 'x'
Set TypingSpeed 1
""",
        "a.tape",
    )
    assert [path for _, path in found.outputs] == ["a.gif", "b c.cast"]
    assert [program for _, program in found.requires] == ["bash"]
    assert found.env == (("GREETING", "hello world"),)
    settings = found.settings
    assert (settings.shell, settings.font_size, settings.theme) == ("zsh", 20, find("dracula"))
    assert (settings.typing_speed, settings.wait_timeout, settings.wait_pattern) == (0.01, 3, "\\$ $")
    assert settings.playback_speed == 2
    assert found.commands == (made("Type", None, "x"), made("Set", "typing_speed", 1.0))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("# gdtui: 120x40\n", (120, 40)),
        ("Set Width 300\n#gdtui:100x30\nType 'x'", (100, 30)),
        # 14 x 30 pixels a cell at size 22; the padding of 60 goes off on both sides.
        ("", ((1200 - 120) // 14, (600 - 120) // 30)),
        ("Set Padding 0\nSet FontSize 10\nSet LetterSpacing 0", (1200 // 6, 600 // 14)),
        ("Set Padding 0\nSet FontSize 10\nSet LineHeight 1.5\nSet LetterSpacing 2", (1200 // 8, 600 // 21)),
        ("Set Margin 20\nSet WindowBar Rings", (1080 // 14, (480 - 30) // 30)),
        ("Set Margin 20\nSet MarginFill '#123456'", (1040 // 14, 440 // 30)),
    ],
)
def test_the_size_is_stated_or_follows_from_the_pixels(text, size):
    assert parse_text(text, "a.tape").size == size


def test_a_theme_may_be_json_over_lines_and_leave_colours_out():
    found = parse_text('Set Theme { "red": "#FF0000",\n "brightPurple": "#00ff00" }\nType x', "a.tape")
    palette = list(DEFAULT.palette)
    palette[1], palette[13] = "#ff0000", "#00ff00"
    assert found.settings.theme.palette == tuple(palette)
    assert found.commands[0].place == Place("a.tape", 3, 1)


def test_a_tape_sources_another_without_its_outputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.tape").write_text("Output no.gif\nSet FontSize 11\nEnv A b\nHide\n")
    (tmp_path / "a.tape").write_text("Output yes.gif\nSource in.tape\nShow\n")
    found = parse("a.tape")
    assert [path for _, path in found.outputs] == ["yes.gif"]
    assert (found.settings.font_size, found.env) == (11, (("A", "b"),))
    assert [(command.name, command.place.file) for command in found.commands] == [
        ("Hide", "in.tape"),
        ("Show", "a.tape"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Typo 'x'", "1:1: 'Typo' is no command of tapes, such as Type, Enter, Sleep or Wait"),
        ("\n\nSleep", "3:6: Sleep needs a time, as in 500ms or 2s"),
        ("Enter\n   Sleep soon", "2:10: Sleep needs a time, as in 500ms or 2s"),
        ("Sleep 5px", "1:7: Sleep needs a time"),
        ("Sleep 9999999", "1:7: more than 3600 seconds is too long"),
        ("Type", "1:5: Type needs a text"),
        ("Type@x 'a'", "1:6: @ needs a time"),
        ("Type 'never", "1:6: this string has no end; it ends with ' on the same line"),
        ("Wait /never", "1:6: this regular expression has no end"),
        ("Set Theme {", "1:11: this JSON object has no end"),
        ("Wait /(/", "1:6: /(/ is no regular expression: missing ), unterminated subpattern"),
        ("Wait /a{99999999999999999999}/", "1:6: /a{99999999999999999999}/ is no regular expression: "),
        ("Wait /(?L)a/", "1:6: /(?L)a/ is no regular expression: "),
        ("Wait+Window /x/", "1:1: Wait+Window is not known"),
        ("Wait@0 /x/", "1:1: Wait needs a longest time"),
        ("Up 0", "1:4: a key is pressed a whole number of times"),
        ("Up 1.5", "1:4: a key is pressed a whole number of times"),
        ("Ctrl", "1:1: Ctrl is held while another key is pressed, as in Ctrl+c"),
        ("Ctrl+", "1:6: no key is called Ctrl+"),
        ("Ctrl+Foo", "1:6: no key is called Ctrl+Foo"),
        ("Output demo.mp4", "1:8: Output makes .cast, .gif, .svg, .txt, .ascii, and 'demo.mp4' is none of them"),
        ("Output", "1:7: Output needs a file, as in Output demo.cast"),
        ("Screenshot a.gif", "1:12: Screenshot makes .png, .svg, .txt"),
        ("Require", "1:8: Require needs the name of a program"),
        ("Env A", "1:6: Env needs a text after the name"),
        ("Env 'A=B' 'c'", "1:5: 'A=B' is no name"),
        ("Set", "1:4: Set needs a setting and a value"),
        ("Set Foo 3", "1:5: 'Foo' is no setting of tapes"),
        ("Set FontSize big", "1:14: FontSize needs a number"),
        ("Set PlaybackSpeed 0", "1:19: PlaybackSpeed is a number from 0.01 to 100"),
        ("Set Shell tcsh", "1:11: Shell is one of bash, zsh, fish, sh, and 'tcsh' is not"),
        ("Set Theme Unheard", "1:11: no theme 'Unheard' is known, only gdtui, Dracula"),
        ('Set Theme {"red": 3}', "1:11: the theme's red is 3, which is no colour"),
        ("Set Theme {red}", "1:11: this theme is not JSON"),
        ("Hide\nSet Width 300", "2:5: Set Width must come before the first command"),
        ("Source none.tape", "none.tape:1:1: cannot be read: No such file or directory"),
        ("# gdtui: big", "1:1: 'big' is no size in columns and rows, as in `# gdtui: 120x40`"),
        ("Hide\n# gdtui: 1x1", "2:1: '1x1' is no size"),
        ("Set Width 100", "1:1: Width and Height come to -2x16 characters"),
        ("Set FontSize 0\nSet LetterSpacing 0", "1:1: FontSize, LetterSpacing and LineHeight leave no room"),
        ("§", "1:1: '§' means nothing here; put text in quotes"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(text, message):
    with pytest.raises(TapeError) as caught:
        parse_text(text, "demo.tape")
    assert str(caught.value).startswith(message if message.startswith("none") else f"demo.tape:{message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("begin", "long", "message"),
    [
        ("Up ", "9" * 400, "1:4: a key is pressed a whole number of times"),
        ("Sleep ", "9" * 400, "1:7: more than 3600 seconds is too long"),
        ("Set Width ", "9" * 400, "1:11: Width is at most 100000"),
        ("Set Theme ", '{"red":' + "[" * 100_000 + "}", "1:11: this theme is not JSON: it is nested too deeply"),
        ("Wait ", f"`{'(' * 5000}{')' * 5000}`", "1:6: "),
    ],
    ids=lambda value: value[:8],
)
def test_what_is_very_long_is_a_mistake_like_another(begin, long, message):
    test_a_mistake_is_one_line_with_its_place(begin + long, message)


def test_a_tape_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(TapeError, match=r"none\.tape:1:1: cannot be read: No such file or directory$"):
        parse(str(tmp_path / "none.tape"))
    (tmp_path / "long.tape").write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(TapeError, match=r"long\.tape:1:1: has more than 1,048,576 characters; this is no tape$"):
        parse(str(tmp_path / "long.tape"))
    (tmp_path / "bad.tape").write_bytes(b"Type '\xff'")
    with pytest.raises(TapeError, match=r"bad\.tape:1:1: this is not UTF-8 text$"):
        parse(str(tmp_path / "bad.tape"))


@pytest.mark.parametrize(
    ("key", "modifiers", "code"),
    [
        ("Enter", (), "\r"),
        ("Up", (), "\x1b[A"),
        ("Right", ("Shift",), "\x1b[1;2C"),
        ("Left", ("Ctrl", "Alt"), "\x1b[1;7D"),
        ("PageUp", (), "\x1b[5~"),
        ("Delete", ("Ctrl",), "\x1b[3;5~"),
        ("Tab", ("Shift",), "\x1b[Z"),
        ("C", ("Ctrl",), "\x03"),
        ("c", ("Ctrl", "Alt"), "\x1b\x03"),
        ("a", ("Shift",), "A"),
        ("Space", ("Ctrl",), "\0"),
        ("]", ("Ctrl",), "\x1d"),
        ("x", ("Alt",), "\x1bx"),
    ],
)
def test_keys_are_sent_as_xterm_sends_them(key, modifiers, code):
    assert keys.encode(key, modifiers) == code


def test_arrows_have_other_codes_where_the_program_asked():
    assert keys.encode("Up", (), application=True) == "\x1bOA"
    assert keys.encode("Up", ("Shift",), application=True) == "\x1b[1;2A"


# What is written out reads back the same.

TEXTS = st.text(st.characters(exclude_characters="\n\r`", codec="utf-8"))
SECONDS = st.none() | st.integers(1, 3_600_000).map(lambda milliseconds: milliseconds / 1000)
COMMANDS = st.one_of(
    st.builds(made, st.just("Type"), SECONDS, TEXTS),
    st.builds(
        made,
        st.just("Press"),
        st.lists(st.sampled_from(list(keys.MODIFIERS)), unique=True).map(tuple),
        st.sampled_from(["Up", "PageDown", "Space", "Enter"]),
        SECONDS,
        st.integers(1, 99),
    ),
    st.builds(made, st.just("Sleep"), SECONDS.map(lambda seconds: seconds or 0.0)),
    st.builds(made, st.just("Wait"), st.sampled_from(["Line", "Screen"]), SECONDS, st.none() | st.just("a+ b")),
    st.builds(made, st.just("Copy"), TEXTS),
    st.builds(made, st.sampled_from(["Hide", "Show", "Paste"])),
)


def written(command: Command) -> str:
    def at(seconds: float | None) -> str:
        return "" if seconds is None else f"@{seconds * 1000:.0f}ms"

    match command.name, *command.arguments:
        case "Type", speed, text:
            return f"Type{at(speed)} `{text}`"
        case "Press", modifiers, key, speed, count:
            return f"{'+'.join([*modifiers, key])}{at(speed)} {count}"
        case "Sleep", seconds:
            return f"Sleep {seconds:.3f}"
        case "Wait", scope, timeout, pattern:
            return f"Wait+{scope}{at(timeout)}" + (f" /{pattern}/" if pattern else "")
        case "Copy", text:
            return f"Copy `{text}`"
    return command.name


@given(st.lists(COMMANDS, max_size=10), st.sampled_from(["\n", " ", "\r\n# a word\r\n\r\n"]))
def test_what_is_written_reads_back(found, between):
    assert commands(between.join(written(command) for command in found)) == found


@given(st.text() | st.text("Type Sleep@+'/{}5ms\n#."))
def test_any_text_is_a_tape_or_a_mistake_in_one_line(text):
    message = ""
    try:
        parse_text(text, "a.tape")
    except TapeError as error:
        message = str(error)
    assert "\n" not in message


@given(st.text("ab(){}[]?*+|\\\\^$.,:=!<>P#0123456789LiuxmZ-&~", max_size=30))
@settings(deadline=None, max_examples=examples(300, 20_000))
def test_any_regular_expression_is_one_or_a_mistake_in_one_line(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning would be on the screen, and is not for the tape's author
        with contextlib.suppress(TapeError):
            parse_text(f"Wait `{text}`", "demo.tape")


def test_a_search_that_takes_too_long_is_given_up():
    with pytest.raises(TimeoutError):
        search(compiled("(a|a)*b"), "a" * 60, 0.05)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert search(compiled("a+$"), "a" * 60, 0.05)
    assert not search(compiled("b"), "a" * 60, 0.05)
