"""Workers as processes of this machine: a Dask scheduler and some workers, in a process of their own.

That is away from the screen and its terminal: what Dask prints goes nowhere, ctrl+c in the terminal does not reach it,
and the scheduler does not take turns with the screen. The process prints its scheduler's address as one line, and ends,
with all workers, when its standard input does: when whoever began it closes that, or is gone.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress

BEGIN = "import sys; folder, count = sys.argv.pop(), int(sys.argv.pop()); sys.path[:] = sys.argv[1:]; "
BEGIN += "from gdtui.cluster.processes import serve; serve(count, folder)"


class Processes:
    """So many workers and their scheduler; `address` waits until they are there."""

    def __init__(self, count: int) -> None:
        self._address = ""
        self._folder = tempfile.mkdtemp(prefix="gdtui-workers-")
        command = [sys.executable, "-P", "-c", BEGIN, *filter(None, sys.path), str(count), self._folder]
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, start_new_session=True)
        atexit.register(self.end)  # whoever leaves while they begin does not wait until they are there

    def address(self) -> str:
        """That of the scheduler. Raises OSError where they cannot begin."""
        assert self._process.stdout is not None
        self._address = self._address or self._process.stdout.readline().decode().strip()
        if not self._address:
            raise OSError("the processes have ended")
        return self._address

    @property
    def are_there(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """End them all, at once."""
        atexit.unregister(self.end)
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:  # it has not come so far that it listens
            with suppress(OSError):
                _end_group(self._process.pid)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def serve(count: int, folder: str) -> None:
    """Have a scheduler and so many workers, on the loopback only, until standard input ends. What they put into the
    folder goes with them."""
    import dask.config
    from distributed import LocalCluster

    # A worker that ends is begun again. Dask gives one up that is not there at the moment 15 s after it ended once.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "365 days"})
    # Nobody looks at what they measure of themselves, every 10 ms and 20 ms, and it takes the time of those who work.
    dask.config.set({"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "2s"})
    dask.config.set({"distributed.admin.system-monitor.interval": "2s"})
    here = "127.0.0.1:0"
    cluster = LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=here,
        worker_dashboard_address=here, memory_limit=0, silence_logs=100, local_directory=folder,
    )  # fmt: skip
    sys.stdout.write(f"{cluster.scheduler_address}\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    _end_group(os.getpid())


def _end_group(leader: int) -> None:
    """End a process and its children, which have nothing that is to be kept."""
    if sys.platform == "win32":
        os.kill(leader, signal.SIGTERM)
    else:
        os.killpg(leader, signal.SIGKILL)
