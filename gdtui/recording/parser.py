"""Tapes, from text to `gdtui.recording.tape.Tape`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdtui.recording import keys, shells, themes
from gdtui.recording.pattern import compiled
from gdtui.recording.tape import Command, Place, Tape, TapeSettings, Token, columns_and_rows, read, tokens

OUTPUTS = (".cast", ".gif", ".svg", ".txt", ".ascii")
SCREENSHOTS = (".png", ".svg", ".txt")
NUMBERS = (
    *("FontSize", "Width", "Height", "Padding", "Margin", "WindowBarSize"),
    *("LineHeight", "LetterSpacing", "PlaybackSpeed"),
)
CHOICES = {"Shell": tuple(shells.COMMANDS), "WindowBar": ("", "Colorful", "ColorfulRight", "Rings", "RingsRight")}
ONLY_VHS = ("FontFamily", "BorderRadius", "Framerate", "LoopOffset", "CursorBlink")
"""Settings that are read and left alone."""
CHANGES = ("TypingSpeed", "WaitTimeout", "WaitPattern")
"""Settings that may stand among the commands; the others must come before."""
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
LONGEST, MOST = 3600.0, 10_000
"""Seconds of one command, and presses of one key."""
Arguments = tuple[Any, ...]


def parse(path: str) -> Tape:
    """The tape in a file. Raises TapeError for whatever is wrong in it."""
    return parse_text(read(path), path)


def parse_text(text: str, file: str) -> Tape:
    """The tape that a text is; `file` is for messages."""
    parser = _Parser(tokens(text, file))
    parser.run()
    settings = TapeSettings(**parser.settings)
    lists = (tuple(parser.env.items()), tuple(parser.requires), tuple(parser.outputs), tuple(parser.commands))
    return Tape(file, columns_and_rows(text, file, settings), settings, *lists)


@dataclass
class _Parser:
    """Takes a tape's tokens one after another."""

    tokens: list[Token]
    at: int = 0
    sourced: int = 0
    """Where the tokens of a sourced tape end that stand among the others."""
    settings: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    requires: list[tuple[Place, str]] = field(default_factory=list)
    outputs: list[tuple[Place, str]] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)

    def run(self) -> None:
        while self.at < len(self.tokens):
            token = self.take()
            if token.kind == "end":
                continue
            if token.kind != "word" or token.text not in _COMMANDS:
                token.fail(f"{token.text!r} is no command of tapes, such as Type, Enter, Sleep or Wait")
            arguments = _COMMANDS[token.text](self, token)
            if arguments is not None:
                self.commands.append(Command(token.place, token.text, arguments))

    # Arguments

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def taken(self, symbol: str) -> bool:
        """Take this symbol, if it comes next."""
        found = self.next.kind == "symbol" and self.next.text == symbol
        self.at += found
        return found

    def text(self, wanted: str, *others: str) -> Token:
        """A string or a bare word, or a token of another kind."""
        if self.next.kind not in ("string", "word", *others):
            self.next.fail(wanted)
        return self.take()

    def words(self, wanted: str) -> str:
        """Texts with blanks between them; a bare word that is a command ends them."""
        texts = [self.text(wanted).text]
        while self.next.kind == "string" or (self.next.kind == "word" and self.next.text not in _COMMANDS):
            texts.append(self.take().text)
        return " ".join(texts)

    def number(self, wanted: str) -> float:
        if self.next.kind != "number":
            self.next.fail(wanted)
        return float(self.take().text)

    def time(self, wanted: str) -> float:
        """Seconds: `500ms`, `2s`, or a plain number of them."""
        first = self.next
        seconds = self.number(wanted)
        if self.next.kind == "word" and (self.next.glued or self.next.text in UNITS):
            unit = self.take()
            if unit.text not in UNITS:
                first.fail(wanted)
            seconds = round(seconds * UNITS[unit.text], 9)
        if seconds > LONGEST:
            first.fail(f"more than {LONGEST:.0f} seconds is too long")
        return seconds

    def speed(self) -> float | None:
        return self.time("@ needs a time, as in Type@500ms") if self.taken("@") else None

    def count(self) -> int:
        first = self.next
        count = self.number("") if first.kind == "number" else 1
        if not (1 <= count <= MOST and count == int(count)):
            first.fail(f"a key is pressed a whole number of times, 1 to {MOST}")
        return int(count)

    def pattern(self) -> str:
        token = self.text("a regular expression is needed, as in /done/", "regex")
        try:
            compiled(token.text)
        except ValueError as error:
            token.fail(f"/{token.text}/ is no regular expression: {error}")
        return token.text

    def path(self, command: str, endings: tuple[str, ...]) -> Token:
        if self.next.kind == "regex":
            self.next.fail(f'put a path that begins with / in quotes, as in {command} "/tmp/demo{endings[0]}"')
        token = self.text(f"{command} needs a file, as in {command} demo{endings[0]}")
        if Path(token.text).suffix.lower() not in endings:
            known = ", ".join(endings)
            token.fail(f"{command} makes {known}, and {token.text!r} is none of them")
        return token

    # Commands that are played

    def press(self, first: Token) -> None:
        modifiers: list[str] = []
        key = first
        while key.kind == "word" and key.text in keys.MODIFIERS:
            modifiers.append(key.text)
            if not self.taken("+"):
                key.fail(f"{key.text} is held while another key is pressed, as in {key.text}+c")
            key = self.take()
        try:
            keys.encode(key.text, modifiers)
        except KeyError:
            key.fail(f"no key is called {'+'.join([*modifiers, key.text.strip()])}")
        arguments = (tuple(modifiers), key.text, self.speed(), self.count())
        self.commands.append(Command(first.place, "Press", arguments))

    def wait(self, token: Token) -> Arguments:
        scope = "Line"
        if self.taken("+"):
            scope = self.text("Wait+ needs Screen or Line").text
            if scope not in ("Screen", "Line"):
                token.fail(f"Wait+{scope} is not known; there are Wait+Screen and Wait+Line")
        timeout = self.speed()
        if timeout == 0:
            token.fail("Wait needs a longest time of more than 0")
        return scope, timeout, self.pattern() if self.next.kind == "regex" else None

    def scroll(self, _: Token) -> None:
        """VHS looks back into what has scrolled off. There is nothing here to look back with."""
        self.speed()
        self.count()

    # What is not played but holds for the whole tape

    def output(self, _: Token) -> None:
        path = self.path("Output", OUTPUTS)
        if self.at > self.sourced:  # as VHS has it: a tape that is sourced does not write
            self.outputs.append((path.place, path.text))

    def require(self, _: Token) -> None:
        program = self.text("Require needs the name of a program, as in Require git")
        self.requires.append((program.place, program.text))

    def environment(self, _: Token) -> None:
        name = self.text("Env needs a name and a text, as in Env LANG 'C.UTF-8'")
        if "=" in name.text or not name.text:
            name.fail(f"{name.text!r} is no name of an environment variable")
        self.env[name.text] = self.text("Env needs a text after the name, as in Env LANG 'C.UTF-8'", "number").text

    def source(self, token: Token) -> None:
        path = self.path("Source", (".tape",)).text
        if self.at < self.sourced:
            token.fail("a tape that is sourced cannot source another")
        inner = tokens(read(path), path)
        self.tokens[self.at : self.at] = inner
        self.sourced = self.at + len(inner)

    def set(self, token: Token) -> None:
        name = self.text("Set needs a setting and a value, as in Set TypingSpeed 50ms")
        if name.text not in _SETTINGS:
            name.fail(f"{name.text!r} is no setting of tapes, such as FontSize, Theme or TypingSpeed")
        value = _SETTINGS[name.text](self, name)
        if self.commands and name.text not in CHANGES:
            name.fail(f"Set {name.text} must come before the first command that does something")
        attribute = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.text).lower()
        if self.commands:
            self.commands.append(Command(token.place, "Set", (attribute, value)))
        elif name.text not in ONLY_VHS:
            self.settings[attribute] = value

    def size(self, name: Token) -> float:
        first = self.next
        size = self.number(f"{name.text} needs a number")
        if name.text == "PlaybackSpeed" and not 0.01 <= size <= 100:
            first.fail("PlaybackSpeed is a number from 0.01 to 100")
        if size > 100_000:
            first.fail(f"{name.text} is at most 100000")
        return size

    def choice(self, name: Token) -> str:
        value = self.text(f"{name.text} needs a value")
        known = CHOICES.get(name.text, (value.text,))
        if value.text not in known:
            value.fail(f"{name.text} is one of {', '.join(filter(None, known))}, and {value.text!r} is not")
        return value.text

    def theme(self, _: Token) -> themes.Theme:
        token = self.text("Theme needs a name, or colours as JSON", "json")
        try:
            return themes.find(token.text)
        except ValueError as error:
            token.fail(str(error))


