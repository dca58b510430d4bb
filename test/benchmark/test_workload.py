# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Made-up input for any network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from octo_ros.benchmark.workload import Workload
from octo_ros.errors import PolicyError
from octo_ros.policy.engines.quantize import CalibrationTick


def test_the_same_seed_gives_the_same_and_every_frame_is_new(config):
    one, other = Workload(config), Workload(config)
    frames = [one.frame() for _ in range(3)]
    assert [frame.digest for frame in frames] == [other.frame().digest for _ in range(3)]
    assert len({frame.digest for frame in frames}) == 3
    assert frames[0].images['image_wrist'].shape == (32, 32, 3)
    assert len(one.history()) == config.window_size - 1


def test_noise_is_given_so_that_engines_can_be_compared(config):
    noise = Workload(config).sampling().noise
    assert noise.initial.shape == (1, 28)
    assert noise.steps.shape == (20, 1, 28)


def test_recorded_ticks_are_preferred(config):
    workload = Workload(config)
    assert len(workload.compared(3)) == 3
    recorded = [
        CalibrationTick(workload.task(), workload.history(), workload.frame()) for _ in range(2)
    ]
    (tick,) = workload.compared(1, recorded)
    assert tick.newest is recorded[0].newest
    assert len(workload.compared(9, recorded)) == 2


def test_networks_with_vectors_and_numbers(rich_config):
    workload = Workload(rich_config)
    frame, task = workload.frame(), workload.task()
    assert {key: array.shape for key, array in frame.low_dim.items()} == {
        'proprio': (14,),
        'gripper': (2,),
    }
    assert all(array.dtype == np.float32 for array in frame.low_dim.values())
    assert task.vectors['words'].shape == (1, 9)
    assert task.vectors['words'].dtype == torch.float32
    assert task.language.input_ids.shape == (1, 16)


def test_unknown_sizes_are_refused(rich_config):
    proprio, camera, gripper = rich_config.observation_tokenizers
    camera = replace(camera, film_keys=('words', 'more'))
    with pytest.raises(PolicyError, match='words, more'):
        Workload(replace(rich_config, observation_tokenizers=(proprio, camera, gripper)))
