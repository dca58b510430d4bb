# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What must hold whatever comes in, and how exactly it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.geometry import Array

    Rows = NDArray[np.int64]

EXACT = 1e-9
"""Of m, rad or the share of a limit: rounding, not leniency.

Positions below 2π are rounded by 4.4e-16 rad. Their first, second and third differences at 100 Hz
are then off by 9e-14 rad/s, 2e-11 rad/s² and 4e-9 rad/s³; by 4e-11 of the smallest jerk limit. The
judge's kinematics agree with a second implementation to 1e-12 m and rad.
"""

BOXES = 5e-6
"""Of m: what two methods to find the distance between boxes differ by, twice."""
IN_PLACE = 1e-12
"""Of rad: what a command for no displacement may move a joint by in a tick."""
AS_ASKED = 1e-6
"""Of m and rad: what a benign stream may be off by, where the arm follows it by feedback."""


class _Rule(NamedTuple):
    label: str
    text: str
    unit: str
    tolerance: float


class Invariant(Enum):
    """One row of the table; the numbers I1..I14 are those of the safety specification.

    Attributes of each: `label`, `text` for people, `unit` of its slack ('' for yes or no, where
    a slack of -1 says no), and the `tolerance` down to which a slack below zero is none.
    """

    POSITION = _Rule('I1', 'joints inside their range less the margin', 'rad', EXACT)
    VELOCITY = _Rule('I2 v', 'joint velocity', 'of limit', EXACT)
    ACCELERATION = _Rule('I2 a', 'joint acceleration, as for braking', 'of limit', EXACT)
    JERK = _Rule('I2 j', 'joint jerk', 'of limit', EXACT)
    WORKSPACE = _Rule('I3', 'TCP in the box and the planes', 'm', EXACT)
    TILT = _Rule('I3 tilt', 'gripper in its cone', 'rad', EXACT)
    LINEAR = _Rule('I4 lin', 'TCP speed', 'of limit', EXACT)
    ANGULAR = _Rule('I4 rot', 'TCP rotation speed', 'of limit', EXACT)
    ITSELF = _Rule('I5 self', 'clearance between links', 'm', EXACT)
    TABLE = _Rule('I5 table', 'clearance from the table', 'm', EXACT)
    OBSTACLE = _Rule('I5 obstacle', 'clearance from obstacles', 'm', EXACT)
    OUTSIDE = _Rule('I3/I5 out', 'begun beyond a bound, no farther beyond it', 'm, rad', BOXES)
    FORM = _Rule('I6', 'finite, complete, in order, gripper 0..1; no tick fails', '', 0.0)
    SILENCE = _Rule('I7', 'at rest in time after the last accepted command', '', 0.0)
    LOCK = _Rule('I7 lock', 'at rest within the stop time of a lock or fault', '', 0.0)
    LATCHED = _Rule('I8', 'no motion when latched', '', 0.0)
    RESET = _Rule('I8 reset', 'no reset while unfit, while moving, or under a lock', '', 0.0)
    IDENTITY = _Rule('I9', 'benign commands are executed as asked', 'm, rad', AS_ASKED)
    STILL = _Rule('I10', 'commands for nothing move nothing', 'rad', IN_PLACE)
    SAME = _Rule('I11', 'the same input gives the same output, bit for bit', '', 0.0)
    REPLAY = _Rule('I12', 'what is reported as executed reproduces the pose', 'm, rad', EXACT)
    GRIPPER = _Rule('I13', 'gripper changes on accepted commands, never opens on a stop', '', 0.0)
    ORDER = _Rule('I14', 'accepted commands are well-formed, fresh and in order', '', 0.0)

    @property
    def label(self) -> str:
        """Short name."""
        return self.value.label

    @property
    def text(self) -> str:
        """What holds."""
        return self.value.text

    @property
    def unit(self) -> str:
        """Of its slack."""
        return self.value.unit

    @property
    def tolerance(self) -> float:
        """In the unit of its slack."""
        return self.value.tolerance


class Finding(NamedTuple):
    """How one invariant fared in some rows of a record.

    Attributes:
        invariant: Which.
        rows: Indices of the judged rows, shape (k,).
        slack: Room left in each, shape (k,); below zero is too much, NaN is a violation.
    """

    invariant: Invariant
    rows: Rows
    slack: Array

    @property
    def violated(self) -> Rows:
        """Indices into `rows` of the violations."""
        return np.flatnonzero(~(self.slack >= -self.invariant.tolerance))


@dataclass
class Tally:
    """Counts of one invariant.

    Attributes:
        checked: Judged ticks.
        violations: Of them too far.
        worst: Smallest slack; infinite before the first.
    """

    checked: int = 0
    violations: int = 0
    worst: float = np.inf

    def add(self, finding: Finding) -> None:
        """Count a finding."""
        self.checked += len(finding.rows)
        self.violations += len(finding.violated)
        if len(finding.slack):
            # min() hands a NaN on, which is the worst there can be.
            self.worst = float(
                min(self.worst, -np.inf if np.isnan(finding.slack).any() else finding.slack.min())
            )

    def merge(self, other: Tally) -> None:
        """Count what another one counted."""
        self.checked += other.checked
        self.violations += other.violations
        self.worst = min(self.worst, other.worst)


@dataclass
class Tallies:
    """One `Tally` per invariant."""

    of: dict[Invariant, Tally] = field(
        default_factory=lambda: {invariant: Tally() for invariant in Invariant}
    )

    def add(self, findings: list[Finding]) -> None:
        """Count findings."""
        for finding in findings:
            self.of[finding.invariant].add(finding)

    def merge(self, other: Tallies) -> None:
        """Count what another one counted."""
        for invariant, tally in self.of.items():
            tally.merge(other.of[invariant])

    @property
    def violations(self) -> int:
        """Of all invariants together."""
        return sum(tally.violations for tally in self.of.values())
