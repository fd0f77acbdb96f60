"""Every key, once. The app's bindings, the help, the footer and the command palette are all made from this."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

from gdtui.session import commands as ask

Group = Literal["Run", "Steer", "Time", "Look", "Files", "Learn", "Mouse"]
"""What a key is about; the help and the palette are in this order."""


class Key(NamedTuple):
    """One thing to do, and the keys that do it."""

    group: Group
    keys: str
    """As Textual names them, with commas between."""
    action: str
    shown: str
    """As people name them."""
    footer: str
    """The keys and a word for the footer; empty to leave it out."""
    help: str
    """A verb and what it is done to, in a few words."""
    command: ask.Command | None = None
    """What it asks of the session, where that is all it does."""

    @property
    def binding(self) -> str:
        """The action as Textual names it."""
        return self.action if self.command is None else f"ask('{self.action}')"


VIEWS = {
    "1": ("loss", "data"),
    "2": ("landscape", "bowl"),
    "3": ("sigmoid",),
    "4": ("weights", "gradients"),
    "5": ("accuracy", "roc", "calibration"),
    "6": ("alpha", "ruler", "steps"),
    "7": ("anatomy", "check"),
}
"""The keys of views. Each shows the first of its views that is not to be seen yet in the chart in front, and pressed
again the next; one that the other chart shows changes places with it. See `gdtui.views.view`."""
EDITED = "data", "landscape"
"""The views in which a click changes the run: where another is in front, it takes them to the front first."""
NUMBERS = {name: number for number, names in VIEWS.items() for name in names}

POINTED = {
    "data": ("enter Add or flip", "[] Turn", "{} Shift", "0-9 Add"),
    "landscape": ("enter Start here", "[] Plane"),
    "bowl": ("[] Turn", "{} Lift"),
    "ruler": ("enter Set alpha",),
    "anatomy": ("[] Beat", "{} Weights"),
    **dict.fromkeys(("loss", "weights", "gradients", "accuracy", "alpha", "steps"), ("enter Go there",)),
}
"""What keys do in a view in which they move a cursor, each with a word, for the foot of the screen."""
DIGITS = "data"
"""The view where digits are classes then; in all others they choose a view, as ever."""

# fmt: off
BINDINGS = (
    Key("Run", "space", "pause", "space", "space Pause", "Pause, or go on", ask.Do.PAUSE),
    Key("Run", "n,full_stop", "step", "n  .", "n Step", "Train one epoch, then stand still", ask.Do.STEP),
    Key("Run", "greater_than_sign", "faster", ">", "<> Speed", "Go faster", ask.ChangeSpeed("faster")),
    Key("Run", "less_than_sign", "slower", "<", "", "Go slower", ask.ChangeSpeed("slower")),
    Key("Run", "m", "max_speed", "m", "m Max", "Go as fast as can be, or as before", ask.ChangeSpeed("max")),
    Key("Run", "r", "restart", "r", "r Restart", "Start again from the same weights", ask.Restart()),
    Key("Run", "R", "restart_fresh", "R", "", "Start again from fresh weights", ask.Restart(fresh=True)),
    Key("Run", "d", "choose_data", "d", "d Data", "Choose the data"),
    Key("Run", "ctrl+z", "app.suspend_process", "ctrl+z", "", "Suspend; the shell's fg goes on"),
    Key("Run", "q", "quit", "q", "q Quit", "Leave, and print the table"),
    Key("Run", "ctrl+c", "app.interrupt", "ctrl+c", "", "Leave at once, with exit code 130"),
    Key("Steer", "up", "alpha_up", "↑", "↑↓ Alpha", "Raise alpha", ask.StepAlpha(up=True)),
    Key("Steer", "down", "alpha_down", "↓", "", "Lower alpha", ask.StepAlpha(up=False)),
    Key("Steer", "a", "ask_alpha", "a", "", "Type alpha"),
    Key("Steer", "o", "ask_recipe", "o", "o Optimiser", "Choose how steps are taken"),
    Key("Steer", "x", "ask_racer", "x", "x Race", "Add a racer, with another alpha, say"),
    Key("Steer", "enter", "try", "enter", "", "Try what the verdict proposes, as a fork", ask.Do.TRY),
    Key("Steer", "u", "undo", "u", "u Undo", "Take back a change of the data", ask.Do.UNDO),
    Key("Steer", "plus,equals_sign", "more_epochs", "+", "+- Epochs", "Add half the epochs", ask.ScaleEpochs(up=True)),
    Key("Steer", "minus", "fewer_epochs", "-", "", "Drop a third of the epochs", ask.ScaleEpochs(up=False)),
    Key("Steer", "e", "ask_epochs", "e", "", "Type the number of epochs"),
    Key("Time", "left", "travel(-1)", "←", "←→ Time", "Back one epoch", ask.Travel(-1)),
    Key("Time", "right", "travel(1)", "→", "", "Forward one epoch", ask.Travel(1)),
    Key("Time", "shift+left", "travel(-10)", "shift+←", "", "Back ten epochs", ask.Travel(-10)),
    Key("Time", "shift+right", "travel(10)", "shift+→", "", "Forward ten epochs", ask.Travel(10)),
    Key("Time", "pageup", "travel_part(-1)", "PageUp", "", "Back a tenth of the run", ask.Travel(tenths=-1)),
    Key("Time", "pagedown", "travel_part(1)", "PageDown", "", "Forward a tenth of the run", ask.Travel(tenths=1)),
    Key("Time", "home", "travel_to_start", "Home", "", "To the first epoch", ask.GoTo(1)),
    Key("Time", "end", "travel_to_end", "End", "End Now", "To the present", ask.GoTo(None)),
    Key("Time", "p", "replay", "p", "", "Play from here, or stop playing", ask.Do.PLAY),
    Key("Time", "f", "fork", "f", "f Fork here", "Fork here: train on as a new branch", ask.Do.FORK),
    Key("Time", "b", "next_branch", "b", "b Branch", "Look at the next branch, or racer", ask.NextBranch()),
    Key("Look", "1", "show_view('1')", "1", "", "Show the loss, or the data (▸)"),
    Key("Look", "2", "show_view('2')", "2", "", "Show the loss over a plane of weights (▸)"),
    Key("Look", "3", "show_view('3')", "3", "", "Show the sigmoid, and each row on it"),
    Key("Look", "4", "show_view('4')", "4", "", "Show the weights, or their gradients"),
    Key("Look", "5", "show_view('5')", "5", "", "Show accuracy, ROC, or calibration"),
    Key("Look", "6", "show_view('6')", "6", "", "Show alpha, its ruler, or the steps"),
    Key("Look", "7", "show_view('7')", "7", "", "Show how a step is made, or the gradients"),
    Key("Look", "g", "show_named('check')", "g", "", "Check the gradient by differences"),
    Key("Look", "F", "range_test", "F", "", "Try alphas from here: a range test"),
    Key("Look", "V", "next_view", "V", "1-7 Views", "Show the next of all these (▸)"),
    Key("Look", "l", "log_scale", "l", "l Log scale", "Show a log axis, or not (▸)"),
    Key("Look", "X", "epoch_axis", "X", "X Axis", "Show all epochs, the latest, or log (▸)"),
    Key("Look", "left_square_bracket", "turn(-1,0)", "[", "", "Turn what is shown: left, or back"),
    Key("Look", "right_square_bracket", "turn(1,0)", "]", "", "Turn what is shown: right, or on"),
    Key("Look", "left_curly_bracket", "turn(0,1)", "{", "", "Turn what is shown: up"),
    Key("Look", "right_curly_bracket", "turn(0,-1)", "}", "", "Turn what is shown: down"),
    Key("Look", "tab", "page(1)", "tab", "tab Pages", "Open the next page of the drawer"),
    Key("Look", "shift+tab", "page(-1)", "shift+tab", "", "Open the page before"),
    Key("Look", "t", "table", "t", "t Samples", "Show the samples, or the log again"),
    Key("Look", "j,shift+down", "scroll(1)", "j", "", "Scroll the page down (or shift+↓)"),
    Key("Look", "k,shift+up", "scroll(-1)", "k", "", "Scroll the page up (or shift+↑)"),
    Key("Look", "z,Z", "zoom", "z", "z Zoom", "Zoom the chart in front (▸), or back"),
    Key("Look", "v", "front", "v", "v Chart", "Bring the other chart to the front"),
    Key("Look", "c", "cursor", "c", "c Cursor", "Move a cursor; enter clicks there (▸)"),
    Key("Look", "escape", "back", "escape", "escape Give up", "Back from a zoom, or from a page"),
    Key("Look", "B", "blocks", "B", "", "Show large digits, or not"),
    Key("Look", "T", "app.choose_theme", "T", "", "Change the theme"),
    Key("Look", "i", "link", "i", "", "Show or hide the link's speed"),
    Key("Look", "ctrl+l", "app.repaint", "ctrl+l", "", "Paint the screen anew"),
    Key("Look", "ctrl+p", "app.command_palette", "ctrl+p", "", "Find any of these by its name"),
    Key("Look", "question_mark", "help", "?", "? Help", "Show this help"),
    Key("Files", "w", "save", "w", "w Save", "Save the run, and what is to come"),
    Key("Files", "ctrl+r", "app.record", "ctrl+r", "", "Record the screen, or stop recording"),
    Key("Files", "s", "app.still", "s", "", "Save a picture of the screen (SVG)"),
)
# fmt: on

LESSON = (
    Key("Learn", "L", "next_step", "L", "", "Go on in the lesson"),
    Key("Learn", "H", "step_before", "H", "", "Begin the step anew, or go back"),
    Key("Learn", "", "leave_lesson", "", "", "Leave the lesson"),
)
"""What is to be done besides where a lesson is played."""

MOUSE = (
    Key("Mouse", "", "", "click", "", "Add or flip a point (right: other class)"),
    Key("Mouse", "", "", "", "", "Go to an epoch, or to weights (landscape)"),
    Key("Mouse", "", "", "drag", "", "Move the boundary, or turn the bowl"),
)
"""What the mouse does, for the help."""

TRAVEL = {"travel(-1)", "travel(1)", "travel(-10)", "travel(10)", "travel_part(-1)", "travel_part(1)"}
SHARED = {
    *("travel_to_start", "log_scale", "epoch_axis", "link", "app.record", "app.still", "app.repaint"),
    *(
        "scroll(1)",
        "scroll(-1)",
        "app.suspend_process",
        "app.choose_theme",
        "app.command_palette",
        "help",
        "quit",
        "app.interrupt",
    ),
}
COMPARING = (
    Key("Look", "up", "run_before", "↑", "↑↓ Run", "Bring the run before to the front", ask.NextBranch(-1)),
    Key("Look", "down", "next_run", "↓", "", "Bring the next run to the front", ask.NextBranch()),
    *(key for key in BINDINGS if key.action in TRAVEL),
    Key("Time", "end", "travel_to_end", "End", "", "To each run's last epoch", ask.GoTo(None)),
    *(key for key in BINDINGS if key.action in SHARED),
)
"""The same where runs are compared."""
LOOKING = (
    Key("Look", "v", "chart(1)", "v", "v Chart", "Bring the next chart to the front (▸)"),
    Key("Look", "V", "chart(-1)", "V", "", "Bring the chart before to the front"),
    Key("Look", "tab", "page(1)", "tab", "", "Show the next page of charts"),
    Key("Look", "shift+tab", "page(-1)", "shift+tab", "", "Show the page of charts before"),
    *(key for key in BINDINGS if key.action == "zoom"),
    Key("Look", "slash", "filter", "/", "/ Filter", "Show the metrics of a name alone"),
    Key("Look", "S", "smooth", "S", "S Smooth", "Smooth the curves, more, or not at all"),
    Key("Look", "up", "run_before", "↑", "↑↓ Run", "Bring the run before to the front", ask.NextBranch(-1)),
    Key("Look", "down", "next_run", "↓", "", "Bring the next run to the front", ask.NextBranch()),
    Key("Look", "b", "order", "b", "b Best first", "Sort the runs: best first, by the last, newest"),
    Key("Look", "o", "only", "o", "o Only", "Show the run in front alone, or all", ask.Hide(only=True)),
    Key("Look", "h", "hide", "h", "h Hide", "Hide the run in front, or show it again", ask.Hide()),
    Key("Look", "escape", "back", "escape", "", "Back from a zoom, or from a filter"),
    Key("Steer", "space", "pause", "space", "space Pause", "Ask its script to pause, or to go on", ask.Do.PAUSE),
    Key("Steer", "up", "alpha_up", "↑", "↑↓ Alpha", "Ask for a higher alpha", ask.StepAlpha(up=True)),
    Key("Steer", "down", "alpha_down", "↓", "", "Ask for a lower alpha", ask.StepAlpha(up=False)),
    Key("Steer", "a", "ask_alpha", "a", "a Type alpha", "Type the alpha to ask for"),
    Key("Steer", "plus,equals_sign", "more_epochs", "+", "", "Ask for half the epochs more", ask.ScaleEpochs(up=True)),
    Key("Steer", "minus", "fewer_epochs", "-", "", "Ask for a third fewer epochs", ask.ScaleEpochs(up=False)),
    Key("Steer", "e", "ask_epochs", "e", "", "Type the epochs to ask for"),
    Key("Steer", "E", "stop", "E", "E End", "Ask its script to end (twice)", ask.Do.STOP),
    Key("Look", "X", "epoch_axis", "X", "X Axis", "Go along steps, epochs, time or records"),
    *(key._replace(help=key.help.replace("epoch", "record")) for key in BINDINGS if key.action in TRAVEL),
    Key("Time", "home", "travel_to_start", "Home", "", "To the first record", ask.GoTo(1)),
    Key("Time", "end", "travel_to_end", "End", "End Now", "To the last record of each run", ask.GoTo(None)),
    *(key for key in BINDINGS if key.action in SHARED - {"epoch_axis", "travel_to_start"}),
)
"""The same where other people's runs are looked at."""

