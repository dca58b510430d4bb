# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of the actions that never change, or that seem to be cut off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

LEAST_STD = 1e-6
SATURATED = 0.05
SATURATED_STEPS = 40  # with fewer, one step at either end is nearly as much


def check_constant_numbers(measured: Measured) -> Iterator[Finding]:
    """Standard deviation of each number but the gripper."""
    constant = tuple(
        field.name
        for index, field in enumerate(measured.actions)
        if index != measured.facts.gripper_index and field.std <= LEAST_STD
    )
    if constant:
        yield Finding(
            Severity.WARNING,
            'constant_action',
            constant,
            f'{len(constant)} of the {len(measured.actions)} numbers of the actions never change.',
            f'standard deviation above {LEAST_STD:g}',
            'A policy cannot learn them, and training divides by almost 0. It may be right for a '
            'task in a plane; otherwise check the topics and --action.',
        )


def check_saturation(measured: Measured) -> Iterator[Finding]:
    """Share of values at the very ends of their range, where steps suffice to tell."""
    if measured.facts.steps < SATURATED_STEPS:
        return
    cut = sorted(
        (
            field
            for index, field in enumerate(measured.actions)
            if index != measured.facts.gripper_index
            and field.std > LEAST_STD
            and field.saturated > SATURATED
        ),
        key=lambda field: -field.saturated,
    )
    if cut:
        yield Finding(
            Severity.NOTE,
            'saturated_action',
            tuple(field.name for field in cut),
            f'{100 * cut[0].saturated:.0f} % of the values are exactly the least or the '
            'largest one.',
            f'note above {100 * SATURATED:.0f} %',
            'Commands were probably limited. A policy learns the limited ones.',
        )


def check_outliers(measured: Measured) -> Iterator[Finding]:
    """Values far outside the range from the 1st to the 99th percentile."""
    for field in measured.actions:
        if field.outlier_count:
            farthest = field.outliers[0]
            values = 'value' if field.outlier_count == 1 else 'values'
            yield Finding(
                Severity.NOTE,
                'action_outliers',
                tuple(dict.fromkeys(f'{o.place} step {o.step}' for o in field.outliers)),
                f'{field.name}: {field.outlier_count} {values} far from all others, the farthest '
                f'{farthest.value:.4g} {field.unit}'.rstrip()
                + '.',
                'outside p01..p99 by more than their distance',
                'Look at these steps; one jump of a recording spoils the statistics of all.',
            )
