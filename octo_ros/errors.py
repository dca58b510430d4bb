# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every error that octo_ros raises on purpose.

A message tells what was given, what is allowed and what to do. Command lines and nodes print it as
one sentence and exit with status 1; anything that is not an `OctoRosError` is a bug and keeps its
traceback.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class OctoRosError(Exception):
    """Root of all errors of this package."""


class ConfigError(OctoRosError):
    """A configuration file or option is missing, unreadable or out of range."""


class UnknownNameError(ConfigError):
    """A name (robot, camera, parameter, command) that does not exist.

    Args:
        kind: What was asked for, as a noun: 'robot'.
        given: The name that was given.
        known: The names that exist; listed in the message, the nearest one proposed.
    """

    def __init__(self, kind: str, given: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(given, names, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        super().__init__(f'Unknown {kind} {given!r}.{hint} Known: {", ".join(names)}.')
        self.given = given


class ObservationError(OctoRosError):
    """An image or a state message cannot become an observation.

    Args:
        message: The whole sentence, with what this one message holds.
        reason: What is wrong, without the numbers of this one message: by this such messages are
            counted. By default the sentence.
    """

    def __init__(self, message: str, reason: str = '') -> None:
        super().__init__(message)
        self.reason = reason or message


class CheckpointError(OctoRosError):
    """A checkpoint is missing, damaged or does not fit the network."""


class VerificationError(OctoRosError):
    """Reference arrays are missing, damaged, or lack what a comparison needs."""


class PolicyError(OctoRosError):
    """A policy cannot act: no task, no statistics, wrong window."""


class SafetyError(OctoRosError):
    """A safety limit is missing or wider than the robot's own."""


class KinematicsError(OctoRosError):
    """A robot model is inconsistent or a name is not part of it."""


class SimulationError(OctoRosError):
    """The simulator cannot start or render."""


class BagError(OctoRosError):
    """A bag cannot be read or written, or lacks what is needed."""


class DatasetError(OctoRosError):
    """A dataset cannot be written, or what it holds is wrong."""


class AlreadyConvertedError(DatasetError):
    """What is to be added to a dataset was added by the very same conversion."""


class RosError(OctoRosError):
    """Something of the ROS graph is missing: messages, a service, a topic, a second filter."""
