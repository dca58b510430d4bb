# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every shipped contract loads and keeps the package's rules; a broken one is refused."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from octo_ros.config import parse
from octo_ros.embodiment import ACTION_NAMES, Embodiment, Gripper, load_embodiment, robot_names
from octo_ros.errors import ConfigError, UnknownNameError

ROBOTS = Path(__file__).parents[1] / 'config/robots'
each_robot = pytest.mark.parametrize('robot', robot_names())
contract = lru_cache(load_embodiment)


@lru_cache
def read_widowx() -> dict:
    return yaml.safe_load((ROBOTS / 'widowx.yaml').read_text())


def test_all_five_robots_have_a_contract():
    assert robot_names() == ('fr3', 'franka', 'ur5', 'ur5e', 'widowx')


@each_robot
def test_contract_is_named_like_its_file_and_loads_by_path(robot):
    assert contract(robot).name == robot
    assert load_embodiment(str(ROBOTS / f'{robot}.yaml')) == contract(robot)


@each_robot
def test_observation_is_octos(robot):
    cameras = contract(robot).cameras
    assert {name: (c.height, c.width) for name, c in cameras.items()} == {
        'image_primary': (256, 256),
        'image_wrist': (128, 128),
    }


@each_robot
def test_limits_are_those_of_a_reduced_speed(robot):
    limits = contract(robot).limits
    assert limits.linear_speed <= 0.25
    assert limits.angular_speed <= 1.25
    assert all(b >= a for a, b in zip(limits.acceleration, limits.braking, strict=True))
    assert limits.workspace_min[2] >= 0.0


@each_robot
def test_arm_and_gripper_can_be_driven_for_real_and_simulated(robot):
    assert set(contract(robot).drivers) == {'real', 'sim'}
    for driver in contract(robot).drivers.values():
        assert (driver.gripper.kind == 'gripper_command') == (
            driver.gripper.max_effort is not None
        )


@each_robot
def test_gripper_maps_its_ends(robot):
    gripper = contract(robot).gripper
    assert gripper.opening(gripper.open_position) == 1.0
    assert gripper.opening(gripper.closed_position) == 0.0
    assert gripper.opening(gripper.position(0.25)) == pytest.approx(0.25)


def test_gripper_opening_is_clipped():
    gripper = Gripper(joint='g', open_position=0.04, closed_position=0.0)
    assert gripper.opening(0.05) == 1.0
    assert gripper.opening(-0.01) == 0.0


def test_action_spec_takes_the_robots_own_time():
    spec = contract('widowx').action_spec(4)
    assert (spec.names, spec.frame_id, spec.action_dt, spec.action_horizon) == (
        ACTION_NAMES,
        'base_link',
        0.2,
        4,
    )
    assert contract('widowx').action_spec(4, 0.1).action_dt == 0.1


@each_robot
def test_relayed_cameras_differ_only_in_how_they_arrive(robot):
    relayed = contract(robot).relayed()
    for key, camera in contract(robot).cameras.items():
        other = relayed.cameras[key]
        assert other.topic == f'{camera.topic}/octo/compressed'
        assert (other.transport, other.reliable) == ('compressed', True)
        back = replace(
            other, topic=camera.topic, transport=camera.transport, reliable=camera.reliable
        )
        assert back == camera
    assert replace(relayed, cameras=contract(robot).cameras) == contract(robot)


def test_unknown_robot_is_refused_with_a_proposal():
    with pytest.raises(UnknownNameError, match=r"'frank'.*Did you mean 'franka'\?.*fr3.*widowx"):
        load_embodiment('frank')


def test_name_must_be_the_file_name(tmp_path):
    path = tmp_path / 'other.yaml'
    path.write_text((ROBOTS / 'widowx.yaml').read_text())
    with pytest.raises(ConfigError, match=r'name: widowx; .*must agree'):
        load_embodiment(str(path))


def remove(values: dict, *path: str) -> None:
    *parents, key = path
    for parent in parents:
        values = values[parent]
    del values[key]


@pytest.mark.parametrize('key', sorted(read_widowx()['limits']))
def test_every_limit_is_required(key):
    values = deepcopy(read_widowx())
    remove(values, 'limits', key)
    with pytest.raises(ConfigError, match=f'limits.{key}: Field required'):
        parse(Embodiment, values, 'widowx.yaml')


