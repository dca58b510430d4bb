# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The launch files against a stand-in for ROS 2's launch, which no package registry has.

Where the real one is installed, it is used instead.
"""

import importlib.util
import runpy
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from octo_ros.bringup.arguments import ARGUMENTS
from octo_ros.errors import ConfigError

LAUNCH = Path(__file__).parents[2] / 'launch'
REAL = importlib.util.find_spec('launch_ros') is not None


@dataclass
class Recorded:
    """Any action, event or substitution: keeps what it was made of."""

    args: tuple = ()
    kwargs: dict = field(default_factory=dict)

    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs


def stand_in(monkeypatch):
    modules = {
        'launch': ['LaunchDescription'],
        'launch.actions': [
            'DeclareLaunchArgument',
            'EmitEvent',
            'ExecuteProcess',
            'OpaqueFunction',
            'RegisterEventHandler',
        ],
        'launch.event_handlers': ['OnProcessExit'],
        'launch.events': ['Shutdown'],
        'launch.substitutions': ['LaunchConfiguration'],
        'launch_ros': [],
        'launch_ros.actions': ['Node'],
    }
    for name, classes in modules.items():
        module = ModuleType(name)
        for one in classes:
            setattr(module, one, type(one, (Recorded,), {}))
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(
        sys.modules['launch.substitutions'].LaunchConfiguration,
        'perform',
        lambda self, context: context[self.args[0]],
        raising=False,
    )
    monkeypatch.delitem(sys.modules, 'octo_ros.bringup.launch_actions', raising=False)


def describe(name):
    description = runpy.run_path(str(LAUNCH / name))['generate_launch_description']()
    declared = [a for a in description.args[0] if type(a).__name__ == 'DeclareLaunchArgument']
    opaque = [a for a in description.args[0] if type(a).__name__ == 'OpaqueFunction']
    return declared, opaque[0].kwargs['function']


@pytest.fixture
def launch(monkeypatch):
    if REAL:
        pytest.skip('covered by the test that uses the real launch')
    stand_in(monkeypatch)
    yield describe
    sys.modules.pop('octo_ros.bringup.launch_actions', None)


def context(declared, **given):
    return {a.args[0]: a.kwargs['default_value'] for a in declared} | {'robot': 'widowx'} | given


def executables(actions):
    return [a.kwargs['executable'] for a in actions if type(a).__name__ == 'Node']


def test_whole_system_in_the_simulator(launch):
    declared, build = launch('octo.launch.py')
    assert [a.args[0] for a in declared] == list(ARGUMENTS)
    assert all(a.kwargs['description'] for a in declared)
    actions = build(context(declared, robot='ur5e', sim='true', policy='scripted'))
    assert executables(actions) == [
        'sim_node',
        'policy_node',
        'safety_filter_node',
        'watchdog_node',
        'episode_node',
    ]
    node = next(a for a in actions if a.kwargs.get('executable') == 'safety_filter_node')
    assert node.kwargs['parameters'][1] == {'robot': 'ur5e', 'driver': 'sim'}


def test_every_robot_has_its_namespace(launch):
    declared, build = launch('octo.launch.py')
    actions = build(context(declared, robot='a=ur5e,b=ur5e', sim='true', policy='scripted'))
    nodes = [a.kwargs for a in actions if type(a).__name__ == 'Node']
    places = [(node['namespace'], node['executable']) for node in nodes]
    assert ('', 'policy_node') in places
    for namespace in 'ab':
        assert (namespace, 'sim_node') in places
        assert (namespace, 'safety_filter_node') in places
        assert (namespace, 'watchdog_node') in places


def test_real_arm_needs_a_checkpoint(launch):
    declared, build = launch('octo.launch.py')
    with pytest.raises(ConfigError, match='checkpoint'):
        build(context(declared))


def test_simulator_alone(launch):
    declared, build = launch('sim.launch.py')
    assert executables(build(context(declared, robot='franka'))) == ['sim_node']


def test_recording(launch):
    declared, build = launch('record.launch.py')
    assert executables(build(context(declared))) == ['episode_node', 'recorder_node']


def test_camera_relay(launch):
    declared, build = launch('camera_relay.launch.py')
    assert executables(build(context(declared))) == ['camera_relay_node']


@pytest.mark.skipif(not REAL, reason='needs a ROS 2 installation with launch_ros')
@pytest.mark.parametrize('path', sorted(LAUNCH.glob('*.launch.py')), ids=lambda p: p.name)
def test_real_launch_takes_the_file(path):
    from launch import LaunchDescription

    description = runpy.run_path(str(path))['generate_launch_description']()
    assert isinstance(description, LaunchDescription)
