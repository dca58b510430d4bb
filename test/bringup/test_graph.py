# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
from pathlib import Path

import pytest
import yaml

from octo_ros.bringup.arguments import ARGUMENTS, options_of
from octo_ros.bringup.graph import (
    SystemOptions,
    camera_relay,
    recorded_topics,
    recording,
    simulator,
    system,
)
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.resources import share_directory


def names(specs):
    return [spec.name for spec in specs]


def test_simulated_system():
    specs = system(SystemOptions(robot='widowx'))
    assert names(specs) == ['octo_sim', 'octo_policy', 'octo_safety', 'octo_episode']
    safety = next(spec for spec in specs if spec.name == 'octo_safety')
    assert safety.parameters == {'robot': 'widowx', 'driver': 'sim'}


def test_real_system_has_no_simulator_and_uses_the_real_driver(tmp_path):
    specs = system(SystemOptions(robot='ur5e', sim=False, policy='octo', checkpoint=str(tmp_path)))
    assert 'octo_sim' not in names(specs)
    safety = next(spec for spec in specs if spec.name == 'octo_safety')
    assert safety.parameters['driver'] == 'real'


def test_recorder_takes_all_cameras():
    embodiment = load_embodiment('franka')
    topics = recorded_topics(embodiment)
    assert {camera.topic for camera in embodiment.cameras.values()} <= set(topics)
    assert len(topics) == len(set(topics))


@pytest.mark.parametrize(
    ('options', 'error', 'text'),
    [
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
    assert simulator(SystemOptions(robot='ur5', seed=3)).parameters == {'robot': 'ur5', 'seed': 3}


def test_camera_relay_alone():
    spec = camera_relay(SystemOptions(robot='fr3'))
    assert (spec.name, spec.parameters) == ('octo_camera_relay', {'robot': 'fr3'})


def every_process():
    options = SystemOptions(robot='widowx', record='x')
    return [*system(options), camera_relay(options)]


def test_every_launch_argument_is_an_option_with_a_description():
    assert set(ARGUMENTS) == {field.name for field in dataclasses.fields(SystemOptions)}
    assert all(description for _, description in ARGUMENTS.values())


def test_launch_arguments_become_options():
    values = {name: default for name, (default, _) in ARGUMENTS.items()} | {
        'robot': 'ur5',
        'sim': 'True',
        'seed': '4',
    }
    options = options_of(values)
    assert options.sim is True
    assert options.seed == 4


@pytest.mark.parametrize(('name', 'value'), [('sim', 'maybe'), ('seed', 'x')])
def test_bad_launch_arguments(name, value):
    with pytest.raises(ConfigError, match=name):
        options_of({'robot': 'widowx', name: value})


def test_shipped_parameters_name_nodes_of_the_system():
    shipped = yaml.safe_load((share_directory() / 'config/octo.yaml').read_text())
    nodes = {f'/{name}' for name in names(every_process())}
    assert set(shipped) <= nodes


def test_installed_console_scripts_exist_for_every_process():
    setup = (Path(__file__).parents[2] / 'setup.py').read_text()
    for spec in every_process():
        assert f"'{spec.executable}'" in setup
