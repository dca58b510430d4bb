# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a network and a robot fit together: cameras, other inputs, actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from octo_ros.embodiment import Embodiment
    from octo_ros.model.config import OctoConfig
    from octo_ros.policy.statistics import FieldStatistics


@dataclass(frozen=True)
class RobotFit:
    """What of a robot a network looks at.

    Attributes:
        image_sizes: Image key to height and width [px], of the cameras that both have.
        notes: Sentences on cameras that only one of them has.
    """

    image_sizes: Mapping[str, tuple[int, int]]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, config: OctoConfig, statistics: FieldStatistics, embodiment: Embodiment
    ) -> RobotFit:
        """Compare them.

        Raises:
            PolicyError: They do not fit.
        """
        _check_inputs(config)
        _check_actions(config, statistics)
        return _match_cameras(config, embodiment)


def pixels(size: tuple[int, ...]) -> str:
    """A size for messages."""
    return f'{size[0]}x{size[1]} (height x width)'


def _match_cameras(config: OctoConfig, embodiment: Embodiment) -> RobotFit:
    network = {key: camera for camera in config.cameras for key in camera.image_keys}
    sizes, notes = {}, []
    for key, camera in embodiment.cameras.items():
        if key not in network:
            notes.append(f'{key} of {embodiment.name} is not read by this checkpoint.')
            continue
        sizes[key] = (camera.height, camera.width)
        if sizes[key] != network[key].image_size:
            msg = (
                f'{key} of {embodiment.name} is {pixels(sizes[key])}, but this checkpoint was '
                f'trained with {pixels(network[key].image_size)}; set the size in the robot file '
                'or choose another checkpoint.'
            )
            raise PolicyError(msg)
    for key in network.keys() - sizes.keys():
        notes.append(
            f'{key} of this checkpoint is no camera of {embodiment.name}; it runs without.'
        )
    if not sizes:
        cameras = sorted(embodiment.cameras)
        msg = f'This checkpoint reads {sorted(network)}; {embodiment.name} has {cameras}.'
        raise PolicyError(msg)
    return RobotFit(sizes, tuple(notes))


def _check_inputs(config: OctoConfig) -> None:
    """A network would run without the robot's state, but act on nothing that it learned."""
    keys = (*config.low_dim_keys, *config.vector_keys)
    if keys:
        given = 'OctoPolicy gives images and instructions only'
        msg = f'This checkpoint reads {", ".join(keys)}; {given}.'
        raise PolicyError(msg)


def _check_actions(config: OctoConfig, statistics: FieldStatistics) -> None:
    n = len(ACTION_NAMES)
    if statistics.dim != n or config.head.action_dim < n:
        msg = (
            f'The robot takes {n} numbers per action ({", ".join(ACTION_NAMES)}); '
            f'the statistics have {statistics.dim}, the network {config.head.action_dim}.'
        )
        raise PolicyError(msg)
