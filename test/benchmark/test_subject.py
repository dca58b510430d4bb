# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is measured, and what its errors mean."""

from dataclasses import replace

import pytest

from octo_ros.benchmark.random_checkpoint import released_config
from octo_ros.benchmark.subject import Subject
from octo_ros.benchmark.workload import Workload
from octo_ros.errors import PolicyError
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.policy.engines.quantize import CalibrationTick


@pytest.fixture
def recorded(config):
    workload = Workload(config, seed=5)
    return [
        CalibrationTick(workload.task(), workload.history(), workload.frame()) for _ in range(4)
    ]


@pytest.fixture
def trained(subject):
    return Subject.of(CheckpointDirectory.read(subject.path))


@pytest.mark.parametrize('size', ['small', 'base'])
def test_released_sizes_have_names(size, subject):
    assert replace(subject, config=released_config(size)).size == size
    assert subject.size == '64x2'


def test_scales_and_comparison_see_different_recorded_ticks(trained, recorded):
    subject = replace(trained, recorded=recorded)
    assert list(subject.calibration()) == recorded[::2]
    assert [tick.newest for tick in subject.compared(9)] == [t.newest for t in recorded[1::2]]
    assert subject.notes == (
        'tiny: actions are compared with the plain network in fp32, on recorded pictures.',
    )


def test_trained_weights_are_not_calibrated_on_noise(trained):
    with pytest.raises(PolicyError, match='give --calibration RLDS_DIR'):
        trained.calibration()
    assert '--calibration takes recorded ones' in trained.notes[0]


def test_random_weights_are_calibrated_on_noise_and_it_is_said(subject):
    scales = {tick.newest.digest for tick in subject.calibration()}
    assert len(scales) == 8
    assert not scales & {tick.newest.digest for tick in subject.compared(20)}
    assert 'random, and so is what the scales of int8 were calibrated on' in subject.notes[0]
