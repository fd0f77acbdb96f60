"""The wire to workers: a Dask client, and an actor on each worker. All that knows of Dask in this process is here."""

from __future__ import annotations

import asyncio
import logging
import uuid
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from gdtui.cluster import line
from gdtui.cluster.holder import QUESTIONS, Holder, versions
from gdtui.cluster.line import LONG

LOST = (OSError, KeyError, TimeoutError, RuntimeError, asyncio.CancelledError)
"""What a call ends with where the worker is gone, or is another in the place of the one that was there."""
SECONDS = 5.0
"""That an answer of the scheduler is waited for."""


class ClusterError(ValueError):
    """Rows cannot be on workers; the message is one line for the person who asked for that."""


class Link:
    """A connection to a scheduler.

    Args:
        address: of the scheduler.
        seconds: for which it is tried.

    Raises:
        ClusterError: Dask is not installed.
        OSError, ValueError: no scheduler answers there.
    """

    def __init__(self, address: str, seconds: float = SECONDS) -> None:
        try:
            from distributed import Client
            from distributed.versions import VersionMismatchWarning
        except ImportError:
            raise ClusterError("workers need Dask: pip install 'gdtui[cluster]'") from None
        for name in ("tornado", "asyncio", *logging.root.manager.loggerDict):
            if name.partition(".")[0] in (
                "distributed",
                "tornado",
                "asyncio",
            ):  # it is for whoever knows Dask
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        warnings.filterwarnings("ignore", category=VersionMismatchWarning)
        self._client: Any = Client(address, timeout=seconds, set_as_default=False, direct_to_workers=True)
        self._actors: dict[str, Any] = {}
        """The future of the actor on each worker, by the worker's address."""
        self._lines: dict[str, Any] = {}
        """To the actors that can be asked by one."""
        self._is_closed = False

    def workers(self) -> list[str]:
        """The addresses of all that the scheduler knows of, in order. Raises one of LOST where it does not answer."""
        if self._client.status != "running":
            raise OSError("the scheduler is gone")
        return sorted(self._client.sync(self._client.scheduler.ncores, callback_timeout=SECONDS))

    def hire(self, address: str) -> None:
        """Have an actor there, in a while."""
        if address not in self._actors:
            key = f"gdtui-{uuid.uuid4().hex}"
            self._actors[address] = self._client.submit(
                Holder, key=key, actor=True, workers=[address], allow_other_workers=False, pure=False
            )

    def is_hired(self, address: str) -> bool:
        """Whether the actor is there. Raises ClusterError where it cannot be."""
        future = self._actors.get(address)
        if future is None or not future.done():
            return False
        if future.status == "error":
            fault = future.exception(timeout=SECONDS)
            raise ClusterError(f"the worker at {address} cannot run gdtui: {type(fault).__name__}: {_line(fault)}")
        return bool(future.status == "finished")

    def meet(self, address: str) -> None:
        """Get ready to ask that worker, which is hired. Raises ClusterError where it has other versions than this
        process: what it adds up might be other bits, or what it is sent not be read."""
        theirs, ours = self._one(address, "versions"), versions()
        for name, version in ours.items():
            if theirs[name] != version:
                what = f"has {name} {theirs[name]}, and here it is {version}"
                raise ClusterError(f"the worker at {address} {what}: install the same there")
        if address.startswith("tcp:"):
            with suppress(OSError):
                self._lines[address] = line.call(address, *self._one(address, "listen", address))

    def part_with(self, address: str) -> None:
        """Have no actor there any more; what it holds goes with it."""
        self._lines.pop(address, None)
        future = self._actors.pop(address, None)
        if future is not None:
            with suppress(*LOST):
                future.release()

    def ask(self, function: str, wanted: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """Call a method of the actors at these addresses with these arguments, all at once; returns what each answers,
        or one of LOST in its place."""
        lines = {address: self._lines[address] for address in wanted if address in self._lines}
        if function in QUESTIONS and len(lines) == len(wanted):
            found = line.ask(lines, function, wanted, self._known)
        else:
            found = self._client.sync(self._ask, function, wanted)
        for one in found.values():
            if isinstance(one, BaseException) and not isinstance(one, LOST):
                raise one
        return found

    def _one(self, address: str, function: str, *arguments: Any) -> Any:
        """The same of one actor. Raises one of LOST."""
        answer = self.ask(function, {address: arguments})[address]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _known(self) -> list[str]:
        """Which workers there are, where somebody may still be waited for."""
        with suppress(*LOST):
            return [] if self._is_closed else self.workers()
        return []

    async def _ask(self, function: str, wanted: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        calls = [self._call(address, function, arguments) for address, arguments in wanted.items()]
        return dict(zip(wanted, await asyncio.gather(*calls, return_exceptions=True), strict=True))

    async def _call(self, address: str, function: str, arguments: Sequence[Any]) -> Any:
        """What that worker answers. Where it takes long, the scheduler is asked whether it is there at all: a
        connection to one that is not would be tried for long. Raises one of LOST."""
        answer = asyncio.ensure_future(self._execute(address, function, arguments))
        try:
            while not (await asyncio.wait([answer], timeout=LONG))[0]:
                if self._is_closed or address not in await asyncio.wait_for(self._client.scheduler.ncores(), SECONDS):
                    raise OSError("the scheduler knows of no such worker")
            return answer.result()
        finally:
            answer.cancel()

    async def _execute(self, address: str, function: str, arguments: Sequence[Any]) -> Any:
        from distributed.protocol.serialize import to_serialize

        actor = self._actors[address].key
        # Not by the actor's own proxy, which goes by way of the scheduler, and waits for ever for one that is lost.
        answer = await self._client.rpc(address).actor_execute(
            function=function, actor=actor, args=[to_serialize(one) for one in arguments], kwargs={}
        )
        if answer["status"] != "OK":
            raise answer["exception"]
        return answer["result"]

    def close(self) -> None:
        """Whoever waits for an answer hears that the worker is gone."""
        self._is_closed = True
        with suppress(Exception):
            self._client.close(timeout=SECONDS)


def _line(fault: object) -> str:
    return (str(fault).splitlines() or [""])[0]
