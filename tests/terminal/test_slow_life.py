"""The real program at the far end of a slow line: what a key does is seen soon, whatever is trained meanwhile."""

from __future__ import annotations

from tests.terminal.harness import GDTUI
from tests.terminal.looking import assert_restored
from tests.terminal.slow_link import SlowLink

FLAT_OUT = (*GDTUI, "--epochs", "100000000", "--speed", "max")


def frames_until(link: SlowLink, key: str, effect: str) -> int:
    """How many frames come, once this key is typed, until its effect is seen."""
    before = link.emulator.frames
    link.latency(key, effect)
    return link.emulator.frames - before


def test_keys_are_seen_soon_while_training_flat_out() -> None:
    with SlowLink(FLAT_OUT, rate=32_000, delay=0.1) as link:
        link.wait_for("[INFO] epoch #")
        frames = [frames_until(link, "up", f"alpha {alpha}") for alpha in ("0.02", "0.05", "0.1")]
        frames.append(frames_until(link, " ", "paused"))
        # Two are on their way. How many seconds they take is for a benchmark to measure.
        assert max(frames) < 6
        link.send("q")
        link.wait_for("epochs are in no file")
        link.send("y")
        assert link.wait_exit() == 0
        assert_restored(link)


def test_frames_do_not_pile_up_before_a_line_that_cannot_carry_them() -> None:
    with SlowLink(FLAT_OUT, rate=1e6, delay=0.05) as link:
        link.wait_for("[INFO] epoch #")
        link.rate = 1_500  # less than half of what ten frames a second want
        most, begin = 0, link.arrived

        def watch(_: object) -> bool:
            nonlocal most
            most = max(most, link.queued)
            return link.arrived > begin + 3_000

        link.wait_for(watch)
        assert most < 4_000  # two frames, in which the field may have changed
        link.rate = 1e6
        link.send("q")
        link.wait_for("epochs are in no file")
        link.send("y")
        assert link.wait_exit() == 0


def test_the_field_has_two_tones_while_the_way_is_slow_and_all_of_them_again_when_it_is_fast() -> None:
    def tones(link: SlowLink) -> int:
        """Colours behind the cells of the right half, in the upper third of the screen."""
        return len({link.emulator.cell(x, y).bg for x in range(70, 115) for y in range(3, 13)})

    with SlowLink([*GDTUI, "--epochs", "100000", "--speed", "5"], rate=1e6, delay=0.4) as link:
        link.wait_for(lambda link: "epoch #" in link.emulator.text() and 2 <= tones(link) <= 4, 30)
        link.delay = 0.02
        link.wait_for(lambda link: tones(link) > 6, 30)
