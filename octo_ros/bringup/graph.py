# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The one description of which processes run with which parameters.

`launch/*.launch.py` and the supervisor both read it, so they cannot drift apart.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from octo_ros.errors import ConfigError
from octo_ros.fleet import entries, read_fleet
from octo_ros.resources import share_directory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from octo_ros.fleet import Robot

WATCHDOG_STAGE, DRIVER_STAGE = 1, 2

ParameterValue = bool | int | float | str | list[str]


@dataclass(frozen=True)
class NodeSpec:
    """One process of the system.

    Attributes:
        executable: Module below `octo_ros.nodes` and name of the console script.
        name: Node name.
        params_file: ROS 2 parameter file.
        parameters: Values that override the file's.
        required: The whole system stops when this process ends.
        command: Runs instead of a node of this package, where not empty.
        namespace: Namespace below the root; empty for the root.
        end_stage: Processes of a lower stage are ended, and waited for, before it: a watchdog
            outlives what it watches, and a driver outlives the watchdog.
    """

    executable: str
    name: str
    params_file: Path
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    required: bool = True
    command: tuple[str, ...] = ()
    namespace: str = ''
    end_stage: int = 0

    @property
    def path(self) -> str:
        """The node's name with its namespace, like `left/octo_safety`."""
        return f'{self.namespace}/{self.name}' if self.namespace else self.name


@dataclass(frozen=True)
class SystemOptions:
    """What a user chooses when starting the system.

    Attributes:
        robot: Name of a contract in `config/robots`, or the path of one; several robots as
            `left=widowx,right=ur5e`, each in a namespace.
        sim: Drive the simulated arm instead of the real one.
        policy: `scripted` (the simulator's expert) or `octo`.
        checkpoint: Octo checkpoint, a directory or a name on the Hugging Face hub; required by
            `octo`.
        dataset_name: Which of the checkpoint's statistics to use; empty when it has only one.
        params_file: ROS 2 parameter file; the shipped `config/octo.yaml` when empty.
        record: Directory of the bag to record; empty for none.
        seed: Seed of the simulator's scene and of the policy's noise.
        relayed: The cameras come through `octo_camera_relay`; the simulator's then get one.
    """

    robot: str
    sim: bool = True
    policy: Literal['scripted', 'octo'] = 'scripted'
    checkpoint: str = ''
    dataset_name: str = ''
    params_file: str = ''
    record: str = ''
    seed: int = 0
    relayed: bool = False


def system(options: SystemOptions) -> tuple[NodeSpec, ...]:
    """The processes of the running system, in the order in which they start.

    One policy drives all robots; everything else there is once per robot, in its namespace.

    Raises:
        ConfigError: An option is missing, names nothing that exists, or contradicts another.
    """
    robots = read_fleet(entries(options.robot), relayed=options.relayed)
    _check(options)
    return (
        *(simulators(options) if options.sim else ()),
        *(camera_relays(options) if options.sim and options.relayed else ()),
        _policy(options),
        *(_safety(options, robot) for robot in robots),
        *(_watchdog(options, robot) for robot in robots),
        *(_episode(options, robot) for robot in robots),
        *(recorder(options, robot) for robot in robots if options.record),
    )


def recording(options: SystemOptions) -> tuple[NodeSpec, ...]:
    """What a demonstration by teleoperation needs: the recorder and the episode marks.

    Raises:
        ConfigError: No directory to record to is given, or a robot does not exist.
    """
    if not options.record:
        msg = 'Recording needs a directory for the bag: give record:=DIRECTORY.'
        raise ConfigError(msg)
    robots = read_fleet(entries(options.robot))
    return (
        *(_episode(options, robot) for robot in robots),
        *(recorder(options, robot) for robot in robots),
    )


def simulators(options: SystemOptions) -> tuple[NodeSpec, ...]:
    """The simulated arms with their cameras, each with a scene of its own."""
    return tuple(
        _spec(
            options,
            'sim_node',
            'octo_sim',
            {'robot': robot.contract, 'seed': options.seed},
            robot.namespace,
            end_stage=DRIVER_STAGE,
        )
        for robot in read_fleet(entries(options.robot))
    )


def camera_relays(options: SystemOptions) -> tuple[NodeSpec, ...]:
    """What sends the cameras of the robots' machine to a policy on another one."""
    return tuple(
        _spec(
            options,
            'camera_relay_node',
            'octo_camera_relay',
            {'robot': robot.contract},
            robot.namespace,
        )
        for robot in read_fleet(entries(options.robot))
    )


