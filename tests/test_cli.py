import argparse
import contextlib
import sys

import pytest

from gdtui import __version__, cli, fronts, options
from gdtui.settings import BUILT_IN_SETS, INITS, LOSSES, DataSettings, Display, Settings, StopRules


def parsed(*arguments) -> Settings:
    return options.settings_from(options.build_parser().parse_args(arguments))


def displayed(*arguments) -> Display:
    return options.display_from(options.build_parser().parse_args(arguments))


def refusal(capsys, *arguments) -> str:
    """The one line in which the command line refuses these arguments."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    captured = capsys.readouterr()
    assert caught.value.code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_no_arguments_are_the_defaults():
    assert parsed() == Settings()


def test_every_option_reaches_its_setting():
    settings = parsed(
        *("-e", "7", "-a", "0.5", "--loss", "squared-error", "--init", "0.5,1,-2", "--seed", "3"),
        *("--target-loss", "0.1", "--target-accuracy", "0.9", "--patience", "4", "--min-delta", "0.01"),
        *("--data", "my.csv", "--samples", "30", "--noise", "0.2", "--data-seed", "5", "--target", "kind"),
        *("--features", "a, b", "--classes", "x,y", "--standardize", "--sample-size", "0"),
        *("--drop", 'c,"d, in cm"', "--drop", "e", "--missing", "mean", "--categorical", "f,auto", "--decimal", ","),
    )
    assert settings == Settings(
        data=DataSettings(
            *("my.csv", 30, 0.2, 5, "kind", ("a", "b"), ("x", "y"), True),
            *(("c", "d, in cm", "e"), "mean", ("f", "auto"), ","),
        ),
        epochs=7,
        alpha=0.5,
        loss="squared-error",
        init=(0.5, 1.0, -2.0),
        seed=3,
        stop=StopRules(0.1, 0.9, 4, 0.01),
        sample_size=0,
    )


def test_every_option_of_the_display_reaches_it():
    assert displayed() == Display()
    assert displayed("--speed", "25", "--fps", "5", "--detach-on-hangup") == Display(25.0, 5.0, False, True)
    assert displayed("--calm") == Display(None, options.CALM_FPS, True)
    assert displayed("--calm", "--fps", "9").fps == 9


def test_long_names_of_short_options():
    assert parsed("--epochs", "7", "--alpha", "0.5") == parsed("-e7", "-a0.5")


@pytest.mark.parametrize("init", INITS)
def test_starts_by_name(init):
    assert parsed("--init", init).init == init


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_by_name(loss):
    assert parsed("--loss", loss).loss == loss


def test_speed_max_and_no_standardising():
    assert displayed("--speed", "max").speed == float("inf")
    assert parsed("--no-standardize").data.standardize is False


def test_weights_may_begin_with_a_negative_number():
    try:
        settings = parsed("--init", "-1,0.5,2")
    except SystemExit:
        pytest.fail("--init -1,0.5,2 is taken for an option")
    assert settings.init == (-1.0, 0.5, 2.0)


def test_classes_may_begin_with_a_negative_number():
    assert parsed("--classes", "-1,1").data.classes == ("-1", "1")


POSITIVE, NOT_NEGATIVE = "a number greater than 0", "a number of at least 0"
AT_LEAST_1, AT_LEAST_0 = "a whole number of at least 1", "a whole number of at least 0"
SEED, SHARE = "a whole number from 0 to 4294967295", "a number from 0 to 1"


@pytest.mark.parametrize(
    ("option", "values", "allowed"),
    [
        ("--epochs", ["0", "-1", "1.5", "ten", "", "inf"], AT_LEAST_1),
        ("--alpha", ["0", "-0.1", "nan", "inf", "1e999", "fast", ""], POSITIVE),
        ("--seed", ["-1", "4294967296", "x", "0.5"], SEED),
        ("--data-seed", ["-1", "4294967296", "x"], SEED),
        ("--target-loss", ["-1", "nan", "x"], NOT_NEGATIVE),
        ("--target-accuracy", ["-0.1", "1.1", "90%", "nan"], SHARE),
        ("--patience", ["0", "x"], AT_LEAST_1),
        ("--min-delta", ["-1", "inf"], NOT_NEGATIVE),
        ("--samples", ["0", "2.5"], AT_LEAST_1),
        ("--noise", ["-1", "inf"], NOT_NEGATIVE),
        ("--sample-size", ["-1", "x"], AT_LEAST_0),
        ("--speed", ["0", "-5", "warp", "inf"], "max, or epochs a second"),
        ("--init", ["half", "1,x", "1,,2", "inf,1", ""], "one of uniform, zeros, ones, nor numbers W0,W1,…"),
    ],
)
def test_a_bad_value_is_one_line_with_the_value_and_what_is_allowed(capsys, option, values, allowed):
    for value in values:
        message = refusal(capsys, f"{option}={value}")
        assert f"{option}: {value!r} is not {allowed}" in message
        assert message.startswith("gdtui: argument ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--loss", "tanh"], ["--loss", "'tanh'", *LOSSES]),
        (["--features", "a,,b"], ["--features: 'a,,b' has an empty name"]),
        (["--classes", "a"], ["--classes: 'a' is not all, nor two to 10 classes, A,B"]),
        (["--classes", "a,b,c,d,e,f,g,h,i,j,k"], ["is not all, nor two to 10 classes, A,B"]),
        (["--centers", "11"], ["--centers: '11' is not a whole number from 2 to 10"]),
        (["--epochs"], ["--epochs: expected one argument"]),
        (["--epochs=--"], ["--epochs: expected one argument"]),
        (["--data=--"], ["--data: expected one argument"]),
        (["-a--"], ["--alpha: expected one argument"]),
        (["tape", "--output=--", "x.tape"], ["--output: expected one argument"]),
        (["--ep", "5"], ["unrecognized arguments: --ep 5"]),
        (["blobs"], ["'blobs' is no command; gdtui --data blobs trains on it"]),
        (["some.csv"], ["gdtui --data some.csv trains on it, gdtui watch some.csv shows it if it is a log"]),
        (["x.npz"], ["gdtui --data x.npz trains on it (gdtui --help"]),
        (["gdtui"], ["gdtui watch gdtui shows all logs in it"]),
        (["my data.CSV"], ["gdtui --data 'my data.CSV' trains on it"]),
        (["--plain", "some.csv"], ["'some.csv' is no command; gdtui --data some.csv trains on it"]),
        (["-e", "5", "watch", "run.jsonl"], ["watch comes first, before all options: gdtui watch"]),
        (["--frob", "some.csv"], ["unrecognized arguments: --frob some.csv"]),
        (["wacth", "run.jsonl"], ["did you mean watch?"]),
        (["pyproject.toml"], ["gdtui watch pyproject.toml shows a log or a run file"]),
        (["help"], ["gdtui --help lists the options"]),
        (["frobnicate"], [f"there are {', '.join(cli.COMMANDS)}"]),
        (["watch"], ["gdtui watch --help lists the options"]),
        (["--epochs", "1e"], ["'1e' is not a whole number"]),
        (["--epochs", "15e-1"], ["'15e-1' is not a whole number"]),
        (["--epochs", "1e13"], ["'1e13' is not a whole number"]),
        (["--epochs", "1e999"], ["'1e999' is not a whole number"]),
    ],
)
def test_bad_usage_is_one_line(capsys, arguments, said):
    message = refusal(capsys, *arguments)
    assert all(words in message for words in [*said, "--help"]), message


@pytest.mark.parametrize("command", [[], ["watch", "run.jsonl"], ["resume", "run.jsonl"]])
@pytest.mark.parametrize("name", ["x.gif", "x", "cast", "x.cast.gif", ""])
def test_a_recording_not_named_as_one_is_refused_at_once(capsys, command, name):
    message = refusal(capsys, *command, "--record", name)
    assert f"--record: {name!r} does not end in .cast" in message
    assert "give a name such as demo.cast; gdtui tape makes GIFs" in message


def test_a_recording_may_be_anywhere():
    for name in ("x.cast", "folder.gif/x.cast", "X.CAST"):
        assert options.build_parser().parse_args(["--record", name]).record == name


@pytest.mark.parametrize("option", ["--epochs", "--samples", "--patience", "--sample-size"])
def test_a_number_of_400_digits_is_refused_or_taken_but_never_a_traceback(capsys, option):
    with contextlib.suppress(SystemExit):
        options.build_parser().parse_args([option, "1" + "0" * 400])


def test_data_that_cannot_be_used_is_one_line(capsys):
    assert cli.main(["--plain", "--data", "nowhere.csv"]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("gdtui: nowhere.csv: no such file")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_set_too_large_for_memory_is_one_line(capsys, monkeypatch):
    def too_large(settings):
        raise MemoryError

    monkeypatch.setattr("gdtui.session.opening.load", too_large)
    assert cli.main(["--plain"]) == 2
    assert capsys.readouterr().err == "gdtui: the data does not fit into memory; take fewer rows with --samples\n"


def test_main_trains(capsys, tmp_path):
    path = tmp_path / "small.csv"
    path.write_text("a,y\n1,p\n2,q\n")
    assert cli.main(["--plain", "--data", str(path), "-e", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "[INFO] starting training..."
    assert lines[2].startswith("[INFO] epoch #2, ")


def test_an_interrupt_is_130(monkeypatch):
    def interrupted(settings, display, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("gdtui.plain.train", interrupted)
    assert cli.main(["--plain"]) == 130


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"gdtui {__version__}\n"


def test_help_names_every_option_and_exit_code(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for action in options.build_parser()._actions:
        assert all(option in text for option in action.option_strings)
    for words in (*BUILT_IN_SETS, *LOSSES, *INITS, "130 interrupted", "1 diverged"):
        assert words in text


class Stream:
    def __init__(self, tty):
        self.tty = tty

    def isatty(self):
        return self.tty


@pytest.mark.parametrize(
    ("forced", "term", "stdin", "stdout", "plain"),
    [
        (False, "xterm", Stream(True), Stream(True), False),
        (True, "xterm", Stream(True), Stream(True), True),
        (False, "dumb", Stream(True), Stream(True), True),
        (False, "", Stream(True), Stream(True), True),
        (False, "xterm", Stream(False), Stream(True), True),
        (False, "xterm", Stream(True), Stream(False), True),
        (False, "xterm", None, Stream(True), True),
        (False, "xterm", Stream(True), None, True),
    ],
)
def test_lines_are_printed_unless_both_sides_are_a_terminal_that_can_draw(
    monkeypatch, forced, term, stdin, stdout, plain
):
    monkeypatch.setenv("TERM", term)
    with monkeypatch.context() as patched:  # before pytest wants its own streams again
        patched.setattr(sys, "stdin", stdin)
        patched.setattr(sys, "stdout", stdout)
        answer = fronts.wants_plain(forced)
    assert answer is plain


def test_without_a_term_lines_are_printed(monkeypatch):
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(sys, "stdin", Stream(True))
    assert fronts.wants_plain(False)


def test_epochs_may_be_written_with_an_exponent():
    assert options.settings_from(options.build_parser().parse_args(["--epochs", "1e6"])).epochs == 10**6


@pytest.mark.parametrize(("typed", "value"), [("1,000", 1000), ("12,345,678", 12_345_678), ("1000", 1000), (" 7 ", 7)])
def test_thousands_may_be_marked(typed, value):
    assert parsed("--epochs", typed, "--samples", typed).epochs == options.a_count(typed) == value


@pytest.mark.parametrize("typed", ["1,00", ",100", "1,0000", "1000,000", "1,000,", "1,000.5", "0,5"])
def test_other_commas_are_no_numbers(typed):
    with pytest.raises(argparse.ArgumentTypeError):
        options.a_count(typed)
    assert parsed("--features", "1,000").data.features == ("1", "000")


def test_an_interrupt_while_modules_are_imported_is_no_fault(monkeypatch):
    from gdtui.__main__ import main as program

    class Interrupts:
        def find_spec(self, name, *_):
            if name == "gdtui.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "gdtui.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupts(), *sys.meta_path])
    assert program() == 130
