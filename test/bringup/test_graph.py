# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
from pathlib import Path

import pytest
import yaml

from octo_ros.bringup.arguments import ARGUMENTS, options_of
from octo_ros.bringup.graph import (
    SystemOptions,
    camera_relays,
    recorded_topics,
    recording,
    simulators,
    system,
)
from octo_ros.bringup.supervisor import command_line
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.fleet import read_fleet
from octo_ros.resources import share_directory
from octo_ros.sources import DepthCamera, LowDimSource


def names(specs):
    return [spec.name for spec in specs]


def test_simulated_system():
    specs = system(SystemOptions(robot='widowx'))
    assert names(specs) == [
        'octo_sim',
        'octo_policy',
        'octo_safety',
        'octo_watchdog',
        'octo_episode',
    ]
    by_name = {spec.name: spec for spec in specs}
    assert by_name['octo_safety'].parameters == {'robot': 'widowx', 'driver': 'sim'}
    assert by_name['octo_watchdog'].parameters == {'robot': 'widowx', 'driver': 'sim'}
    assert by_name['octo_watchdog'].required


def test_watchdog_outlives_what_it_watches_and_the_driver_outlives_the_watchdog():
    stages = {spec.name: spec.end_stage for spec in every_process()}
    last = stages.pop('octo_sim')
    watchdog = stages.pop('octo_watchdog')
    assert last > watchdog > max(stages.values())


def test_real_system_has_no_simulator_and_uses_the_real_driver(tmp_path):
    specs = system(SystemOptions(robot='ur5e', sim=False, policy='octo', checkpoint=str(tmp_path)))
    assert 'octo_sim' not in names(specs)
    drivers = {spec.parameters.get('driver') for spec in specs}
    assert drivers == {None, 'real'}
    assert [spec.name for spec in specs if 'driver' in spec.parameters] == [
        'octo_safety',
        'octo_watchdog',
    ]


def test_recorder_takes_all_cameras():
    (robot,) = read_fleet(['franka'])
    topics = recorded_topics(robot)
    assert {camera.topic for camera in robot.embodiment.cameras.values()} <= set(topics)
    assert '/octo/action' in topics
    assert len(topics) == len(set(topics))


def test_recorder_takes_depth_and_further_numbers():
    (robot,) = read_fleet(['left=franka'])
    depth = DepthCamera(topic='/depth', height=16, width=16, max_age=0.3, max_skew=0.1)
    effort = LowDimSource(
        topic=robot.embodiment.joint_states.topic,
        kind='joint_effort',
        names=('panda_joint1',),
        max_age=0.1,
    )
    force = LowDimSource(topic='/force', kind='wrench', max_age=0.1)
    further = {'depth_cameras': {'depth_primary': depth}, 'low_dim': {'a': effort, 'b': force}}
    topics = recorded_topics(
        dataclasses.replace(robot, embodiment=dataclasses.replace(robot.embodiment, **further))
    )
    assert set(topics) - set(recorded_topics(robot)) == {'/depth', '/force'}
    assert len(topics) == len(set(topics))


PAIR = SystemOptions(robot='left=widowx, right=ur5e', record='bags')


def test_two_robots_share_one_policy_and_nothing_else():
    specs = system(PAIR)
    assert [spec.path for spec in specs] == [
        'left/octo_sim',
        'right/octo_sim',
        'octo_policy',
        'left/octo_safety',
        'right/octo_safety',
        'left/octo_watchdog',
        'right/octo_watchdog',
        'left/octo_episode',
        'right/octo_episode',
        'left/octo_recorder',
        'right/octo_recorder',
    ]
    by_path = {spec.path: spec for spec in specs}
    assert by_path['octo_policy'].parameters['robots'] == ['left=widowx', 'right=ur5e']
    assert by_path['right/octo_safety'].parameters['robot'] == 'ur5e'
    left, right = (by_path[f'{side}/octo_recorder'].parameters for side in ('left', 'right'))
    assert (left['output'], right['output']) == ('bags/left', 'bags/right')
    assert '/left/octo/action' in left['topics']
    assert set(left['topics']) & set(right['topics']) == {'/tf', '/tf_static'}


def test_a_node_of_a_robot_is_started_in_its_namespace(tmp_path):
    spec = next(spec for spec in system(PAIR) if spec.path == 'left/octo_safety')
    command = command_line(spec, tmp_path)
    assert '__ns:=/left' in command
    overrides = yaml.safe_load((tmp_path / 'left.octo_safety.yaml').read_text())
    assert overrides['/left/octo_safety']['ros__parameters']['robot'] == 'widowx'


