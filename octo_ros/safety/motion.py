# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint reference: it moves only if it can be stopped within all limits afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import SafetyError
from octo_ros.geometry import readonly
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety.output import OutputCheck
from octo_ros.safety.profile import JointMotion, VelocityProfile, motion_at
from octo_ros.safety.report import MotionReport
from octo_ros.safety.rules import MotionRules
from octo_ros.safety.solver import Objective, solve
from octo_ros.safety.stop import Stop, StopPlanner
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.safety.collision.world import CollisionWorld
    from octo_ros.safety.limits.limit import Constraint

MAX_CUTS = 3
"""Cuts until the TCP is slow enough; one does unless limits contradict each other."""

CALM = 0.01
"""Joint speed [rad/s] of a motion that is about to end; less than sensors call rest."""

_REST = 1e-5  # rad/s: slower than this is not worth moving
_REACHED = 1e-6  # rad/s: nearer than this to what was wanted is there


class Motion:
    """Positions, velocities and accelerations of the last tick, and a verified way to rest.

    Each tick: what is wanted is made as large as the limits on velocities allow (a quadratic
    program over `MotionRules`), the joints go towards it with limited acceleration and jerk for
    one period, and from there a stop is planned. Only if that stop keeps every limit at every tick
    (`StopVerification`) the period is made; else the arm follows the stop that was verified in the
    tick before. So at any time there is a way to rest that keeps all limits, and `brake` takes it.

    Args:
        embodiment: The robot's contract.
        kinematics: Of the arm.
        world: What it can hit.

    Attributes:
        dt: Control period [s].
        tcp: Pose of the TCP, base frame.
        output_problem: What the last check found wrong with a reference, which then was not sent;
            None so far.
    """

    def __init__(
        self,
        embodiment: Embodiment,
        kinematics: Kinematics,
        world: CollisionWorld,
    ) -> None:
        limits = embodiment.limits
        self.dt = 1.0 / embodiment.timing.control_rate
        self._kinematics = kinematics
        self._world = world
        self._rules = MotionRules(embodiment, kinematics, world)
        self._profile = VelocityProfile(limits.acceleration, limits.braking, limits.jerk)
        self._planner = StopPlanner(limits, self.dt)
        self._output = OutputCheck(limits, self.dt)
        self._margin = np.array(limits.position_margin)
        self._range = np.array([limits.position_min, limits.position_max])
        self.output_problem: str | None = None
        self.rest_at(embodiment.home)

    @property
    def positions(self) -> Array:
        """Shape (n,), rad."""
        return self._now.positions

    @property
    def velocities(self) -> Array:
        """Way of the last tick over its period, shape (n,), rad/s."""
        return self._velocities

    @property
    def at_rest(self) -> bool:
        """Whether the reference stands still."""
        return self._now.at_rest and not self._velocities.any()

    @property
    def calm(self) -> bool:
        """Whether the reference is as good as at rest: what is left are the last micrometres."""
        return bool(np.abs(self._velocities).max() <= CALM)

    def rest_at(self, positions: ArrayLike) -> None:
        """Begin anew, at rest at `positions` [rad], shape (n,).

        Raises:
            SafetyError: They are not finite; nothing changes.
        """
        start = readonly(positions)
        if not np.isfinite(start).all():
            msg = f'The arm cannot rest at {start.tolist()} rad; every joint needs a finite angle.'
            raise SafetyError(msg)
        self._now = JointMotion.resting(start)
        self._velocities: Array = np.zeros(len(start))
        self._accelerations: Array = np.zeros(len(start))
        self._stop, self._stopped = Stop.resting(start), 0
        self._wanted: Array = np.zeros(6)
        self.output_problem = None
        self._rules.verification.restart()
        self.tcp = self._kinematics.tcp_pose(start)

    def follow(self, twist: Array) -> frozenset[SafetyCode]:
        """Make one period in which the TCP moves as nearly as allowed with a velocity.

        Args:
            twist: Shape (6,): m/s, then rad/s, base axes.

        Returns:
            What limited it. STOP_SOLVER: nothing could be solved; STOP_OUTPUT: what was solved
            failed the last check, and nothing was done. In both cases `brake` from now on.
        """
        self._wanted = twist
        configuration = self._configuration()
        objective, codes = self._rules.objective(configuration, twist)
        constraints = self._rules.constraints(configuration)
        constraints += self._rules.singularities(configuration)
        return self._advance(configuration, objective, constraints, codes)

    def follow_joints(self, velocities: Array) -> frozenset[SafetyCode]:
        """Likewise with joint velocities, shape (n,), rad/s."""
        configuration = self._configuration()
        self._wanted = configuration.jacobian @ velocities
        objective = Objective(np.eye(len(velocities)), velocities)
        constraints = self._rules.constraints(configuration)
        return self._advance(configuration, objective, constraints, frozenset())

    def brake(self) -> frozenset[SafetyCode]:
        """Make one period of the verified stop; at rest nothing happens.

        Returns:
            STOP_OUTPUT if it failed the last check, and nothing was done; else nothing.
        """
        if self.at_rest:
            self._accelerations = np.zeros_like(self._accelerations)
            return frozenset()
        self._stopped += 1
        return self._commit(self._stop.after(self._stopped, self.dt))

    def report(self) -> MotionReport:
        """How near the reference is to its limits."""
        q = self.positions
        margin = np.concatenate([q - self._range[0], self._range[1] - q]) - self._margin
        path = self._stop.positions[self._stopped :]
        moved = np.zeros(6) if self.at_rest else self._kinematics.jacobian(q) @ self._velocities
        linear, angular = (
            _share(moved[part], self._wanted[part]) for part in (slice(3), slice(3, 6))
        )
        return MotionReport(
            joint_margin=float(margin.min()),
            smallest_singular_value=self._rules.smallest_singular_value(q),
            linear_scale=linear,
            angular_scale=angular,
            nearest=self._world.nearest(q),
            stop_path=self._kinematics.tcp_poses(path if len(path) else q[None])[0],
            stop_duration=max(0, len(path) - 1) * self.dt,
        )

    def stop_is_clear(self) -> bool:
        """Whether the verified stop keeps clear of everything that stands around now."""
        path = self._stop.positions[self._stopped :]
        return all(self._world.room(q) >= 0.0 for q in (self.positions, *path))

    def _configuration(self) -> Configuration:
        q, v = self._now.positions, self._now.velocities
        self._room, contacts = self._rules.contacts(q, v)
        jacobian = self._kinematics.jacobian(q + 0.5 * self.dt * v)
        return Configuration(q, v, self.tcp, jacobian, tuple(contacts))

    def _advance(
        self,
        configuration: Configuration,
        objective: Objective,
        constraints: list[Constraint],
        codes: frozenset[SafetyCode],
    ) -> frozenset[SafetyCode]:
        """Make one period towards what is wanted, or one of the verified stop."""
        solved = self._solve(configuration, objective, constraints)
        if solved is None:
            return self.brake() | {SafetyCode.STOP_SOLVER}
        velocities, acting = solved
        codes = codes | acting
        if self._now.at_rest and not velocities.any():
            return codes | self._commit(self._now)
        trajectory = self._profile.plan(self._now, velocities)
        if trajectory is None:
            return self.brake() | {SafetyCode.STOP_SOLVER}
        then = motion_at(trajectory, self.dt)
        if trajectory.duration <= self.dt and not velocities.any():
            # Rounding may leave 1e-17 rad/s of a motion that has ended.
            then = JointMotion.resting(then.positions)
        stop = self._planner.plan(then)
        if stop is None:
            return self.brake() | {SafetyCode.STOP_SOLVER}
        path = np.concatenate([self._now.positions[None], stop.positions])
        problem = self._rules.verification.problem(path, self._room)
        if problem is not None:
            return self.brake() | codes | {SafetyCode.LIMITED_BY_VERIFIED_STOP}
        self._stop, self._stopped = stop, 0
        return codes | self._lag(then, velocities) | self._commit(then)

    def _solve(
        self, configuration: Configuration, objective: Objective, constraints: list[Constraint]
    ) -> tuple[Array, frozenset[SafetyCode]] | None:
        """The allowed velocities nearest to the objective; again while the TCP is too fast."""
        solution = solve(objective, constraints)
        for _ in range(MAX_CUTS):
            if solution is None:
                return None
            cut = self._rules.tcp_speed.excess(configuration, solution.velocities)
            if cut is None:
                break
            constraints.append(cut)
            solution = solve(objective, constraints)
        if solution is None:
            return None
        velocities = solution.velocities
        if np.abs(velocities).max() < _REST:
            velocities = np.zeros_like(velocities)
        return velocities, solution.codes

    def _lag(self, then: JointMotion, velocities: Array) -> frozenset[SafetyCode]:
        """Whether the joints could not take up the wanted velocities within one period."""
        if np.abs(then.velocities - velocities).max() <= _REACHED:
            return frozenset()
        return frozenset({SafetyCode.LIMITED_BY_ACCELERATION})

    def _commit(self, then: JointMotion) -> frozenset[SafetyCode]:
        """Make a motion the reference, after the last check on what is sent."""
        velocities = (then.positions - self._now.positions) / self.dt
        accelerations = (velocities - self._velocities) / self.dt
        problem = self._output.problem(
            then.positions, velocities, accelerations, self._accelerations
        )
        if problem is not None:
            self.rest_at(self._now.positions)
            self.output_problem = problem
            return frozenset({SafetyCode.STOP_OUTPUT})
        self._now, self._velocities, self._accelerations = then, velocities, accelerations
        self.tcp = self._kinematics.tcp_pose(then.positions)
        return frozenset()


def _share(executed: Array, wanted: Array) -> float:
    """How much of a wanted velocity was executed in its direction, 0..1; nothing of a NaN."""
    length = float(wanted @ wanted)
    if length == 0.0:
        return 1.0
    if not np.isfinite(length):
        return 0.0
    return float(np.clip(executed @ wanted / length, 0.0, 1.0))
