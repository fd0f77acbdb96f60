"""What one writes first: Textual, two plotext charts and a RichLog, all drawn anew each epoch.

The baseline for bytes and CPU a frame. ``python -m tests.benchmarks.plain_app OUT.json SECONDS`` trains the
article's blobs, one epoch a frame at 10 frames/s, and writes what it cost.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from plotext import figure, terminal
from rich.text import Text
from sklearn.datasets import make_blobs
from textual.app import App
from textual.containers import Horizontal
from textual.widgets import Footer, RichLog, Static

from tests.benchmarks.article import sigmoid_activation

terminal.limit(False, False)
CLASSES = (("●", (86, 180, 233)), ("▲", (230, 159, 0)))


class PlainApp(App):
    CSS = "Static.chart { width: 1fr; } Horizontal { height: 1fr; } RichLog { height: 9; } #status { height: 2; }"
    BINDINGS = [("space", "pause", "Pause"), ("q", "quit", "Quit")]

    def __init__(self, out: Path, seconds: float) -> None:
        super().__init__()
        self.out, self.seconds = out, seconds
        points, self.y = make_blobs(n_samples=250, n_features=2, centers=2, cluster_std=1.05, random_state=20)
        self.X = np.c_[np.ones(len(points)), points]
        self.W = np.random.default_rng(0).uniform(size=3)
        self.losses: list[float] = []
        self.begun = 0.0

    def compose(self):
        with Horizontal():
            yield Static(classes="chart", id="loss")
            yield Static(classes="chart", id="scatter")
        yield Static(id="status")
        yield RichLog()
        yield Footer()

    def on_mount(self) -> None:
        self.set_interval(0.1, self.frame)

    def frame(self) -> None:
        if len(self.losses) == 10:  # past what is done once
            self.begun, self.cpu = time.perf_counter(), time.process_time()
        if self.begun and time.perf_counter() - self.begun > self.seconds:
            frames = len(self.losses) - 10
            self.out.write_text(json.dumps({"frames": frames, "cpu": time.process_time() - self.cpu}))
            self.exit()
            return
        error = sigmoid_activation(self.X.dot(self.W)) - self.y
        self.losses.append(float(np.sum(error**2)))
        gradient = self.X.T.dot(error) / len(self.X)
        self.draw(gradient)
        self.W += -0.01 * gradient

    def draw(self, gradient: np.ndarray) -> None:
        epoch, loss = len(self.losses), self.losses[-1]
        self.query_one("#loss", Static).update(self.chart("#loss", self.curve))
        self.query_one("#scatter", Static).update(self.chart("#scatter", self.points))
        norm = float(np.linalg.norm(gradient))
        self.query_one("#status", Static).update(f"epoch {epoch}\nloss {loss:.7f}  gradient {norm:.4g}")
        self.query_one(RichLog).write(f"[INFO] epoch #{epoch}, loss={loss:.7f}")

    def chart(self, name: str, draw) -> Text:
        size = self.query_one(name).size
        figure.clear()
        figure.canvas("default")
        figure.plot_size(max(size.width, 20), max(size.height, 10))
        draw()
        return Text.from_ansi(figure.build().string())

    def curve(self) -> None:
        signal = figure.signal(list(range(1, len(self.losses) + 1)), self.losses)
        signal.lines(True)
        figure.draw(signal)
        figure.title("loss")

    def points(self) -> None:
        for label, (marker, _) in enumerate(CLASSES):
            here = self.y == label
            figure.draw(figure.signal(self.X[here, 1].tolist(), self.X[here, 2].tolist(), marker=marker))
        x1 = np.linspace(self.X[:, 1].min(), self.X[:, 1].max(), 40)
        x2 = np.clip((-self.W[0] - self.W[1] * x1) / self.W[2], self.X[:, 2].min(), self.X[:, 2].max())
        signal = figure.signal(x1.tolist(), x2.tolist())
        signal.lines(True)
        figure.draw(signal)
        figure.title("boundary")


if __name__ == "__main__":
    PlainApp(Path(sys.argv[1]), float(sys.argv[2])).run()
