# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import pytest

from octo_ros.policy.pace import LEAST, Pace
from octo_ros.policy.stages import Stage, StageFigures


def figures(count=LEAST, **p95_ms):
    return [
        StageFigures(Stage(name), count, 0.5 * value, value, value, value)
        for name, value in p95_ms.items()
    ]


def test_who_keeps_up_gets_no_advice():
    assert Pace(10, 1, 0.05).advice(figures(preprocess=5, queue=1, infer=40, prepare=50)) == ()


def test_nothing_is_said_from_a_few_measurements():
    assert Pace(10, 1, 0.05).advice(figures(LEAST - 1, infer=400)) == ()


@pytest.mark.parametrize(
    ('every', 'infer', 'prepare', 'advised'), [(1, 110, 20, 2), (1, 180, 60, 3), (2, 1500, 0, 10)]
)
def test_too_slow_an_inference_needs_more_ticks(every, infer, prepare, advised):
    (sentence,) = Pace(10, every, 2.0).advice(figures(infer=infer, prepare=prepare))
    assert f'set inference_every to {advised}.' in sentence


def test_a_preparation_without_time_is_named():
    (sentence,) = Pace(10, 1, 0.09).advice(figures(infer=60, prepare=55))
    assert 'Inference (60 ms) and preparing the next (55 ms)' in sentence


def test_a_lead_that_is_too_short_is_named_with_both_figures():
    (sentence,) = Pace(10, 2, 0.05).advice(figures(preprocess=6, queue=2, infer=70))
    assert 'takes 78 ms, inference_lead is 50 ms' in sentence
