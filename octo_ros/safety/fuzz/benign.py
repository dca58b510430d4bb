# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""I9: a benign stream is executed as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.arm import rotation_rpy
from octo_ros.safety.fuzz.inputs import Episode, TickInput
from octo_ros.safety.fuzz.invariants import Finding, Invariant
from octo_ros.safety.fuzz.space_rules import angle
from octo_ros.safety.fuzz.writer import PERIOD
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.safety.fuzz.arm import Arm
    from octo_ros.safety.fuzz.record import Record

HARMLESS = frozenset(
    (
        SafetyCode.OK,
        SafetyCode.IDLE,
        SafetyCode.LIMITED_BY_ACCELERATION,
    )
)
"""What may be said of a stream that is to be executed in full: speed needs time to change."""

_MOVING = 15
_ENDING = 15


def benign_stream(embodiment: Embodiment, start_ns: int, random: np.random.Generator) -> Episode:
    """From home: equal commands of up to 0.03 m/s and 0.1 rad/s, then as many for nothing.

    The ones for nothing keep the stream alive until the arm has arrived.
    """
    episode = Episode(start_ns, np.array(embodiment.home), 1.0)
    period_ns = round(1e9 / embodiment.timing.control_rate)
    translation, rotation = random.uniform(-1.0, 1.0, (2, 3)) * [[0.0017], [0.0057]]
    now_ns, zero = start_ns, np.zeros(3)
    for tick in range(PERIOD * (_MOVING + _ENDING)):
        now_ns += period_ns
        moving = tick < PERIOD * _MOVING
        command = None
        if tick % PERIOD == 0:
            command = Command(
                stamp_ns=now_ns,
                seq=tick,
                frame_id=embodiment.base_frame,
                translation=translation if moving else zero,
                rotation=rotation if moving else zero,
                gripper=1.0,
                duration=PERIOD / embodiment.timing.control_rate,
            )
        episode.inputs.append(TickInput(period_ns, command, manner='Benign'))
    return episode


def as_asked(episode: Episode, record: Record, said: set[SafetyCode], arm: Arm) -> Finding:
    """Compare the way of the TCP with the sum of what was asked for.

    Args:
        episode: A `benign_stream`.
        record: What became of it.
        said: All codes that the filter reported.
        arm: Kinematics of the judge.

    Returns:
        One judged row, the last; none if the filter reported that it intervened.
    """
    if not said <= HARMLESS:
        return Finding(Invariant.IDENTITY, np.zeros(0, np.int64), np.zeros(0))
    tcp, rotation = arm.tcp(arm.frames(record.positions[[0, -1]]))
    moved, turned = tcp[0], rotation[0]
    for given in episode.inputs:
        if isinstance(given.command, Command):
            moved = moved + given.command.translation
            turned = rotation_rpy(given.command.rotation) @ turned
    far = float(np.linalg.norm(moved - tcp[1]))
    off = float(angle((turned @ rotation[1].T)[None])[0])
    return Finding(Invariant.IDENTITY, np.array([len(record) - 1]), np.array([-max(far, off)]))
