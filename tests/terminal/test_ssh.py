"""The real program at the far end of a real OpenSSH connection: train, steer, drop the connection, come back."""

from __future__ import annotations

import contextlib
import os
import pwd
import select
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import assert_restored, epoch, trained

ROOT = Path(__file__).parents[2]
ENDLESS = ("--epochs", "100000000", "--speed", "max")
SERVER = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile {folder}/sshd.pid
PermitRootLogin yes
PasswordAuthentication no
StrictModes no
UsePAM no
PrintMotd no
PrintLastLog no
AcceptEnv LANG COLORTERM
ClientAliveInterval 1
ClientAliveCountMax 2
"""
"""The server asks each second whether the client lives, and gives a dead line up at the third silence."""


@dataclass(frozen=True)
class Server:
    """An sshd on the loopback, and a folder with its keys."""

    folder: Path
    port: int

    def ssh(self, *arguments: str) -> list[str]:
        """The command that logs in here."""
        options = (
            f"IdentityFile={self.folder}/user_key",
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "SendEnv=LANG COLORTERM",
            "LogLevel=ERROR",
        )
        user = pwd.getpwuid(os.getuid()).pw_name
        settings = [word for option in options for word in ("-o", option)]
        return ["ssh", "-F", "/dev/null", *settings, "-p", str(self.port), f"{user}@127.0.0.1", *arguments]

    @property
    def pid_file(self) -> Path:
        return self.folder / "gdtui.pid"

    def gdtui(self, *options: str) -> Terminal:
        """gdtui over there, in a terminal over here. The shell writes its id, and then becomes the program."""
        begin = f"cd {shlex.quote(str(ROOT))} && echo $$ > {shlex.quote(str(self.pid_file))}"
        return Terminal(self.ssh("-tt", f"{begin} && exec {shlex.join((*GDTUI, *options))}"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def program(name: str) -> str:
    """Where it is, also where /usr/sbin is not in the path; sshd insists on being called by its whole path."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed; Debian has it in openssh-server")
    return found


def set_up(folder: Path) -> Server:
    for key in ("host_key", "user_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "throw-away", "-f", str(folder / key)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    if os.getuid() == 0:
        with contextlib.suppress(OSError):  # then sshd says so
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    server = Server(folder, free_port())
    (folder / "sshd_config").write_text(SERVER.format(port=server.port, folder=folder))
    return server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    sshd, _, _ = program("sshd"), program("ssh"), program("ssh-keygen")
    folder = tmp_path_factory.mktemp("server")
    server = set_up(folder)
    command = [sshd, "-D", "-e", "-f", str(folder / "sshd_config")]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = []
            while "Server listening" not in "".join(said[-1:]):
                said.append(process.stderr.readline())
                if not said[-1]:
                    pytest.skip(f"sshd cannot start here: {''.join(said).strip()}")
            login = subprocess.run(server.ssh("true"), stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
            if login.returncode:
                pytest.skip(f"sshd lets nobody in here: {login.stderr.decode().strip()}")
            yield server
        finally:
            process.terminate()


@contextlib.contextmanager
def watched(pid: int) -> Iterator[Callable[[float], bool]]:
    """A function that waits so many seconds for the end of this process, and says whether it came.

    The process is held by a descriptor, so that no later one with the same id is taken for it. If it has not
    ended at the end of the `with`, it is ended.
    """
    descriptor = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    try:
        yield lambda seconds: bool(poll.poll(1000 * seconds))
    finally:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)


def assert_alive_and_seen(terminal: Terminal, timeout: float = 20) -> None:
    """The epoch on the screen goes on."""
    terminal.wait_for("[INFO] epoch #", timeout)
    here = epoch(terminal)
    terminal.wait_for(lambda terminal: epoch(terminal) > here)


def test_train_steer_and_quit_over_ssh(server: Server) -> None:
    with server.gdtui("--epochs", "20000", "--speed", "10") as terminal:
        terminal.wait_for(trained(3))
        for piece in ("training", "Loss", "blobs and boundary", "Log", "alpha 0.01", "q Quit"):
            assert piece in terminal.screen_text()
        assert terminal.cell(*terminal.find("▲▲"))[:2] == ("▲", "e69f00")

        terminal.send("up")
        terminal.wait_for("alpha 0.01 → 0.02 from epoch ")
        terminal.wait_for("α 0.02")
        terminal.send("m")
        terminal.wait_for("all 20000 epochs done")
        terminal.wait_for("✓ right")
        terminal.send("q")
        terminal.wait_for("20,000 epochs are in no file")
        terminal.send("y")
        assert terminal.wait_exit() == 0
        printed = terminal.printed()
        assert printed[0] == "Sampled activations"
        assert "Confusion matrix" in printed
        assert printed[-1].startswith("blobs: 20000 epochs, alpha 0.01 → 0.02, loss ")
        assert_restored(terminal)


def test_the_exit_code_comes_back_over_ssh(server: Server) -> None:
    with server.gdtui(*ENDLESS) as terminal:
        assert_alive_and_seen(terminal)
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert "stopped early" in terminal.printed()[-1]
        assert_restored(terminal)


def test_the_window_over_here_sets_the_size_over_there(server: Server) -> None:
    with server.gdtui(*ENDLESS) as terminal:
        assert_alive_and_seen(terminal)
        terminal.resize(40, 12)
        terminal.wait_for("n Step  ? Help")
        terminal.resize(120, 40)
        terminal.wait_for("↑↓ Alpha")
        assert_alive_and_seen(terminal)


@contextlib.contextmanager
def dropped(server: Server, sign: signal.Signals) -> Iterator[Callable[[], None]]:
    """A run over there whose client got this signal, and what asserts that it ends."""
    with server.gdtui(*ENDLESS) as terminal:
        assert_alive_and_seen(terminal)
        with watched(int(server.pid_file.read_text())) as has_ended:
            assert not has_ended(0)

            def assert_ends() -> None:
                assert has_ended(60), "the far process outlives its connection"

            os.kill(terminal.process.pid, sign)
            yield assert_ends


def test_a_dropped_connection_ends_the_run_and_another_can_begin(server: Server) -> None:
    """Nothing is left over there that goes on computing; also where the client falls silent without a farewell,
    which the server takes some seconds to find out."""
    with dropped(server, signal.SIGSTOP) as assert_silent_one_ends:
        with dropped(server, signal.SIGKILL) as assert_ends:
            assert_ends()
        with server.gdtui(*ENDLESS) as terminal:
            terminal.wait_for(trained(1_001))
            terminal.send("q")
            terminal.wait_for("epochs are in no file")
            terminal.send("y")
            assert terminal.wait_exit() == 0
            assert_restored(terminal)
        assert_silent_one_ends()
