"""Lines of text of which only the part is drawn anew that is another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gdtui.tui.styled import Pieces, _changed

pieces = st.lists(st.tuples(st.text("ab1 é漢", max_size=6), st.sampled_from(["value", "name"])), max_size=4)


def cells(line: Pieces) -> list[tuple[str, str]]:
    """What is in each column, and how it looks; a wide letter has an empty cell behind it."""
    return [(part, name) for text, name in line for char in text for part in (char, *[""] * (cell_len(char) - 1))]


@given(pieces, pieces)
def test_what_is_another_is_in_the_part_that_is_drawn_anew(old: Pieces, new: Pieces) -> None:
    part, before, after = _changed(old, new, 3), cells(old), cells(new)
    assert (part.y, part.height) == (3, 1)
    longest = max(len(before), len(after))
    for cell in (before, after):
        cell += [("", "")] * (longest - len(cell))
    others = {at for at, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]}
    assert others <= {*range(part.x, part.right)}


def test_of_a_number_that_counts_only_the_digits_that_change_are_drawn() -> None:
    old, new = [("epoch ", "name"), ("1,229", "value")], [("epoch ", "name"), ("1,230", "value")]
    assert _changed(old, new, 0)[:3] == (9, 0, 2)
