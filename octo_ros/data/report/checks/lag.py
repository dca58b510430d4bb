# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions that belong to another step than they are stored with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

# Correlation by which a peak must be above lag 0 to be believed. Slow motion looks almost the same
# one step later; achieved actions are the motion itself, so with them any difference counts.
CLEAR = 0.02
CLEAR_ACHIEVED = 1e-3
WEAK = 0.3


def check_lag(measured: Measured) -> Iterator[Finding]:
    """Where action and achieved motion fit best must be lag 0."""
    scan = measured.lag
    if scan is None:
        return
    peak, best, now = scan.peak, scan.at(scan.peak), scan.at(0)
    achieved = measured.facts.action_source == 'achieved_pose'
    clear = CLEAR_ACHIEVED if achieved else CLEAR
    if peak != 0 and best > WEAK and best - now > clear:
        steps = f'{abs(peak)} step{"s" if abs(peak) > 1 else ""}'
        way = 'later' if peak > 0 else 'earlier'
        yield Finding(
            Severity.ERROR if achieved else Severity.WARNING,
            'lag_peak',
            (),
            f'The arm moves {steps} {way} than the actions say: correlation {best:.2f} there, '
            f'{now:.2f} at lag 0.',
            'the peak of the lag scan should be at 0',
            'Achieved actions can only be shifted by a mistake: please report it.'
            if achieved
            else 'The arm lags behind its commands, or a clock is off: set the latency of the '
            'joint states, or take --action achieved_pose.',
        )
    elif best <= WEAK:
        yield Finding(
            Severity.WARNING,
            'lag_unclear',
            (),
            f'Actions and achieved motion hardly belong together: correlation {best:.2f} at most.',
            f'above {WEAK:g} at one of the lags',
            'Check that the commands moved this arm, their frame and their unit.',
        )
