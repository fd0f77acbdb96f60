"""Tapes, from text to `gdtui.recording.tape.Tape`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gdtui.recording import keys, themes
from gdtui.recording.lexer import Reader, Token, tokens
from gdtui.recording.tape import (
    Change,
    Command,
    Copy,
    Hide,
    Output,
    Paste,
    Press,
    Require,
    Screenshot,
    Show,
    Sleep,
    Tape,
    TapeSettings,
    Type,
    Wait,
    columns_and_rows,
    read,
)

OUTPUTS = (".cast", ".gif", ".svg", ".txt", ".ascii")
SCREENSHOTS = (".png", ".svg", ".txt")
SHELLS = ("bash", "zsh", "fish", "sh")
BARS = ("", "Colorful", "ColorfulRight", "Rings", "RingsRight")
PIXELS = {
    "FontSize": "font_size",
    "Width": "width",
    "Height": "height",
    "Padding": "padding",
    "Margin": "margin",
    "WindowBarSize": "window_bar_size",
    "LineHeight": "line_height",
    "LetterSpacing": "letter_spacing",
    "PlaybackSpeed": "playback_speed",
}
ONLY_VHS = ("FontFamily", "BorderRadius", "Framerate", "LoopOffset", "CursorBlink")
"""Settings that are read and left alone."""
CHANGES = ("TypingSpeed", "WaitTimeout", "WaitPattern")
"""Settings that may stand among the commands; the others must come before."""


def parse(path: str) -> Tape:
    """The tape in a file. Raises TapeError for whatever is wrong in it."""
    return parse_text(read(path), path)


def parse_text(text: str, file: str) -> Tape:
    """The tape that a text is; `file` is for messages."""
    parser = _Parser(tokens(text, file))
    parser.run()
    return Tape(
        file,
        columns_and_rows(text, file, parser.settings),
        parser.settings,
        tuple(parser.env.items()),
        tuple(parser.requires),
        tuple(parser.outputs),
        tuple(parser.commands),
    )


@dataclass
class _Parser(Reader):
    is_sourced: bool = False
    settings: TapeSettings = field(default_factory=TapeSettings)
    env: dict[str, str] = field(default_factory=dict)
    requires: list[Require] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)

    # Commands

    def run(self) -> None:
        while self.at < len(self.tokens):
            token = self.take()
            if token.kind == "end":
                continue
            command = _COMMANDS.get(token.text) if token.kind == "word" else None
            if command is not None:
                command(self, token)
            elif token.kind == "word" and (token.text in keys.NAMES or token.text in keys.MODIFIERS):
                self.press(token)
            else:
                token.fail(f"{token.text!r} is no command of tapes, such as Type, Enter, Sleep or Wait")

    def type(self, token: Token) -> None:
        speed = self.speed()
        self.commands.append(Type(token.place, self.words("Type needs a text, as in Type 'ls'"), speed))

    def words(self, wanted: str) -> str:
        """Texts with blanks between them; a bare word that is a command ends them."""
        texts = [self.text(wanted).text]
        while self.next.kind == "string" or (self.next.kind == "word" and not _is_command(self.next.text)):
            texts.append(self.take().text)
        return " ".join(texts)

    def press(self, first: Token) -> None:
        modifiers: list[str] = []
        key = first
        while key.kind == "word" and key.text in keys.MODIFIERS:
            modifiers.append(key.text)
            if not self.taken("+"):
                key.fail(f"{key.text} is held while another key is pressed, as in {key.text}+c")
            key = self.take()
        if key.kind == "end" or not keys.can_be_pressed(key.text, tuple(modifiers)):
            key.fail(f"no key is called {'+'.join([*modifiers, key.text.strip()])}")
        self.commands.append(Press(first.place, key.text, tuple(modifiers), self.speed(), self.count()))

    def sleep(self, token: Token) -> None:
        self.commands.append(Sleep(token.place, self.time("Sleep needs a time, as in 500ms or 2s")))

    def hide(self, token: Token) -> None:
        self.commands.append(Hide(token.place))

    def show(self, token: Token) -> None:
        self.commands.append(Show(token.place))

    def wait(self, token: Token) -> None:
        scope = "Line"
        if self.taken("+"):
            scope = self.text("Wait+ needs Screen or Line").text
            if scope not in ("Screen", "Line"):
                token.fail(f"Wait+{scope} is not known; there are Wait+Screen and Wait+Line")
        timeout = self.speed()
        if timeout == 0:
            token.fail("Wait needs a longest time of more than 0")
        pattern = self.pattern() if self.next.kind == "regex" else None
        self.commands.append(Wait(token.place, scope, timeout, pattern))

    def pattern(self) -> str:
        token = self.take()
        if token.kind not in ("regex", "string", "word"):
            token.fail("a regular expression is needed, as in /done/")
        try:
            re.compile(token.text)
        except (re.error, RecursionError) as error:
            token.fail(f"/{token.text}/ is no regular expression: {error}")
        return token.text

    def screenshot(self, token: Token) -> None:
        self.commands.append(Screenshot(token.place, self.path("Screenshot", SCREENSHOTS).text))

    def copy(self, token: Token) -> None:
        self.commands.append(Copy(token.place, self.words("Copy needs a text, as in Copy 'ls'")))

    def paste(self, token: Token) -> None:
        self.commands.append(Paste(token.place))

    def scroll(self, token: Token) -> None:
        """VHS looks back into what has scrolled off. There is nothing here to look back with."""
        self.speed()
        self.count()

    # What is not played but holds for the whole tape

    def path(self, command: str, endings: tuple[str, ...]) -> Token:
        if self.next.kind == "regex":
            self.next.fail(f'put a path that begins with / in quotes, as in {command} "/tmp/demo{endings[0]}"')
        token = self.text(f"{command} needs a file, as in {command} demo{endings[0]}")
        if Path(token.text).suffix.lower() not in endings:
            known = ", ".join(endings)
            token.fail(f"{command} makes {known}, and {token.text!r} is none of them")
        return token

    def output(self, token: Token) -> None:
        path = self.path("Output", OUTPUTS)
        if not self.is_sourced:  # as VHS has it: a tape that is sourced does not write
            self.outputs.append(Output(path.place, path.text))

    def require(self, token: Token) -> None:
        program = self.text("Require needs the name of a program, as in Require git")
        self.requires.append(Require(program.place, program.text))

    def environment(self, token: Token) -> None:
        name = self.text("Env needs a name and a text, as in Env LANG 'C.UTF-8'")
        if "=" in name.text or not name.text:
            name.fail(f"{name.text!r} is no name of an environment variable")
        if self.next.kind not in ("string", "word", "number"):
            self.next.fail("Env needs a text after the name, as in Env LANG 'C.UTF-8'")
        self.env[name.text] = self.take().text

    def source(self, token: Token) -> None:
        path = self.path("Source", (".tape",))
        if self.is_sourced:
            token.fail("a tape that is sourced cannot source another")
        inner = _Parser(tokens(read(path.text), path.text), is_sourced=True, settings=self.settings, env=self.env)
        inner.commands, inner.requires = self.commands, self.requires
        inner.run()
        self.settings = inner.settings

    def set(self, token: Token) -> None:
        name = self.text("Set needs a setting and a value, as in Set TypingSpeed 50ms")
        value = self.value(name)
        if name.text in CHANGES and self.commands:
            self.commands.append(Change(token.place, name.text, value))
        elif self.commands:
            name.fail(f"Set {name.text} must come before the first command that does something")
        elif name.text not in ONLY_VHS:
            self.settings = replace(self.settings, **{_snake(name.text): value})

    def value(self, name: Token) -> Any:
        if name.text in PIXELS:
            return self.size(name)
        if name.text in ONLY_VHS:
            return self.ignored(name)
        if name.text == "WaitPattern":
            return self.pattern()
        if name.text in CHANGES:
            return self.time(f"{name.text} needs a time, as in 500ms or 2s")
        if name.text in _CHOICES or name.text == "MarginFill":
            return self.choice(name)
        if name.text == "Theme":
            return self.theme()
        return name.fail(f"{name.text!r} is no setting of tapes, such as FontSize, Theme or TypingSpeed")

    def size(self, name: Token) -> float:
        first = self.next
        size = self.number(f"{name.text} needs a number")
        if name.text == "PlaybackSpeed" and not 0.01 <= size <= 100:
            first.fail("PlaybackSpeed is a number from 0.01 to 100")
        if size > 100_000:
            first.fail(f"{name.text} is at most 100000")
        return size

    def ignored(self, name: Token) -> None:
        if self.next.kind not in ("string", "word", "number"):
            self.next.fail(f"{name.text} needs a value")
        self.take()
        self.taken("%")

    def choice(self, name: Token) -> str:
        value = self.text(f"{name.text} needs a value")
        known = _CHOICES.get(name.text, (value.text,))
        if value.text not in known:
            value.fail(f"{name.text} is one of {', '.join(filter(None, known))}, and {value.text!r} is not")
        return value.text

    def theme(self) -> themes.Theme:
        token = self.take() if self.next.kind == "json" else self.text("Theme needs a name, or colours as JSON")
        try:
            return themes.find(token.text)
        except ValueError as error:
            token.fail(str(error))


_CHOICES = {"Shell": SHELLS, "WindowBar": BARS}
_COMMANDS: dict[str, Callable[[_Parser, Token], None]] = {
    "Type": _Parser.type,
    "Sleep": _Parser.sleep,
    "Hide": _Parser.hide,
    "Show": _Parser.show,
    "Wait": _Parser.wait,
    "Screenshot": _Parser.screenshot,
    "Copy": _Parser.copy,
    "Paste": _Parser.paste,
    "ScrollUp": _Parser.scroll,
    "ScrollDown": _Parser.scroll,
    "Output": _Parser.output,
    "Require": _Parser.require,
    "Env": _Parser.environment,
    "Source": _Parser.source,
    "Set": _Parser.set,
}


def _is_command(word: str) -> bool:
    return word in _COMMANDS or word in keys.NAMES or word in keys.MODIFIERS


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
