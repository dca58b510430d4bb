# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An arm that is asked to move and finds no step that it could take back."""

from __future__ import annotations

from octo_ros.safety_codes import SafetyCode

PATIENCE = 1.0
"""Seconds without a verified step after which the filter holds; the longest stop takes 0.4 s."""


class Blockage:
    """Counts ticks in a row whose step could not be verified.

    Args:
        rate: Ticks per second [Hz].
    """

    def __init__(self, rate: float) -> None:
        self._patience = round(PATIENCE * rate)
        self._ticks = 0

    def seen(self, codes: frozenset[SafetyCode]) -> frozenset[SafetyCode]:
        """What limited one tick.

        Returns:
            STOP_BLOCKED when it was once too often, and the count begins anew; else nothing.
        """
        self._ticks = self._ticks + 1 if SafetyCode.LIMITED_BY_VERIFIED_STOP in codes else 0
        if self._ticks < self._patience:
            return frozenset()
        self._ticks = 0
        return frozenset({SafetyCode.STOP_BLOCKED})
