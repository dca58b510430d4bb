# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusals that pile up."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from octo_ros.safety.cause import Cause
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import AnyVerdict

IN_A_ROW = 3
OUTLIERS = 3
JUDGED = 10

_ROWS = {
    SafetyCode.REJECTED_SHAPE: (SafetyCode.STOP_REFUSALS, 'could not be understood'),
    SafetyCode.REJECTED_NOT_FINITE: (SafetyCode.STOP_NOT_FINITE, 'were not finite'),
}


class Strikes:
    """One bad command is refused and forgotten; several say that the sender is broken.

    `IN_A_ROW` commands of a wrong shape, or as many that are not finite, or `OUTLIERS` of the
    last `JUDGED` commands that are absurdly long, are a cause to stop. Then the count begins anew.
    """

    def __init__(self) -> None:
        self._row: tuple[SafetyCode | None, int] = (None, 0)
        self._outliers = deque[bool](maxlen=JUDGED)

    def judged(self, verdict: AnyVerdict) -> Cause | None:
        """Count one judgement.

        Returns:
            The cause to stop, if it was one too many.
        """
        code = verdict.code
        self._outliers.append(code is SafetyCode.REJECTED_OUTLIER)
        if code is SafetyCode.REJECTED_OUTLIER and sum(self._outliers) >= OUTLIERS:
            text = f'{OUTLIERS} of the last {len(self._outliers)} commands were absurdly long.'
            self._outliers.clear()
            return Cause.of(SafetyCode.STOP_OUTLIERS, f'{text} The last: {verdict.text}')
        last, count = self._row
        self._row = (code, count + 1 if code is last else 1)
        if code not in _ROWS or self._row[1] < IN_A_ROW:
            return None
        self._row = (None, 0)
        stop, what = _ROWS[code]
        return Cause.of(stop, f'{IN_A_ROW} commands in a row {what}. The last: {verdict.text}')