@pytest.mark.parametrize(
    ('options', 'error', 'text'),
    [
        ({'robot': ''}, ConfigError, 'No robot is given'),
        ({'robot': 'a=widowx,a=ur5'}, ConfigError, 'share a namespace'),
        ({'robot': 'widow'}, UnknownNameError, "Did you mean 'widowx'"),
        ({'robot': 'widowx', 'policy': 'octo'}, ConfigError, 'checkpoint'),
        ({'robot': 'widowx', 'policy': 'octo', 'checkpoint': '/none'}, ConfigError, '/none'),
        ({'robot': 'widowx', 'policy': 'octo', 'checkpoint': './a/b'}, ConfigError, './a/b'),
        ({'robot': 'widowx', 'sim': False}, ConfigError, 'only the simulator'),
        ({'robot': 'widowx', 'policy': 'magic'}, ConfigError, 'scripted or octo'),
        ({'robot': 'widowx', 'params_file': '/none.yaml'}, ConfigError, '/none.yaml'),
    ],
)
def test_bad_options_are_refused_with_a_sentence(options, error, text):
    with pytest.raises(error, match=text):
        system(SystemOptions(**options))


def test_recording_needs_a_directory():
    with pytest.raises(ConfigError, match='record'):
        recording(SystemOptions(robot='widowx'))


def test_simulator_alone():
    (spec,) = simulators(SystemOptions(robot='ur5', seed=3))
    assert spec.parameters == {'robot': 'ur5', 'seed': 3}


def test_every_robot_has_a_camera_relay_of_its_own():
    (spec,) = camera_relays(SystemOptions(robot='fr3'))
    assert (spec.path, spec.parameters) == ('octo_camera_relay', {'robot': 'fr3'})
    left, right = camera_relays(PAIR)
    assert (left.path, left.parameters) == ('left/octo_camera_relay', {'robot': 'widowx'})
    assert (right.path, right.parameters) == ('right/octo_camera_relay', {'robot': 'ur5e'})


@pytest.mark.parametrize('sim', [True, False])
def test_behind_a_network_policy_and_recorder_take_what_the_relay_sends(sim, tmp_path):
    options = SystemOptions(
        robot='left=widowx',
        sim=sim,
        policy='octo',
        checkpoint=str(tmp_path),
        record='bags',
        relayed=True,
    )
    specs = {spec.path: spec for spec in system(options)}
    assert specs['octo_policy'].parameters['relayed'] is True
    topics = specs['left/octo_recorder'].parameters['topics']
    assert '/left/camera_primary/image_raw/octo/compressed' in topics
    assert '/left/camera_primary/image_raw' not in topics
    # The simulator's cameras are here; a real robot's relay runs beside its cameras.
    assert ('left/octo_camera_relay' in specs) is sim


def every_process():
    return system(SystemOptions(robot='widowx', record='x', relayed=True))


def test_every_launch_argument_is_an_option_with_a_description():
    assert set(ARGUMENTS) == {field.name for field in dataclasses.fields(SystemOptions)}
    assert all(description for _, description in ARGUMENTS.values())


def test_launch_arguments_become_options():
    values = {name: default for name, (default, _) in ARGUMENTS.items()} | {
        'robot': 'ur5',
        'sim': 'True',
        'seed': '4',
        'relayed': 'yes',
    }
    options = options_of(values)
    assert options.sim is True
    assert options.relayed is True
    assert options.seed == 4


@pytest.mark.parametrize(
    ('name', 'value'), [('sim', 'maybe'), ('relayed', 'maybe'), ('seed', 'x')]
)
def test_bad_launch_arguments(name, value):
    with pytest.raises(ConfigError, match=name):
        options_of({'robot': 'widowx', name: value})


def test_shipped_parameters_name_nodes_of_the_system():
    shipped = yaml.safe_load((share_directory() / 'config/octo.yaml').read_text())
    nodes = {f'/**/{name}' for name in names(every_process())}
    assert set(shipped) <= nodes


def test_installed_console_scripts_exist_for_every_process():
    setup = (Path(__file__).parents[2] / 'setup.py').read_text()
    for spec in every_process():
        assert f"'{spec.executable}'" in setup