@pytest.mark.parametrize('key', sorted(read_widowx()['timing']))
def test_every_time_is_required(key):
    values = deepcopy(read_widowx())
    remove(values, 'timing', key)
    with pytest.raises(ConfigError, match=f'timing.{key}: Field required'):
        parse(Embodiment, values, 'widowx.yaml')


@pytest.mark.parametrize(
    ('section', 'key', 'value', 'why'),
    [
        ('limits', 'torque', 1.0, 'limits.torque: Unexpected'),
        ('limits', 'velocity', [1.57] * 5, 'limits.velocity has 5 values for 6 joints'),
        ('limits', 'position_min', [-3.0] * 7, 'limits.position_min has 7 values for 6 joints'),
        ('limits', 'velocity', [0.0] * 6, 'greater than 0'),
        ('limits', 'linear_speed', 0.6, 'less than or equal to 0.5'),
        ('limits', 'angular_speed', float('nan'), 'limits.angular_speed'),
        ('limits', 'outlier_factor', 1.0, 'greater than 1'),
        ('limits', 'workspace_max', [0.45, 0.25, 0.0], 'workspace_min must lie below'),
        ('limits', 'position_max', [3.1, 1.9, 1.6, 3.1, 1.4, 3.1], 'home of wrist_angle is 1.36'),
        ('timing', 'control_rate', 10, 'greater than or equal to 20'),
        ('gripper', 'closed_position', 0.037, 'must differ'),
        ('joint_states', 'max_age', 0.0, 'greater than 0'),
        ('cameras', 'image_primary', None, 'cameras.image_primary'),
    ],
)
def test_what_breaks_the_contract_is_refused(section, key, value, why):
    values = deepcopy(read_widowx())
    values[section][key] = value
    with pytest.raises(ConfigError, match=why):
        parse(Embodiment, values, 'widowx.yaml')


def test_primary_camera_is_required():
    values = deepcopy(read_widowx())
    remove(values, 'cameras', 'image_primary')
    with pytest.raises(ConfigError, match='must hold image_primary'):
        parse(Embodiment, values, 'widowx.yaml')


def test_home_must_have_every_joint():
    values = deepcopy(read_widowx())
    values['home'] = values['home'][:5]
    with pytest.raises(ConfigError, match='home has 5 values for 6 joints'):
        parse(Embodiment, values, 'widowx.yaml')


@pytest.mark.parametrize('name', robot_names())
def test_simulated_arm_never_commands_the_real_one(name):
    drivers = load_embodiment(name).drivers
    real = {drivers['real'].arm.topic, drivers['real'].gripper.topic}
    simulated = {drivers['sim'].arm.topic, drivers['sim'].gripper.topic}
    assert not real & simulated


DEPTH = {'topic': '/d', 'height': 64, 'width': 64, 'max_age': 0.2, 'max_skew': 0.1}
FORCE = {'topic': '/f', 'kind': 'wrench', 'max_age': 0.2}


def test_depth_cameras_and_numbers_are_optional():
    plain = contract('widowx')
    assert (plain.depth_cameras, plain.low_dim) == ({}, {})
    values = {
        **deepcopy(read_widowx()),
        'depth_cameras': {'depth_primary': DEPTH},
        'low_dim': {'wrist_force': FORCE},
    }
    rich = parse(Embodiment, values, 'widowx.yaml')
    assert rich.depth_cameras['depth_primary'].transport == 'raw'
    assert len(rich.low_dim['wrist_force'].labels) == 6


@pytest.mark.parametrize(
    ('section', 'key', 'value', 'why'),
    [
        ('depth_cameras', 'primary', DEPTH, 'depth_cameras.primary: keys look like depth_primary'),
        ('depth_cameras', 'depth_a', {**DEPTH, 'transport': 'compressed'}, 'compressedDepth'),
        ('low_dim', 'state', FORCE, 'low_dim.state: the key is taken'),
        ('low_dim', 'joint_states', FORCE, 'low_dim.joint_states: the key is taken'),
        ('low_dim', 'depth_force', FORCE, 'low_dim.depth_force: the key is taken'),
        ('low_dim', 'Force', FORCE, 'low_dim.Force: keys are lower-case'),
    ],
)
def test_keys_that_mean_something_else_are_refused(section, key, value, why):
    values = {**deepcopy(read_widowx()), section: {key: value}}
    with pytest.raises(ConfigError, match=why):
        parse(Embodiment, values, 'widowx.yaml')