_COMMANDS: dict[str, Callable[[_Parser, Token], Arguments | None]] = {
    "Type": lambda parser, _: (parser.speed(), parser.words("Type needs a text, as in Type 'ls'")),
    **dict.fromkeys((*keys.NAMES, *keys.MODIFIERS), _Parser.press),
    "Sleep": lambda parser, _: (parser.time("Sleep needs a time, as in 500ms or 2s"),),
    "Hide": lambda *_: (),
    "Show": lambda *_: (),
    "Wait": _Parser.wait,
    "Screenshot": lambda parser, _: (parser.path("Screenshot", SCREENSHOTS).text,),
    "Copy": lambda parser, _: (parser.words("Copy needs a text, as in Copy 'ls'"),),
    "Paste": lambda *_: (),
    "ScrollUp": _Parser.scroll,
    "ScrollDown": _Parser.scroll,
    "Output": _Parser.output,
    "Require": _Parser.require,
    "Env": _Parser.environment,
    "Source": _Parser.source,
    "Set": _Parser.set,
}
"""How what follows a command's name is read; the arguments of those that are played are returned."""
_SETTINGS: dict[str, Callable[[_Parser, Token], Any]] = {
    **dict.fromkeys(NUMBERS, _Parser.size),
    **dict.fromkeys(
        ONLY_VHS, lambda parser, name: (parser.text(f"{name.text} needs a value", "number"), parser.taken("%"))
    ),
    **dict.fromkeys((*CHOICES, "MarginFill"), _Parser.choice),
    **dict.fromkeys(
        ("TypingSpeed", "WaitTimeout"),
        lambda parser, name: parser.time(f"{name.text} needs a time, as in 500ms or 2s"),
    ),
    "WaitPattern": lambda parser, _: parser.pattern(),
    "Theme": _Parser.theme,
}
"""How a setting's value is read and checked."""
