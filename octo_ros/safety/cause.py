# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Why the arm has to stop, and which causes need a reset."""

from __future__ import annotations

from dataclasses import dataclass

from octo_ros.safety_codes import SafetyCode

LATCHING = frozenset(
    {
        SafetyCode.STOP_LOST,
        SafetyCode.STOP_NOT_FINITE,
        SafetyCode.STOP_OUTLIERS,
        SafetyCode.STOP_CLOCK_JUMP,
        SafetyCode.STOP_ROBOT_FAULT,
        SafetyCode.STOP_EMERGENCY,
        SafetyCode.STOP_DUPLICATE_PUBLISHER,
        SafetyCode.STOP_OBSTACLE,
        SafetyCode.STOP_OUTPUT,
    }
)
"""After these the arm goes on only when somebody who looked at it resets the filter."""

STOPS = frozenset(code for code in SafetyCode if code.name.startswith('STOP_'))


@dataclass(frozen=True)
class Cause:
    """One reason to stop.

    Attributes:
        code: One of `STOPS`; IDLE as the reason of a filter that was not asked for anything yet.
        text: One sentence for people, with the values.
        latching: Whether the stop ends in LATCHED instead of HOLD. The table `LATCHING` decides,
            but for two causes that only latch when they last: old joint states and an arm that
            does not follow.
    """

    code: SafetyCode
    text: str
    latching: bool = False

    @classmethod
    def of(cls, code: SafetyCode, text: str = '') -> Cause:
        """A cause that latches if the table says so; `text` defaults to the code's sentence."""
        return cls(code, text or code.value, code in LATCHING)
