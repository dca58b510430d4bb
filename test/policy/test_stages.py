# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.policy.stages import Journey, Stage, StageTimes

MS = 1_000_000
WAY = (
    Stage.RECEIVE,
    Stage.WAIT,
    Stage.PREPROCESS,
    Stage.QUEUE,
    Stage.INFER,
    Stage.PUBLISH,
)


@given(st.lists(st.integers(0, 10**9), min_size=7, max_size=7).map(sorted))
def test_the_stages_of_a_journey_add_up_to_the_total(times):
    stages = StageTimes()
    stages.add_inference(Journey(*times[:-1]))
    stages.add_action(Journey(*times[:-1]), times[-1])
    figures = {each.stage: each for each in stages.figures()}
    expected = [(after - before) / MS for before, after in pairwise(times)]
    assert [figures[stage].p50_ms for stage in WAY] == pytest.approx(expected)
    assert figures[Stage.TOTAL].p50_ms == pytest.approx(sum(expected))


def test_figures_are_of_the_last_measurements_only():
    stages = StageTimes(capacity=100)
    for ms in range(1, 201):
        stages.add(Stage.INFER, ms * MS)
    (figures,) = stages.figures()
    assert figures.stage is Stage.INFER
    assert figures.count == 100
    assert figures.p50_ms == pytest.approx(150.5)
    assert figures.p95_ms == pytest.approx(195.05)
    assert figures.p99_ms == pytest.approx(199.01)
    assert figures.max_ms == pytest.approx(200.0)


def test_what_was_not_measured_has_no_figures():
    stages = StageTimes()
    assert stages.figures() == ()
    stages.add(Stage.PREPARE, MS)
    stages.add(Stage.JITTER, MS)
    assert [each.stage for each in stages.figures()] == [Stage.JITTER, Stage.PREPARE]
    stages.clear()
    assert stages.figures() == ()
