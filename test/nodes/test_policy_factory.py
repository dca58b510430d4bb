# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which policy and which way of execution the parameters choose."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from octo_ros.config import parse
from octo_ros.errors import ConfigError, PolicyError
from octo_ros.nodes.policy_factory import PolicyParameters, make_scheduler
from octo_ros.policy.chunking.newest import NewestChunk
from octo_ros.policy.chunking.receding_horizon import RecedingHorizon
from octo_ros.policy.chunking.temporal_ensemble import TemporalEnsemble
from octo_ros.types import ActionChunk, ActionSpec

PERIOD = 100_000_000
SPEC = ActionSpec(('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper'), 'base', 0.1, 4)
SHIPPED = Path(__file__).parents[2] / 'config/octo.yaml'


def parameters(**values):
    return parse(PolicyParameters, {'robot': 'widowx', 'policy': 'octo', **values}, 'test')


@pytest.mark.parametrize(
    ('values', 'kind'),
    [
        ({}, TemporalEnsemble),
        ({'chunk_execution': 'temporal_ensemble', 'ensemble_weight': -0.5}, TemporalEnsemble),
        ({'chunk_execution': 'receding_horizon', 'execute_actions': 2}, RecedingHorizon),
        ({'chunk_execution': 'newest'}, NewestChunk),
    ],
)
def test_chunk_execution_is_chosen(values, kind):
    assert type(make_scheduler(parameters(**values), SPEC)) is kind


def chunk(chunk_id, x):
    actions = [[x, 0, 0, 0, 0, 0, 1]] * 4
    start_ns = chunk_id * PERIOD
    return ActionChunk(actions, SPEC, start_ns - PERIOD // 2, start_ns, chunk_id)


@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        ({'ensemble_weight': 10.0}, [0, 0, 0]),
        ({'ensemble_weight': -10.0}, [0, 1, 2]),
        ({}, [0, 0.5, 1]),
        ({'chunk_execution': 'receding_horizon', 'execute_actions': 2}, [0, 0, 2]),
        ({'chunk_execution': 'newest'}, [0, 1, 2]),
    ],
)
def test_options_reach_the_scheduler(values, expected):
    scheduler = make_scheduler(parameters(**values), SPEC)
    moved = []
    for k in range(3):
        scheduler.add(chunk(k, x=float(k)))
        moved.append(float(scheduler.displacement(k * PERIOD, PERIOD).translation[0]))
    assert moved == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ('values', 'named'),
    [
        ({'chunk_execution': 'oldest'}, 'chunk_execution'),
        ({'execute_actions': 0}, 'execute_actions'),
        ({'execute_actions': 1.5}, 'execute_actions'),
        ({'ensemble_weight': 11}, 'ensemble_weight'),
        ({'ensemble_weight': float('nan')}, 'ensemble_weight'),
        ({'coupled_noise': 'often'}, 'coupled_noise'),
    ],
)
def test_values_out_of_range_are_refused(values, named):
    with pytest.raises(ConfigError, match=named):
        parameters(**values)


def test_more_actions_than_the_policy_predicts_are_refused():
    values = parameters(chunk_execution='receding_horizon', execute_actions=5)
    with pytest.raises(PolicyError, match=r'execute_actions is 5; .* predicts 4'):
        make_scheduler(values, SPEC)


def test_shipped_parameters_are_the_defaults():
    shipped = yaml.safe_load(SHIPPED.read_text())['/octo_policy']['ros__parameters']
    assert parameters(**shipped) == parameters()
    assert {'chunk_execution', 'ensemble_weight', 'execute_actions', 'coupled_noise'} <= set(
        shipped
    )
