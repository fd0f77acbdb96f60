import numpy as np
import pytest
from scipy.special import expit

from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.runs.samples import Sample, sampled_rows, samples, summary
from gdtui.settings import Settings, StopRules
from tests.oracles import noisy


def trained(**options) -> Run:
    running = Run(Settings(**{"alpha": 0.3, "epochs": 50, **options}), noisy())
    running.advance(1000)
    return running


def test_a_sample_in_the_articles_words():
    assert Sample(3, (1.0,), 0.11249, 0, 0).line() == "activation=0.1125; predicted_label=0, true_label=0"


def test_a_sample_is_right_where_prediction_and_truth_agree():
    assert Sample(3, (1.0,), 0.1, 0, 0).is_right
    assert not Sample(3, (1.0,), 0.1, 0, 1).is_right


def test_samples_are_rows_of_the_data_at_the_given_weights():
    running = trained()
    weights = np.array([0.3, 0.8, -0.4])
    for sample in samples(running, weights):
        activation = expit(running.data.X[sample.index] @ weights)
        assert sample.features == tuple(running.data.X[sample.index, 1:])
        assert sample.activation == pytest.approx(activation)
        assert sample.predicted == (activation >= 0.5)
        assert sample.true == running.data.y[sample.index]


@pytest.mark.parametrize(("size", "count"), [(0, 0), (1, 1), (10, 10), (40, 40), (1000, 40)])
def test_as_many_rows_as_asked_for_without_repetition(size, count):
    rows = sampled_rows(trained(sample_size=size)).tolist()
    assert len(rows) == count
    assert rows == sorted(set(rows))
    assert len(samples(trained(sample_size=size), np.zeros(3))) == count


def test_sampled_rows_follow_the_seed():
    first, same, other = (sampled_rows(trained(seed=seed)).tolist() for seed in (1, 1, 2))
    assert first == same != other


def test_activations_that_are_not_numbers_are_neither_right_nor_wrong_and_do_not_warn():
    rows = samples(trained(), np.array([np.nan, np.inf, 1.0]))
    assert {sample.true for sample in rows} == {0, 1}
    for sample in rows:
        assert (sample.predicted, sample.is_right, sample.verdict) == (None, False, "– unknown")
        assert sample.line() == f"activation=nan; predicted_label=none, true_label={sample.true}"


def test_a_diverged_run_has_no_accuracy():
    running = Run(Settings(alpha=1e308), load())
    running.advance(100)
    assert (running.end().confusion, running.end().accuracy, running.newest().gradient_norm) == (None, None, None)
    assert ", loss nan, accuracy not known (loss became not a number at " in summary(running, running.end())


def test_summary_is_measured_after_the_last_step():
    running = trained()
    found = running.end()
    expected = np.sum((expit(running.data.X @ running.weights) - running.data.y) ** 2)
    assert f"loss {expected:.7f}" in summary(running, found)
    assert summary(running, found) == (
        f"noisy: 50 epochs, alpha 0.3, loss {found.loss:.7f}, accuracy {found.accuracy:.2%} (all 50 epochs done)"
    )


def test_summary_of_one_epoch():
    running = trained(epochs=1)
    assert summary(running, running.end()).startswith("noisy: 1 epoch, ")


def test_summary_says_which_rule_ended_it():
    running = trained(stop=StopRules(target_loss=9.0), init="zeros")
    assert summary(running, running.end()).endswith(f"(loss reached 9 at epoch {running.done})")


def test_summary_of_a_run_that_was_left():
    running = Run(Settings(), noisy())
    running.advance(3)
    assert summary(running, running.end()).endswith("(stopped early)")
