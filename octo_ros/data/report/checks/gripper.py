# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gripper's number: 0 closed .. 1 open, and both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

RANGE = Limit(1e-6, Severity.ERROR, 'error outside 0 .. 1')
MIDDLE = 0.5


def check_gripper_range(measured: Measured) -> Iterator[Finding]:
    """Values outside 0 .. 1."""
    index = measured.facts.gripper_index
    if index is None or not measured.actions:
        return
    field = measured.actions[index]
    yield from graded(
        'gripper_range',
        [(field.name, max(-field.minimum, field.maximum - 1.0))],
        (RANGE,),
        lambda _: f'The gripper ranges from {field.minimum:.3g} to {field.maximum:.3g}.',
        'Set the open and closed position of the gripper in the embodiment.',
    )


def check_gripper_moves(measured: Measured) -> Iterator[Finding]:
    """Values on both sides of the middle."""
    index = measured.facts.gripper_index
    if index is None or not measured.actions:
        return
    field = measured.actions[index]
    state = 'open' if field.minimum >= MIDDLE else 'closed' if field.maximum < MIDDLE else ''
    if state:
        yield Finding(
            Severity.WARNING,
            'gripper_never_moves',
            (field.name,),
            f'The gripper is {state} in every step.',
            'both open and closed',
            'Right for tasks without grasping; otherwise check its joint, its topic and its open '
            'and closed positions.',
        )
