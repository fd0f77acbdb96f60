"""Record what real programs log, each by a script in `programs/`: what it writes, what it prints through a pipe and
on a terminal, and what it says itself of its metrics (`oracle.json`). See README.md beside this file."""

import argparse
import gzip
import os
import pty
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path

HERE = Path(__file__).parent
ON_A_TERMINAL = {"keras_fit", "tqdm_loop", "lightning_fit", "ultralytics_train", "transformers_trainer"}
"""Programs that print something else where a person looks on."""
SCREEN = struct.pack("HHHH", 24, 80, 0, 0)
KEPT = {".csv", ".db", ".json", ".txt", ".jsonl", ".log"}
LARGEST = 40_000
COMPRESSED = {".db"}


def surroundings(folder: Path) -> dict[str, str]:
    """An environment that says nothing of this machine, and finds nothing to talk to."""
    return os.environ | {
        "COLUMNS": "80",
        "HOME": str(folder),
        "LOGNAME": "somebody",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "TERM": "xterm-256color",
        "CUDA_VISIBLE_DEVICES": "",
        "HF_HUB_OFFLINE": "1",
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "torch"),
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TRACKIO_DIR": str(folder / "trackio"),
        "YOLO_CONFIG_DIR": str(folder),
        "YOLO_OFFLINE": "true",
    }


def through_a_pipe(script: Path, folder: Path) -> bytes:
    """What `python script 2>&1 | …` passes on."""
    child = subprocess.run(
        [sys.executable, script],
        cwd=folder,
        env=surroundings(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return printed(child.returncode, child.stdout, folder)


def printed(returncode: int, output: bytes, folder: Path) -> bytes:
    """The output of a program that has come through, without the name of the folder it ran in."""
    if returncode:
        raise SystemExit(output.decode(errors="replace"))
    return output.replace(bytes(folder), b".")


def on_a_terminal(script: Path, folder: Path) -> bytes:
    """What a terminal of 80×24 gets."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, SCREEN)
    child = subprocess.Popen(
        [sys.executable, script], cwd=folder, env=surroundings(folder), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    output = b"".join(chunks(ours))
    return printed(child.wait(), output, folder)


def chunks(terminal: int) -> Iterator[bytes]:
    """What comes until everybody has closed the other end."""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            return
        if not chunk:
            return
        yield chunk


def keep(folder: Path, into: Path) -> None:
    """Copy the logs, without the name of the machine that event files bear."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or inside.parts[0].startswith((".", "_")):
            continue
        if path.suffix in KEPT or "tfevents" in path.name or path.name == "meta.yaml" or "metrics" in inside.parts:
            to = into / str(inside).replace(socket.gethostname(), "host")
            to.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            if path.suffix in COMPRESSED:
                to, content = to.with_name(to.name + ".gz"), gzip.compress(content, mtime=0)
            to.write_bytes(content)


def record(name: str) -> None:
    """Run a program anew, and replace what was recorded of it."""
    script, into = HERE / "programs" / f"{name}.py", HERE / "logs" / name
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        written = {"stdout.txt": through_a_pipe(script, Path(first))}
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True)
        keep(Path(first), into)
        if name in ON_A_TERMINAL:
            written["terminal.txt"] = on_a_terminal(script, Path(second))
    for file, content in written.items():
        if content.strip():
            (into / file).write_bytes(content)
    for path in into.rglob("*"):
        if path.is_file() and path.stat().st_size > LARGEST:
            print(f"{path.relative_to(HERE)}: {path.stat().st_size:,} bytes, more than {LARGEST:,}", file=sys.stderr)


if __name__ == "__main__":
    everything = sorted(path.stem for path in (HERE / "programs").glob("[!_]*.py"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", default=everything, help=", ".join(everything))
    for name in parser.parse_args().name:
        print(name, flush=True)
        record(name)