def recorder(options: SystemOptions, robot: Robot) -> NodeSpec:
    """Stock `ros2 bag record` where it is installed, else this package's own small recorder.

    Robots in namespaces get a bag each: `<record>/<namespace>`.
    """
    topics = recorded_topics(robot, sim=options.sim)
    output = str(Path(options.record) / robot.namespace)
    spec = _spec(
        options,
        'recorder_node',
        'octo_recorder',
        {'output': output, 'topics': topics},
        robot.namespace,
    )
    if shutil.which('ros2') is None or importlib.util.find_spec('ros2bag') is None:
        return spec
    # Humble takes only positional topics, which later distributions deprecate.
    flag = () if os.environ.get('ROS_DISTRO') == 'humble' else ('--topics',)
    command = ('ros2', 'bag', 'record', '--output', output, *flag, *topics)
    return replace(spec, command=command)


def recorded_topics(robot: Robot, *, sim: bool = False) -> list[str]:
    """Topics of a demonstration bag; `sim` adds the simulator's truth."""
    embodiment = robot.embodiment
    observed = [
        *(camera.topic for camera in embodiment.cameras.values()),
        *(camera.topic for camera in embodiment.depth_cameras.values()),
        embodiment.joint_states.topic,
        *(source.topic for source in embodiment.low_dim.values()),
    ]
    own = [
        'octo/action',
        'octo/episode',
        'octo/instruction',
        'octo_policy/action_chunk',
        'octo_policy/status',
        'octo_safety/executed_action',
        'octo_safety/executed_joint_target',
        'octo_safety/status',
        'tf',
        'tf_static',
        *(['octo_sim/scene'] if sim else []),
    ]
    # Most drivers publish transforms at the root, whatever their namespace.
    topics = [*observed, *map(robot.absolute, own), '/tf', '/tf_static']
    return list(dict.fromkeys(topics))


def _policy(options: SystemOptions) -> NodeSpec:
    parameters: dict[str, ParameterValue] = {
        'robots': entries(options.robot),
        'policy': options.policy,
        'seed': options.seed,
        'relayed': options.relayed,
    }
    if options.policy == 'octo':
        parameters |= {'checkpoint': options.checkpoint, 'dataset_name': options.dataset_name}
    return _spec(options, 'policy_node', 'octo_policy', parameters)


def _safety(options: SystemOptions, robot: Robot) -> NodeSpec:
    driver = 'sim' if options.sim else 'real'
    parameters: dict[str, ParameterValue] = {'robot': robot.contract, 'driver': driver}
    return _spec(options, 'safety_filter_node', 'octo_safety', parameters, robot.namespace)


def _watchdog(options: SystemOptions, robot: Robot) -> NodeSpec:
    driver = 'sim' if options.sim else 'real'
    parameters: dict[str, ParameterValue] = {'robot': robot.contract, 'driver': driver}
    return _spec(
        options,
        'watchdog_node',
        'octo_watchdog',
        parameters,
        robot.namespace,
        end_stage=WATCHDOG_STAGE,
    )


def _episode(options: SystemOptions, robot: Robot) -> NodeSpec:
    return _spec(options, 'episode_node', 'octo_episode', {}, robot.namespace, required=False)


def _spec(
    options: SystemOptions,
    executable: str,
    name: str,
    parameters: Mapping[str, ParameterValue],
    namespace: str = '',
    *,
    required: bool = True,
    end_stage: int = 0,
) -> NodeSpec:
    path = Path(options.params_file or share_directory() / 'config/octo.yaml')
    if not path.is_file():
        msg = f'Parameter file {path} does not exist; give params_file the path of one.'
        raise ConfigError(msg)
    return NodeSpec(executable, name, path, parameters, required, (), namespace, end_stage)


def _check(options: SystemOptions) -> None:
    if options.policy not in ('scripted', 'octo'):
        msg = f'Unknown policy {options.policy!r}: give scripted or octo.'
        raise ConfigError(msg)
    if options.policy == 'octo' and not _may_be_checkpoint(options.checkpoint):
        given = options.checkpoint or '(none)'
        msg = (
            f'policy octo needs a checkpoint, got {given}: give checkpoint:=DIRECTORY, or a name '
            'on the Hugging Face hub like rail-berkeley/octo-small-1.5.'
        )
        raise ConfigError(msg)
    if options.policy == 'scripted' and not options.sim:
        msg = (
            'The scripted expert knows only the simulator: give policy:=octo '
            'checkpoint:=DIRECTORY for a real arm, or sim:=true.'
        )
        raise ConfigError(msg)


def _may_be_checkpoint(name: str) -> bool:
    """A directory, or what may be a name on the hub; the policy node looks closer."""
    hub_name = re.fullmatch(r'(hf://)?\w[\w.-]*/\w[\w.-]*', name)
    return bool(name) and (Path(name).is_dir() or hub_name is not None)