FIRST = (
    *("help", "quit", "fork", "travel_to_end", "next_branch", "pause", "back", "step", "undo", "alpha_up"),
    *("next_view", "more_epochs", "page(1)", "zoom", "order", "travel(-1)", "front", "faster"),
)
"""What the footer shows first, where it has no room for all."""


STEERING = {
    *(
        "step",
        "alpha_up",
        "alpha_down",
        "ask_alpha",
        "ask_recipe",
        "ask_racer",
        "ask_epochs",
        "more_epochs",
        "fewer_epochs",
        "undo",
        "try",
    ),
    *("restart", "restart_fresh", "choose_data", "fork", "save"),
}
"""What does nothing where a file is only watched."""

NOT_FOR_GUESTS = {"save", "app.record", "app.still", "app.suspend_process", "app.interrupt", "app.help_quit"}
"""What somebody who came by the web cannot do. In a browser, ctrl+c is pressed to copy."""


def of_guests(keys: Sequence[Key]) -> tuple[Key, ...]:
    """Those that guests have; what is printed at the end is not theirs."""
    leaving = Key("Run", "q", "quit", "q", "q Quit", "Leave")
    theirs = (key for key in keys if key.action not in NOT_FOR_GUESTS)
    return tuple(leaving if key.action == "quit" else key for key in theirs)


def textual_bindings(keys: Sequence[Key] = BINDINGS) -> list[BindingType]:
    """The table as Textual wants it."""
    return [Binding(key.keys, key.binding, key.help, show=False) for key in keys if key.keys]
