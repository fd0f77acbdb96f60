"""What is said of runs whose schedule makes alpha small, or nothing."""

from tests.verdicts.test_judge import ARTICLE, MOONS, run_of, said


def test_an_alpha_that_was_too_small_from_the_first_does_not_only_stop_falling() -> None:
    found = said(run_of(MOONS, alpha=2e-4, schedule="cosine", decay_every=100, epochs=100))
    assert "alpha has fallen" in found.text
    assert found.remedy is not None
    assert dict(found.remedy.parts) == {"alpha": 2.0, "schedule": "constant"}


def test_no_step_is_taken_once_a_schedule_has_come_to_its_end() -> None:
    run = run_of(ARTICLE, schedule="cosine", decay_every=40, epochs=80)
    assert "standing" not in said(run, 40).text
    found = said(run)
    assert found.text == "standing still since epoch 41: the cosine schedule has ended, with alpha 0"
    assert found.remedy is not None
    assert dict(found.remedy.parts)["schedule"] == "constant"
    assert found.remedy.epoch == 41
