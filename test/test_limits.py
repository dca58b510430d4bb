# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""No contract asks for more than its robot's vendor allows, and no limit is left out silently."""

from dataclasses import replace

import pytest

from octo_ros.config import parse
from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.limits import (
    CollisionLimits,
    GripperRules,
    Plane,
    SingularityLimit,
    TiltCone,
    Timing,
    load_hard_limits,
)


@pytest.mark.parametrize('robot', robot_names())
def test_shipped_limits_stay_below_the_hard_ones(robot):
    embodiment = load_embodiment(robot)
    hard = load_hard_limits(embodiment.model.hard_limits)
    assert hard.problem(embodiment.limits, embodiment.joints) is None


@pytest.mark.parametrize(
    ('changed', 'says'),
    [
        (
            {'velocity': [2.3, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]},
            '2.3 rad/s; the robot allows 2.175 rad/s',
        ),
        ({'braking': [15.0, 7.6, 10.0, 12.5, 15.0, 20.0, 20.0]}, '7.6 rad/s².*7.5 rad/s²'),
        ({'jerk': [7501.0, 300.0, 300.0, 300.0, 300.0, 300.0, 300.0]}, '7501 rad/s³.*7500 rad/s³'),
        ({'position_max': [2.9, 1.7, 2.8, -0.07, 2.8, 3.7, 2.8]}, '2.9 rad; the robot allows'),
        ({'position_min': [-3.0, -1.7, -2.8, -3.0, -2.8, 0.0, -2.8]}, 'position_min of fer_jo'),
    ],
)
def test_asking_for_more_than_the_robot_allows_is_refused_with_both_numbers(changed, says):
    with pytest.raises(ConfigError, match=says):
        load_embodiment('franka', {'limits': changed})


def test_overrides_reach_single_values_and_leave_the_rest():
    changed = load_embodiment('ur5e', {'limits': {'linear_speed': 0.1}})
    assert changed.limits.linear_speed == 0.1
    assert replace(changed.limits, linear_speed=0.25) == load_embodiment('ur5e').limits


def test_override_of_something_unknown_is_refused():
    with pytest.raises(ConfigError, match=r'limits\.linear_sped'):
        load_embodiment('ur5e', {'limits': {'linear_sped': 0.1}})


def test_unknown_hard_limits_are_refused():
    with pytest.raises(UnknownNameError, match='franka'):
        load_hard_limits('panda')


COLLISION = {
    'self_clearance': 0.02,
    'clearance': 0.03,
    'finger_clearance': 0.0,
    'slow_distance': 0.1,
    'table_height': None,
    'obstacles': [],
}
BOX = {'name': 'box', 'size': [0.1, 0.1, 0.1], 'xyz': [0.5, 0.0, 0.1]}
TIMING = {
    'control_rate': 100,
    'command_timeout': 0.25,
    'resume_within': 1.0,
    'command_max_age': 0.2,
    'command_max_future': 0.02,
    'max_command_rate': 15.0,
    'state_patience': 0.2,
    'max_clock_jump': 0.5,
}
RULES = {'close_below': 0.45, 'open_above': 0.55, 'votes': 2, 'min_interval': 0.5, 'timeout': 0.5}


@pytest.mark.parametrize(
    ('kind', 'values', 'why'),
    [
        (Plane, {'normal': [0.0, 0.0, 2.0], 'offset': 0.0}, 'length 1, not 2'),
        (TiltCone, {'axis': [0.0, 0.0, 0.0], 'half_angle': 0.5}, 'length 1, not 0'),
        (SingularityLimit, {'length': 0.3, 'slow': 0.02, 'stop': 0.02}, 'stop must lie below'),
        (CollisionLimits, {**COLLISION, 'self_clearance': 0.0}, 'than or equal to 0.001'),
        (CollisionLimits, {**COLLISION, 'obstacles': [BOX, BOX]}, 'unique names, not twice box'),
        (Timing, {**TIMING, 'resume_within': 0.25}, 'longer than command_timeout, 0.25 s'),
        (GripperRules, {**RULES, 'close_below': 0.6}, 'must lie below open_above, 0.55'),
    ],
)
def test_contradictions_are_refused(kind, values, why):
    with pytest.raises(ConfigError, match=why):
        parse(kind, values, 'a contract')


@pytest.mark.parametrize('key', sorted(COLLISION))
def test_every_collision_limit_is_required(key):
    values = {name: value for name, value in COLLISION.items() if name != key}
    with pytest.raises(ConfigError, match=f'{key}: Field required'):
        parse(CollisionLimits, values, 'a contract')
