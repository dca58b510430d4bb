# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Several robots on one network: each acts as if it were alone."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import PolicyError
from octo_ros.policy.base import Request
from octo_ros.policy.loaded_octo import LoadedOcto
from octo_ros.policy.octo_fleet import OctoFleet
from octo_ros.policy.octo_policy import OctoPolicy
from octo_ros.types import Task

from .test_octo_policy import DATA, LANG, SECOND, frames, window

TASKS = (
    Task(task_id=1, language_instruction='reach the red block'),
    Task(task_id=1, language_instruction='open the drawer'),
    Task(task_id=7, language_instruction='reach the red block'),
)
NUMBER = len(TASKS)


@pytest.fixture
def widowx():
    return load_embodiment(str(DATA / 'embodiments/widowx.yaml'))


@pytest.fixture
def checkpoint(tmp_path):
    """The fixture with statistics of a dataset for each robot."""
    made = tmp_path / 'checkpoint'
    shutil.copytree(LANG, made)
    path = made / 'dataset_statistics.json'
    (dataset,) = json.loads(path.read_text()).values()
    statistics = {}
    for number in range(NUMBER):
        statistics[f'data_{number}'] = copy = deepcopy(dataset)
        for name in ('mean', 'std'):
            copy['action'][name] = [(3 * number + 1) * value for value in copy['action'][name]]
    path.write_text(json.dumps(statistics))
    return made


def policies(checkpoint, embodiment):
    """Policies on one network, each with a seed and statistics of its own."""
    loaded = LoadedOcto.load(checkpoint, 'data_0')
    others = [loaded.for_another_robot(f'data_{number}') for number in range(1, NUMBER)]
    return [OctoPolicy(each, embodiment, seed=seed) for seed, each in enumerate([loaded, *others])]


def request(robot, tick, **changes):
    given = {
        'window': window(frames(10 * tick + robot)),
        'task': TASKS[robot],
        'start_ns': tick * SECOND + robot,
    }
    return Request(robot, **(given | changes))


def test_every_robot_acts_as_if_it_were_alone(widowx, checkpoint):
    fleet = OctoFleet(policies(checkpoint, widowx))
    alone = policies(checkpoint, widowx)
    fleet.warm_up()
    asking = [(0, 1, 2), (2, 0), (1,), (0, 1, 2)]
    for tick, robots in enumerate(asking):
        requests = [request(robot, tick) for robot in robots]
        answers = fleet.infer(requests)
        for asked, answer in zip(requests, answers, strict=True):
            expected = alone[asked.robot].infer(asked.window, asked.task, asked.start_ns)
            np.testing.assert_allclose(answer.actions, expected.actions, atol=1e-3)
            assert answer.start_ns == expected.start_ns == asked.start_ns
            assert answer.observation_stamp_ns == expected.observation_stamp_ns
            assert answer.chunk_id == expected.chunk_id


def test_a_robot_that_cannot_be_served_keeps_nobody_else_from_it(widowx, checkpoint):
    fleet = OctoFleet(policies(checkpoint, widowx))
    small = {key: image[:, :16, :16] for key, image in frames(0).items()}
    requests = [request(0, 0), request(1, 0, window=window(small)), request(2, 0)]
    first, refused, last = fleet.infer(requests)
    assert isinstance(refused, PolicyError)
    assert 'image_primary of the window is 16x16' in str(refused)
    assert np.isfinite(first.actions).all()
    assert np.isfinite(last.actions).all()


def test_a_robot_whose_actions_are_not_finite_keeps_nobody_else_from_acting(widowx, checkpoint):
    made = policies(checkpoint, widowx)
    network = next(made[0].rehearse()).engine._network
    with pytest.MonkeyPatch.context() as patch:
        head = network.head

        def broken(tokens, sampling):
            chunks = head(tokens, sampling)
            chunks[..., 1, :, :] = np.nan
            return chunks

        patch.setattr(network, 'head', broken)
        first, refused, last = OctoFleet(made).infer([request(robot, 0) for robot in range(3)])
    assert isinstance(refused, PolicyError)
    assert 'finite' in str(refused)
    assert np.isfinite(first.actions).all()
    assert np.isfinite(last.actions).all()
