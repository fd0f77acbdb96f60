"""What tqdm's bars say on their way: numbers behind them that change, and stay there until they change again."""

from __future__ import annotations

from gdtui.logs.text_rules import Said


class Bars:
    """The bars of one program, one after the other.

    Of a bar that says no epoch each state is a record, by how far it is, and a further bar goes on where it ended. Of
    one that says its epoch, the last state of the epoch is a record: what is shown before may be of the epoch before.
    """

    def __init__(self) -> None:
        self._at = self._before = 0
        """How far the bar is, and how far those before it went."""
        self._epoch: float | None = None
        self._first: dict[str, float] = {}
        self._last: Said | None = None
        self._taken: set[str] = set()
        """Of the bar of an epoch: what it said first and last, and what of it has been told."""

    def take(self, said: Said, is_end: bool) -> list[Said]:
        """The records that a state of a bar makes, one that has no more behind it on its line, or may have."""
        if "epoch" in said.places:
            return self._of_epoch(said, is_end)
        at = said.bar or 0
        if at == self._at:  # the numbers behind it are already of the next step
            return []
        self._before += self._at * (at < self._at)
        self._at = at
        return [said._replace(places={**said.places, "step": float(self._before + at)})] if at else []

    def end(self) -> list[Said]:
        """What is left to be told, as something else begins."""
        last, self._last = self._last, None
        return [] if last is None else self._new_in(last, {})

    def _of_epoch(self, said: Said, is_end: bool) -> list[Said]:
        records = []
        if said.places["epoch"] != self._epoch:
            records = self.end()
            self._epoch, self._first, self._taken = said.places["epoch"], said.values, set()
        self._last = said
        if is_end and said.is_full:
            records += self._new_in(said, self._first)
        return records

    def _new_in(self, said: Said, old: dict[str, float]) -> list[Said]:
        values = {key: value for key, value in said.values.items() if key not in self._taken and old.get(key) != value}
        self._taken.update(values)
        return [said._replace(values=values)] if values else []
