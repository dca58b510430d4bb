# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An episode with a violation, as a plain dictionary that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import SafetyError
from octo_ros.limits import Obstacle
from octo_ros.safety.fuzz.inputs import (
    FOLLOWING,
    UNLOCKED,
    Action,
    AddObstacle,
    Deactivate,
    Episode,
    Measured,
    RemoveObstacle,
    Reset,
    TickInput,
)
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command, JointCommand, Locks

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1


@dataclass(frozen=True)
class CounterExample:
    """What once broke an invariant.

    Attributes:
        robot: Name of the robot.
        invariant: Label of the invariant that broke.
        origin: Where it was found, for people: seed, tick, values.
        episode: What to play.
    """

    robot: str
    invariant: str
    origin: str
    episode: Episode

    def to_dict(self) -> dict[str, Any]:
        """Plain values; a tick in which nothing happens is left out."""
        episode = self.episode
        common = max((g.step_ns for g in episode.inputs), key=_count_steps(episode), default=0)
        return {
            'version': VERSION,
            'robot': self.robot,
            'invariant': self.invariant,
            'origin': self.origin,
            'start_ns': episode.start_ns,
            'positions': episode.positions.tolist(),
            'gripper': episode.gripper,
            'period_ns': common,
            'ticks': len(episode.inputs),
            'inputs': {
                str(tick): values
                for tick, given in enumerate(episode.inputs)
                if (values := _tick_to_dict(given, common))
            },
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CounterExample:
        """Inverse of `to_dict`.

        Raises:
            SafetyError: Another version wrote it.
        """
        if values.get('version') != VERSION:
            msg = f'A counter-example of version {values.get("version")}; {VERSION} is needed.'
            raise SafetyError(msg)
        inputs = [
            _tick_from_dict(values['inputs'].get(str(tick), {}), values['period_ns'])
            for tick in range(values['ticks'])
        ]
        start = np.array(values['positions'], dtype=np.float64)
        episode = Episode(values['start_ns'], start, values['gripper'], inputs)
        return cls(values['robot'], values['invariant'], values['origin'], episode)


def _count_steps(episode: Episode) -> Any:  # noqa: ANN401 - a key function
    steps = [given.step_ns for given in episode.inputs]
    return steps.count


def _tick_to_dict(given: TickInput, period_ns: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.step_ns != period_ns:
        values['step_ns'] = given.step_ns
    if given.command is not None:
        values['command'] = _command_to_dict(given.command)
    if given.measured is not FOLLOWING:
        values['measured'] = _measured_to_dict(given.measured)
    if given.locks != UNLOCKED:
        values['locks'] = _locks_to_dict(given.locks)
    if given.actions:
        values['actions'] = [_action_to_dict(action) for action in given.actions]
    return values


def _tick_from_dict(values: Mapping[str, Any], period_ns: int) -> TickInput:
    command, locks = values.get('command'), values.get('locks')
    measured = _measured_from_dict(values['measured']) if 'measured' in values else FOLLOWING
    return TickInput(
        values.get('step_ns', period_ns),
        None if command is None else _command_from_dict(command),
        measured,
        UNLOCKED if locks is None else _locks_from_dict(locks),
        tuple(_action_from_dict(action) for action in values.get('actions', ())),
    )


def _command_to_dict(command: Command | JointCommand) -> dict[str, Any]:
    values: dict[str, Any] = {
        'stamp_ns': command.stamp_ns,
        'seq': command.seq,
        'gripper': command.gripper,
        'duration': command.duration,
    }
    if isinstance(command, Command):
        return {
            **values,
            'frame_id': command.frame_id,
            'translation': command.translation.tolist(),
            'rotation': command.rotation.tolist(),
        }
    return {
        **values,
        'joint_names': list(command.joint_names),
        'positions': command.positions.tolist(),
    }


def _command_from_dict(values: Mapping[str, Any]) -> Command | JointCommand:
    if 'frame_id' in values:
        return Command(**values)
    return JointCommand(**{**values, 'joint_names': tuple(values['joint_names'])})


def _measured_to_dict(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {
        'offset': None if measured.offset is None else measured.offset.tolist(),
        'age_ns': measured.age_ns,
        'missing': measured.missing,
        'speed': measured.speed,
        'gripper': measured.gripper,
    }


def _measured_from_dict(values: Mapping[str, Any] | None) -> Measured | None:
    if values is None:
        return None
    offset = values['offset']
    return Measured(**{**values, 'offset': None if offset is None else np.array(offset)})


def _locks_to_dict(locks: Locks) -> dict[str, Any]:
    return {
        'latched': list(locks.latched),
        'held': list(locks.held),
        'robot_fault': locks.robot_fault,
        'cause': None if locks.cause is None else locks.cause.name,
    }


def _locks_from_dict(values: Mapping[str, Any]) -> Locks:
    cause = values['cause']
    return Locks(
        tuple(values['latched']),
        tuple(values['held']),
        values['robot_fault'],
        None if cause is None else SafetyCode[cause],
    )


def _action_to_dict(action: Action) -> dict[str, Any]:
    if isinstance(action, Deactivate):
        return {'deactivate': True}
    if isinstance(action, Reset):
        return {
            'reset': _measured_to_dict(action.measured),
            'locks': _locks_to_dict(action.locks),
        }
    if isinstance(action, RemoveObstacle):
        return {'remove_obstacle': action.name}
    box = action.obstacle
    return {
        'add_obstacle': {
            'name': box.name,
            'size': list(box.size),
            'xyz': list(box.xyz),
            'rpy': list(box.rpy),
        }
    }


def _action_from_dict(values: Mapping[str, Any]) -> Action:
    if 'deactivate' in values:
        return Deactivate()
    if 'reset' in values:
        measured = _measured_from_dict(values['reset'])
        return Reset(measured or FOLLOWING, _locks_from_dict(values['locks']))
    if 'remove_obstacle' in values:
        return RemoveObstacle(values['remove_obstacle'])
    return AddObstacle(Obstacle(**values['add_obstacle']))
