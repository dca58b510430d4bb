# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which robots one policy drives, and where in the ROS graph each of them is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from octo_ros.drivers import Driver
from octo_ros.embodiment import Camera, Embodiment, JointStateSource, load_embodiment
from octo_ros.errors import ConfigError
from octo_ros.sources import DepthCamera, LowDimSource

_Source = TypeVar('_Source', Camera, DepthCamera, JointStateSource, LowDimSource)
_NAMESPACE = re.compile(r'[A-Za-z]\w*')


@dataclass(frozen=True)
class Robot:
    """One robot.

    Attributes:
        namespace: Its part of the graph, like `left`; empty for the root.
        contract: Name or file of its contract.
        embodiment: That contract, with its topics in the namespace.
    """

    namespace: str
    contract: str
    embodiment: Embodiment

    @property
    def name(self) -> str:
        """What people call it."""
        return self.namespace or self.embodiment.name

    def topic(self, name: str) -> str:
        """A relative name such as `octo/action`, in the robot's namespace."""
        return f'{self.namespace}/{name}' if self.namespace else name

    def absolute(self, name: str) -> str:
        """An absolute name such as `/octo/action`, moved into the robot's namespace."""
        return f'/{self.topic(name.lstrip("/"))}'


def entries(robots: str) -> list[str]:
    """`left=widowx,right=ur5e`, as a command line has it → what `read_fleet` takes."""
    return [entry.strip() for entry in robots.split(',') if entry.strip()]


def read_fleet(
    entries: Sequence[str], within: str = '/', *, relayed: bool = False
) -> tuple[Robot, ...]:
    """Read the robots that a parameter names.

    Args:
        entries: Each `contract`, or `namespace=contract` for robots beside each other.
        within: Namespace of the node that reads it.
        relayed: Their cameras come through `octo_camera_relay`, from another machine.

    Raises:
        ConfigError: None is given, one has no valid namespace, two have the same one, or a
            contract is not valid.
        UnknownNameError: A contract does not exist.
    """
    if not entries:
        msg = 'No robot is given; name one, like widowx, or several, like left=widowx right=ur5e.'
        raise ConfigError(msg)
    robots = []
    for entry in entries:
        namespace, separator, contract = entry.rpartition('=')
        if separator and not _NAMESPACE.fullmatch(namespace):
            msg = (
                f'{entry!r} has the namespace {namespace!r}; it must begin with a letter and hold '
                'letters, digits and _ only.'
            )
            raise ConfigError(msg)
        place = f'{within.rstrip("/")}/{namespace}'
        embodiment = in_namespace(load_embodiment(contract), place)
        robots.append(Robot(namespace, contract, embodiment.relayed() if relayed else embodiment))
    taken = [robot.namespace for robot in robots]
    if len(set(taken)) < len(taken):
        msg = (
            f'The robots {", ".join(entries)} share a namespace; give each its own, like '
            'left=widowx right=ur5e.'
        )
        raise ConfigError(msg)
    return tuple(robots)


def in_namespace(embodiment: Embodiment, namespace: str) -> Embodiment:
    """The same robot with every topic of its contract below a namespace.

    Args:
        embodiment: The robot.
        namespace: Like `/left`; `/` leaves the contract as it is.
    """
    prefix = namespace.rstrip('/')
    if not prefix:
        return embodiment

    def moved(given: _Source) -> _Source:
        return replace(given, topic=_below(prefix, given.topic))

    def driver(given: Driver) -> Driver:
        arm = replace(given.arm, topic=_below(prefix, given.arm.topic))
        gripper = replace(given.gripper, topic=_below(prefix, given.gripper.topic))
        status = replace(given.status, topic=_below(prefix, given.status.topic))
        stop = given.stop
        if stop.kind == 'trigger':
            stop = replace(stop, target=_below(prefix, stop.target))
        return Driver(arm=arm, gripper=gripper, status=status, stop=stop)

    return replace(
        embodiment,
        cameras={key: moved(given) for key, given in embodiment.cameras.items()},
        depth_cameras={key: moved(given) for key, given in embodiment.depth_cameras.items()},
        low_dim={key: moved(given) for key, given in embodiment.low_dim.items()},
        joint_states=moved(embodiment.joint_states),
        drivers={key: driver(given) for key, given in embodiment.drivers.items()},
    )


def _below(prefix: str, topic: str) -> str:
    return f'{prefix}/{topic.lstrip("/")}'
