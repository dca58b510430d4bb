# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter: end-effector displacements in, joint references within all limits out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import SafetyError
from octo_ros.robots.kinematics import Kinematics
from octo_ros.safety.freshness import Freshness
from octo_ros.safety.gate import CommandGate
from octo_ros.safety.joint_state import JointStateMonitor, start_problem
from octo_ros.safety.motion import Motion
from octo_ros.safety.output import OutputCheck
from octo_ros.safety.reference import CartesianReference
from octo_ros.safety.servo import CartesianServo
from octo_ros.safety.tracking import TrackingCheck
from octo_ros.safety.verdict import Verdict, by_severity
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import SafeCommand

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.types import Command, JointState

_STOPS = frozenset(code for code in SafetyCode if code.name.startswith('STOP_'))


class SafetyFilter:
    """Turns commands into joint references, one period at a time.

    States: INACTIVE –reset→ HOLD –accepted command→ RUN –cause to stop→ STOPPING –at rest→ HOLD.
    Causes to stop are what the caller says, silence of the commands, a joint state that is
    missing, incomplete or old, an arm that does not follow, and a solver that fails.

    LATCHED, which only `reset` leaves, is where two things lead: at once, a result that fails the
    last check; and an arm that does not follow, at once from HOLD, else at the end of the stop.
    The reference then rests where the arm was measured, and is put there again should the arm get
    too far from it: an arm that is set free never jumps to a reference that it did not reach.

    Each tick makes one period of motion, no matter how late it is. The filter is no certified
    safety function: the robot's own safety layer and an emergency stop stay in charge.

    Args:
        embodiment: The robot's contract.
        kinematics: Of the same robot; not shared with another thread.

    Attributes:
        state: Where the filter stands.
        verdict: Judgement over the last command that came, accepted or refused; None before the
            first.
        latch: Why the filter is LATCHED, with the values; None otherwise.
    """

    state: SafetyState
    verdict: Verdict | None
    latch: str | None

    def __init__(self, embodiment: Embodiment, kinematics: Kinematics) -> None:
        self._embodiment = embodiment
        self._kinematics = kinematics
        self._dt = 1.0 / embodiment.timing.control_rate
        limits = embodiment.limits
        self._servo = CartesianServo.for_limits(limits, self._dt)
        self._tracking = TrackingCheck(embodiment.joints, embodiment.tracking.max_joint_error)
        self._output = OutputCheck(limits, self._dt)
        self.state = SafetyState.INACTIVE
        self.verdict = None
        self.latch = None

    @classmethod
    def for_embodiment(cls, embodiment: Embodiment) -> SafetyFilter:
        """A filter with the limits of a robot's contract."""
        return cls(embodiment, Kinematics.for_embodiment(embodiment))

    @classmethod
    def for_robot(cls, name: str) -> SafetyFilter:
        """A filter for `widowx`, `franka`, `fr3`, `ur5`, `ur5e`, or the path of a contract.

        Raises:
            UnknownNameError: No such robot.
            ConfigError: The contract is not valid.
        """
        return cls.for_embodiment(load_embodiment(name))

    def reset(self, now_ns: int, state: JointState) -> None:
        """Begin, or begin anew, from the measured joint state; then HOLD.

        Args:
            now_ns: Time, on the clock of all stamps [ns]. Commands stamped before it are refused
                from now on.
            state: Fresh, complete, finite, inside the hard limits and at rest.

        Raises:
            SafetyError: The state is not fit to start from, or the arm is being moved by this
                filter.
        """
        if self.state in (SafetyState.RUN, SafetyState.STOPPING):
            msg = f'The filter is in {self.state.name}; it can be reset once it holds.'
            raise SafetyError(msg)
        problem = start_problem(self._embodiment, now_ns, state)
        if problem is not None:
            msg = f'The filter cannot start: {problem}'
            raise SafetyError(msg)
        timing = self._embodiment.timing
        self._rest_at(state.positions)
        self._joint_states = JointStateMonitor(self._embodiment, now_ns, state)
        self._gate = CommandGate.for_embodiment(self._embodiment, now_ns)
        period_ns, timeout_ns = round(1e9 * self._dt), round(1e9 * timing.command_timeout)
        self._silence = Freshness(timeout_ns, period_ns, now_ns)
        self._gripper = min(max(state.gripper, 0.0), 1.0)
        self._leash = (0.0, 0.0)
        self._cause = SafetyCode.IDLE
        self._loss = ''
        self.verdict = None
        self.latch = None
        self.state = SafetyState.HOLD

    def deactivate(self) -> None:
        """Go to INACTIVE at once. Tick a moving arm without commands until HOLD first."""
        self.state = SafetyState.INACTIVE

    def tick(
        self,
        now_ns: int,
        command: Command | None = None,
        state: JointState | None = None,
        stop: SafetyCode | None = None,
    ) -> SafeCommand:
        """Make one control period. Call it exactly once per period.

        Args:
            now_ns: Time, on the clock of all stamps [ns].
            command: The newest command since the last tick.
            state: The newest joint state; None if there is no new one.
            stop: A cause to stop that the caller found, one of the STOP_* codes. While it lasts
                commands are refused with it; it goes before the causes that the filter finds.

        Returns:
            What to send to the robot, in every state.

        Raises:
            SafetyError: The filter is inactive, or `stop` is no STOP_* code.
        """
        if self.state is SafetyState.INACTIVE:
            msg = 'The safety filter is inactive; reset it with a fresh joint state first.'
            raise SafetyError(msg)
        if stop is not None and stop not in _STOPS:
            msg = f'{stop} is no cause to stop; give one of the STOP_* codes, or None.'
            raise SafetyError(msg)
        self._silence.tick()
        self._joint_states.listen(now_ns, state)
        stale = self._joint_states.stale(now_ns)
        cause = self._cause_to_stop(stop, stale, lost=self._track(stale))
        reasons = set() if stop is None else {stop}
        if command is not None:
            reasons |= self._consider(now_ns, command, cause)
        self._stop_if_due(now_ns, cause)
        if self.state is SafetyState.RUN:
            velocities, limited = self._run()
            reasons |= limited
        else:
            velocities = self._brake()
        return self._send(now_ns, velocities, reasons)

    def _track(self, stale: bool) -> bool:
        """Whether the arm is far from its reference; a resting reference is then put to it."""
        measured = self._joint_states.latest.positions
        loss = self._tracking.problem(self._motion.positions, measured)
        if loss is None:
            return False
        self._loss = loss
        if self.state is SafetyState.LATCHED or (self.state is SafetyState.HOLD and not stale):
            self._let_go()
        return True

    def _let_go(self) -> None:
        """Be LATCHED, with the reference where the arm was last measured."""
        if self.state is not SafetyState.LATCHED:
            self.latch = self._loss
            self._cause, self.state = SafetyCode.STOP_TRACKING, SafetyState.LATCHED
        limits, measured = self._embodiment.limits, self._joint_states.latest.positions
        self._rest_at(np.clip(measured, limits.position_min, limits.position_max))

    def _rest_at(self, positions: Array) -> None:
        """Let the joint reference and the Cartesian target begin, at rest; shape (n,), rad."""
        limits = self._embodiment.limits
        self._motion = Motion(limits, self._dt, self._kinematics, positions)
        self._reference = CartesianReference(
            limits.workspace_min, limits.workspace_max, self._motion.tcp
        )

    def _cause_to_stop(
        self, stop: SafetyCode | None, stale: bool, lost: bool
    ) -> SafetyCode | None:
        if stop is not None or self.state is SafetyState.LATCHED:
            return stop
        if stale:
            return SafetyCode.STOP_STATE_TIMEOUT
        return SafetyCode.STOP_TRACKING if lost else None

    def _consider(
        self, now_ns: int, command: Command, cause: SafetyCode | None
    ) -> set[SafetyCode]:
        """Judge a command and, if it is accepted, append it to the motion."""
        self.verdict = self._judge(now_ns, command, cause)
        accepted = self.verdict.command
        if accepted is None:
            return {self.verdict.code}
        self.state = SafetyState.RUN
        self._silence.renew(now_ns)
        self._gripper = accepted.gripper
        limits = self._embodiment.limits
        self._leash = (
            limits.linear_speed * accepted.duration,
            limits.angular_speed * accepted.duration,
        )
        projected = self._reference.extend(accepted)
        return {self.verdict.code} | ({SafetyCode.PROJECTED_ON_WORKSPACE} if projected else set())

    def _judge(self, now_ns: int, command: Command, cause: SafetyCode | None) -> Verdict:
        if cause is not None:
            return Verdict.refuse(command, cause, cause.value)
        if self.state in (SafetyState.STOPPING, SafetyState.LATCHED):
            text = f'The filter is in {self.state.name}: {self.latch or self._cause.value}'
            return Verdict.refuse(command, SafetyCode.REJECTED_STATE, text)
        return self._gate.judge(now_ns, command, self._reference.backlog)

    def _stop_if_due(self, now_ns: int, cause: SafetyCode | None) -> None:
        if self.state is SafetyState.HOLD and cause is not None:
            self._cause = cause
        if self.state is not SafetyState.RUN:
            return
        if cause is None and self._silence.expired(now_ns):
            cause = SafetyCode.STOP_COMMAND_TIMEOUT
        if cause is not None:
            self._cause, self.state = cause, SafetyState.STOPPING

    def _run(self) -> tuple[Array, frozenset[SafetyCode]]:
        """Joint velocities that follow the Cartesian target."""
        error, feed_forward = self._reference.error, self._reference.advance(self._dt)
        solution = self._motion.follow(self._servo.twist(error, feed_forward))
        if solution is None:
            self._cause, self.state = SafetyCode.STOP_SOLVER, SafetyState.STOPPING
            return self._brake(), frozenset()
        return solution.velocities, solution.codes

    def _brake(self) -> Array:
        """Joint velocities of the controlled stop; zero when the arm holds."""
        if self.state is not SafetyState.STOPPING:
            return np.zeros_like(self._motion.velocities)
        solution = self._motion.brake()
        return self._motion.brake_blindly() if solution is None else solution.velocities

    def _send(self, now_ns: int, velocities: Array, reasons: set[SafetyCode]) -> SafeCommand:
        """Commit the motion of this tick, after the last check on what is sent."""
        before, motion = self._motion.tcp, self._motion
        positions = motion.ahead(velocities)
        problem = self._output.problem(positions, motion.positions, motion.velocities)
        if problem is not None:
            self.latch = problem
            self._cause, self.state = SafetyCode.STOP_OUTPUT, SafetyState.LATCHED
            positions, velocities = motion.positions, np.zeros_like(motion.velocities)
        motion.move_to(positions, velocities)
        translation, rotation = before.displacement_to(motion.tcp)
        self._settle()
        if self.state is not SafetyState.RUN:
            reasons = reasons | {self._cause}
        ordered = by_severity(reasons or {SafetyCode.OK})
        return SafeCommand(
            stamp_ns=now_ns,
            joint_names=self._embodiment.joints,
            positions=self._motion.positions,
            velocities=self._motion.velocities,
            gripper=self._gripper,
            state=self.state,
            code=ordered[0],
            reasons=ordered,
            executed_translation=translation,
            executed_rotation=rotation,
        )

    def _settle(self) -> None:
        """Bind the target to where the arm went; hold or latch when a stop is at rest."""
        if self.state is SafetyState.RUN:
            self._reference.leash(self._motion.tcp, *self._leash)
            return
        self._reference.restart(self._motion.tcp)
        if self.state is not SafetyState.STOPPING or not self._motion.at_rest:
            return
        if self._cause is SafetyCode.STOP_TRACKING:
            self._let_go()
            return
        self._gate.end_run()
        self.state = SafetyState.HOLD
