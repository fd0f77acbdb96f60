"""Every key, once. The app's bindings, the help, the footer and the command palette are all made from this."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.binding import Binding, BindingType

from gdtui.session import commands as ask


class Key(NamedTuple):
    """One thing to do, and the keys that do it."""

    keys: str
    """As Textual names them, with commas between."""
    action: str
    shown: str
    """As people name them."""
    footer: str
    """The keys and a word for the footer; empty to leave it out."""
    help: str
    command: ask.Command | None = None
    """What it asks of the session, where that is all it does."""

    @property
    def binding(self) -> str:
        """The action as Textual names it."""
        return self.action if self.command is None else f"ask('{self.action}')"


# fmt: off
BINDINGS = (
    Key("space", "pause", "space", "space Pause", "Pause, or go on", ask.Do.PAUSE),
    Key("n,full_stop", "step", "n  .", "n Step", "Train one epoch, then stand still", ask.Do.STEP),
    Key("up", "alpha_up", "↑", "↑↓ Alpha", "Raise alpha to the next of 1, 2, 5, 10 …", ask.StepAlpha(up=True)),
    Key("down", "alpha_down", "↓", "", "Lower alpha to the next of 1, 2, 5, 10 …", ask.StepAlpha(up=False)),
    Key("a", "ask_alpha", "a", "", "Type alpha"),
    Key("e", "ask_epochs", "e", "", "Type the number of epochs"),
    Key("plus,equals_sign", "more_epochs", "+", "+- Epochs",
        "Half as many epochs again; a finished run goes on", ask.ScaleEpochs(up=True)),
    Key("minus", "fewer_epochs", "-", "", "A third fewer epochs (undoes +)", ask.ScaleEpochs(up=False)),
    Key("greater_than_sign", "faster", ">", "<> Speed", "Faster", ask.ChangeSpeed("faster")),
    Key("less_than_sign", "slower", "<", "", "Slower", ask.ChangeSpeed("slower")),
    Key("m", "max_speed", "m", "m Max",
        "As fast as the machine goes; again for the speed before", ask.ChangeSpeed("max")),
    Key("left", "travel(-1)", "←", "←→ Epoch",
        "Back one epoch; the run stands still, and all panels show that epoch", ask.Travel(-1)),
    Key("right", "travel(1)", "→", "", "Forward one epoch; beyond the last is the present", ask.Travel(1)),
    Key("shift+left", "travel(-10)", "shift+←", "", "Back ten epochs", ask.Travel(-10)),
    Key("shift+right", "travel(10)", "shift+→", "", "Forward ten epochs", ask.Travel(10)),
    Key("pageup", "travel_part(-1)", "PageUp", "", "Back a tenth of the run", ask.Travel(tenths=-1)),
    Key("pagedown", "travel_part(1)", "PageDown", "", "Forward a tenth of the run", ask.Travel(tenths=1)),
    Key("home", "travel_to_start", "Home", "",
        "To the first epoch (a click on the loss curve goes to any)", ask.GoTo(1)),
    Key("end", "travel_to_end", "End", "End Present", "To the present", ask.GoTo(None)),
    Key("p", "replay", "p", "", "Play the run from where you stand, or stop playing", ask.Do.PLAY),
    Key("f,enter", "fork", "f  enter", "f Fork here",
        "In the past: train on from there as a new branch, with the alpha shown", ask.Do.FORK),
    Key("b", "next_branch", "b", "b Branch", "Look at the next branch", ask.NextBranch()),
    Key("w", "save", "w", "w Save", "Write the run into a file, also what is still to come"),
    Key("ctrl+r", "app.record", "ctrl+r", "", "Record the screen as an asciicast, or stop recording"),
    Key("s", "app.still", "s", "", "Save a picture of the screen (SVG)"),
    Key("r", "restart", "r", "r Restart", "Start again from the same weights", ask.Restart()),
    Key("R", "restart_fresh", "R", "", "Start again from fresh weights", ask.Restart(fresh=True)),
    Key("d", "choose_data", "d", "d Data", "Choose the data set"),
    Key("l", "log_scale", "l", "l Log scale", "Loss curve on a logarithmic scale, or back"),
    Key("t", "table", "t", "t Table", "Show or hide the table of sampled activations"),
    Key("i", "link", "i", "", "Show the link: frames and kilobytes a second, round trip"),
    Key("ctrl+l", "app.repaint", "ctrl+l", "", "Paint the screen anew"),
    Key("ctrl+z", "app.suspend_process", "ctrl+z", "", "Suspend; the shell's fg goes on"),
    Key("question_mark", "help", "?", "? Help", "This help"),
    Key("q", "quit", "q", "q Quit", "Leave; the table is printed on the normal screen"),
    Key("ctrl+c", "app.interrupt", "ctrl+c", "", "Leave at once, as q does, with exit code 130"),
)
# fmt: on

TRAVEL = {"travel(-1)", "travel(1)", "travel(-10)", "travel(10)", "travel_part(-1)", "travel_part(1)"}
SHARED = {
    *("travel_to_start", "log_scale", "app.record", "app.still", "app.repaint", "app.suspend_process"),
    *("help", "quit", "app.interrupt"),
}
COMPARING = (
    Key("up", "run_before", "↑", "↑↓ Run", "The run before, in front of the others", ask.NextBranch(-1)),
    Key("down", "next_run", "↓", "", "The next run, in front of the others", ask.NextBranch()),
    *(key._replace(help=key.help.partition(";")[0]) for key in BINDINGS if key.action in TRAVEL),
    Key("end", "travel_to_end", "End", "", "To each run's last epoch", ask.GoTo(None)),
    *(key for key in BINDINGS if key.action in SHARED),
)
"""The same where runs are compared."""

FIRST = ("fork", "travel_to_end", "next_branch", "pause", "step", "alpha_up", "more_epochs", "help", "quit")
"""What the footer shows first, where it has no room for all."""


STEERING = {
    *("step", "alpha_up", "alpha_down", "ask_alpha", "ask_epochs", "more_epochs", "fewer_epochs"),
    *("restart", "restart_fresh", "choose_data", "fork", "save"),
}
"""What does nothing where a file is only watched."""


def textual_bindings(keys: Sequence[Key] = BINDINGS) -> list[BindingType]:
    """The table as Textual wants it."""
    return [Binding(key.keys, key.binding, key.help, show=False) for key in keys]
