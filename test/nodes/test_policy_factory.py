# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which policy and which way of execution the parameters choose."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from octo_ros.config import parse
from octo_ros.errors import ConfigError, PolicyError
from octo_ros.nodes.policy_factory import dataset_names, make_scheduler, pace_notes
from octo_ros.nodes.policy_parameters import PolicyParameters
from octo_ros.policy.chunking.newest import NewestChunk
from octo_ros.policy.chunking.receding_horizon import RecedingHorizon
from octo_ros.policy.chunking.temporal_ensemble import TemporalEnsemble
from octo_ros.types import ActionChunk, ActionSpec

PERIOD = 100_000_000
SPEC = ActionSpec(('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper'), 'base', 0.1, 4)
SHIPPED = Path(__file__).parents[2] / 'config/octo.yaml'


def parameters(**values):
    given = {'robots': ['widowx'], 'policy': 'octo', 'checkpoint': 'made/by_hand', **values}
    return parse(PolicyParameters, given, 'test')


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
        ({'robots': []}, 'robots'),
        ({'checkpoint': ''}, 'needs the parameter checkpoint'),
        ({'policy': 'scripted', 'rate': 20.0}, 'acts at 10 Hz; rate is 20'),
        ({'inference_every': 0}, 'inference_every'),
        ({'inference_lead': 0.1}, r'below the time between inferences, 1 tick\(s\) of 0.1 s'),
        ({'inference_lead': 0.2, 'inference_every': 2}, r'2 tick\(s\) of 0.1 s'),
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
    shipped = yaml.safe_load(SHIPPED.read_text())['/**/octo_policy']['ros__parameters']
    assert parameters(**shipped) == parameters()
    assert {'chunk_execution', 'ensemble_weight', 'execute_actions', 'coupled_noise'} <= set(
        shipped
    )


def test_an_inference_may_begin_more_than_a_tick_ahead_if_there_is_time():
    assert parameters(inference_lead=0.15, inference_every=2).inference_lead == 0.15


def test_robots_may_be_one_word():
    assert parameters(robots='left=widowx, right=ur5').robots == ['left=widowx', 'right=ur5']


def test_a_dataset_name_is_for_all_robots_or_one_is_for_each():
    assert dataset_names('', 3) == ['', '', '']
    assert dataset_names('bridge', 2) == ['bridge', 'bridge']
    assert dataset_names('bridge, mine', 2) == ['bridge', 'mine']
    with pytest.raises(ConfigError, match=r'2 names, bridge,mine, for 3 robot'):
        dataset_names('bridge,mine', 3)


class Chunks:
    """A policy whose actions last as long as told."""

    def __init__(self, action_dt, horizon=4):
        self.spec = ActionSpec(SPEC.names, 'base', action_dt, horizon)


def test_a_chunk_must_last_until_the_next_one():
    with pytest.raises(ConfigError, match=r'lasts 0.268 s .* Set it to at most 2'):
        pace_notes(parameters(inference_every=3), Chunks(0.067))
    assert pace_notes(parameters(inference_every=2), Chunks(0.067)) == ()
    scripted = parameters(policy='scripted', inference_every=2)
    with pytest.raises(ConfigError, match=r'1 action\(s\) of 0.1 s'):
        pace_notes(scripted, Chunks(0.1, horizon=1))


def test_actions_that_are_held_longer_than_inference_takes_are_told():
    values = {'chunk_execution': 'receding_horizon', 'execute_actions': 2, 'inference_every': 2}
    assert pace_notes(parameters(**values), Chunks(0.1)) == ()
    (note,) = pace_notes(parameters(**values), Chunks(0.2))
    assert 'holds 2 action(s) of 0.2 s, but every 0.2 s there is a new chunk' in note
