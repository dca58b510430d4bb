# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter: displacements or joint positions in, joint references within limits out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import SafetyError
from octo_ros.robots.kinematics import Kinematics
from octo_ros.safety.blockage import Blockage
from octo_ros.safety.cause import STOPS, Cause
from octo_ros.safety.collision.world import CollisionWorld
from octo_ros.safety.gate import CommandGate
from octo_ros.safety.gripper import GripperVotes
from octo_ros.safety.joint_state import start_problem
from octo_ros.safety.locks import causes_of
from octo_ros.safety.motion import Motion
from octo_ros.safety.strikes import Strikes
from octo_ros.safety.supervisor import Supervisor
from octo_ros.safety.target import MotionTarget
from octo_ros.safety.twist import executed
from octo_ros.safety.verdict import by_severity, refusal
from octo_ros.safety.watch import Watch, required_locks
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import SafeCommand

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.limits import Obstacle
    from octo_ros.safety.report import Body, MotionReport
    from octo_ros.safety.verdict import AnyCommand, AnyVerdict
    from octo_ros.types import JointState, Locks

_STILL = np.zeros(3)


class SafetyFilter:
    """Turns commands into joint references, one period at a time.

    States: INACTIVE –reset→ HOLD –accepted command→ RUN –cause to stop→ STOPPING –at rest→ HOLD or
    LATCHED, which only `reset` leaves. Causes to stop are what `Watch` sees, several bad commands
    (`Strikes`), silence (`CommandSilence`), and a motion that gave up; `LATCHING` says which of
    them need a reset.

    While it is LATCHED, whatever latched it, the reference is put where the arm is once the arm
    rests elsewhere (`Standstill`): set free, it does not jump to a place that it did not reach.

    Each tick makes one period of motion, no matter how late it is. The filter is no certified
    safety function: the robot's own safety layer and an emergency stop stay in charge.

    Args:
        embodiment: The robot's contract.
        kinematics: Of the same robot; not shared with another thread.

    Attributes:
        verdict: Judgement over the last command that came, accepted or refused; None before the
            first.
    """

    verdict: AnyVerdict | None

    def __init__(self, embodiment: Embodiment, kinematics: Kinematics) -> None:
        self._embodiment = embodiment
        self._kinematics = kinematics
        self._supervisor = Supervisor()
        self._world = CollisionWorld.for_embodiment(embodiment, kinematics)
        self._motion = Motion(embodiment, kinematics, self._world)
        self._target = MotionTarget(embodiment.limits, self._motion.dt, self._motion)
        self._gripper = GripperVotes(embodiment.gripper_rules, 0.0)
        self.verdict = None

    @classmethod
    def for_embodiment(cls, embodiment: Embodiment) -> SafetyFilter:
        """A filter with the limits of a robot's contract."""
        return cls(embodiment, Kinematics.for_embodiment(embodiment))

    @classmethod
    def for_robot(cls, name: str, overrides: Mapping[str, Any] | None = None) -> SafetyFilter:
        """A filter for `widowx`, `franka`, `fr3`, `ur5`, `ur5e`, or the path of a contract.

        Args:
            name: The robot.
            overrides: Values that replace those of the contract, nested like it.

        Raises:
            UnknownNameError: No such robot.
            ConfigError: The contract is not valid.
        """
        return cls.for_embodiment(load_embodiment(name, overrides))

    @property
    def state(self) -> SafetyState:
        """Where the filter stands."""
        return self._supervisor.state

    @property
    def latch(self) -> str | None:
        """Why the filter is LATCHED, with the values; None otherwise."""
        return self._supervisor.latch

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """The boxes that the arm keeps away from."""
        return self._world.obstacles

    def capsules(self) -> tuple[Body, ...]:
        """The shapes of the arm that are kept apart, where the reference has them."""
        return self._world.placed(self._motion.positions)

    def add_obstacle(self, obstacle: Obstacle) -> None:
        """Put up a box. An arm that cannot stop before it stops, and needs a reset.

        Raises:
            SafetyError: There is one of that name.
        """
        self._world.add(obstacle)
        if self.state is not SafetyState.INACTIVE and not self._motion.stop_is_clear():
            text = f'The obstacle {obstacle.name} was put where the arm could not stop before it.'
            self._supervisor.stop(Cause.of(SafetyCode.STOP_OBSTACLE, text))

    def remove_obstacle(self, name: str) -> None:
        """Take a box away.

        Raises:
            SafetyError: There is none of that name.
        """
        self._world.remove(name)

    def report(self) -> MotionReport:
        """How near the reference is to its limits; dear, for a status and not for every tick."""
        return self._motion.report()

    def reset(self, now_ns: int, state: JointState, locks: Locks | None = None) -> None:
        """Begin, or begin anew, from the measured joint state; then HOLD.

        The gripper keeps what was decided for it, so that a reset drops nothing; after INACTIVE it
        is held as it was measured.

        Args:
            now_ns: Time, on the clock of all stamps [ns]. Commands stamped before it are refused
                from now on.
            state: Fresh, complete, finite, inside the hard limits and at rest.
            locks: Of the last tick; nothing in it may be set.

        Raises:
            SafetyError: The state is not fit to start from, a lock or a fault is in the way, or
                the arm is being moved by this filter.
        """
        if self.state in (SafetyState.RUN, SafetyState.STOPPING):
            msg = f'The filter is in {self.state.name}; it can be reset once it holds.'
            raise SafetyError(msg)
        problem = start_problem(self._embodiment, now_ns, state)
        if problem is None:
            causes = causes_of(locks, required_locks(self._embodiment))
            problem = next((cause.text for cause in causes), None)
        if problem is not None:
            msg = f'The filter cannot start: {problem}'
            raise SafetyError(msg)
        self._watch = Watch(self._embodiment, self._kinematics, now_ns, state)
        self._gate = CommandGate(self._embodiment, now_ns)
        self._strikes = Strikes()
        self._blockage = Blockage(self._embodiment.timing.control_rate)
        if self.state is SafetyState.INACTIVE or not self._gripper.flipped:
            measured = min(max(state.gripper, 0.0), 1.0)
            self._gripper = GripperVotes(self._embodiment.gripper_rules, measured)
        self._gripper.restart()
        self._rest_at(state.positions)
        self.verdict = None
        self._supervisor.start()

    def activate(self, now_ns: int, state: JointState, locks: Locks | None = None) -> None:
        """Begin after INACTIVE, as `reset` does; but a latch from before stays one.

        Raises:
            SafetyError: As `reset`.
        """
        kept = self._supervisor.kept
        self.reset(now_ns, state, locks)
        if kept is not None:
            self._supervisor.stop(kept)

    def deactivate(self) -> None:
        """Go to INACTIVE at once. Tick a moving arm without commands until HOLD first."""
        self._supervisor.deactivate()

    def tick(
        self,
        now_ns: int,
        command: AnyCommand | None = None,
        state: JointState | None = None,
        locks: Locks | None = None,
        steady_ns: int | None = None,
    ) -> SafeCommand:
        """Make one control period. Call it exactly once per period.

        Args:
            now_ns: Time, on the clock of all stamps [ns].
            command: The newest command since the last tick.
            state: The newest joint state; None if there is no new one.
            locks: What the caller knows to be in the way; None if it knows nothing, which is as
                much as a set lock if the contract requires one. While something is set, commands
                are refused with it.
            steady_ns: Time on a clock that never jumps [ns], from which a filter that was held up
                knows that it was not the clock; None if there is none.

        Returns:
            What to send to the robot, in every state.

        Raises:
            SafetyError: The filter is inactive, or `locks.cause` is no STOP_* code.
        """
        if self.state is SafetyState.INACTIVE:
            msg = 'The safety filter is inactive; reset it with a fresh joint state first.'
            raise SafetyError(msg)
        before, was = self._motion.tcp, self.state
        self._watch.steady_ns = steady_ns
        cause = self._watch.cause(now_ns, state, locks, self._motion, held=was is SafetyState.HOLD)
        reasons: Set[SafetyCode] = frozenset()
        if cause is not None:
            reasons = {cause.code}
            self._supervisor.stop(cause)
        if command is not None:
            reasons = reasons | self._consider(now_ns, command, cause)
        self._stop_if_silent(now_ns)
        codes = self._move()
        for code in by_severity(codes & STOPS):
            text = self._motion.output_problem if code is SafetyCode.STOP_OUTPUT else None
            self._supervisor.stop(Cause.of(code, text or ''))
        translation, rotation = _STILL, _STILL
        if self._motion.tcp is not before:
            translation, rotation = executed(before, self._motion.tcp)
        self._settle(now_ns)
        return self._safe_command(now_ns, reasons | codes, translation, rotation)

    def _consider(self, now_ns: int, command: AnyCommand, cause: Cause | None) -> Set[SafetyCode]:
        """Judge a command and, if it is accepted, append it to the motion."""
        self.verdict = self._judge(now_ns, command, cause)
        accepted = self.verdict.command
        if accepted is None:
            return {self.verdict.code}
        self._supervisor.run()
        self._watch.silence.heard(now_ns)
        self._gripper.heard(now_ns, accepted.gripper)
        return self._target.extend(accepted) | {self.verdict.code}

    def _judge(self, now_ns: int, command: AnyCommand, cause: Cause | None) -> AnyVerdict:
        if cause is not None:
            return refusal(command, cause.code, cause.text)
        if self.state in (SafetyState.STOPPING, SafetyState.LATCHED):
            text = f'The filter is in {self.state.name}: {self._supervisor.cause.text}'
            return refusal(command, SafetyCode.REJECTED_STATE, text)
        target = self._target
        busy_with = None if target.reached else target.kind
        verdict = self._gate.judge(now_ns, command, target.backlog, target.joint_goal, busy_with)
        strike = self._strikes.judged(verdict)
        if strike is not None:
            self._supervisor.stop(strike)
        return verdict

    def _stop_if_silent(self, now_ns: int) -> None:
        silence = self._watch.silence.timed_out(now_ns)
        if silence is None or self.state is not SafetyState.RUN:
            return
        if self._target.moving or self._target.backlog > 0.0:
            self._watch.silence.broke_off()
        self._supervisor.stop(silence)

    def _move(self) -> frozenset[SafetyCode]:
        """One period of motion: after the target, of the stop, or none."""
        if self.state is SafetyState.RUN:
            if self._watch.late:
                # The driver waits at the last reference: less speed is less of a jerk for it.
                return self._target.brake() | {SafetyCode.LIMITED_BY_LATE_TICK}
            codes = self._step()
            return codes | self._blockage.seen(codes)
        if self.state is SafetyState.STOPPING:
            return self._motion.brake()
        return frozenset()

    def _step(self) -> frozenset[SafetyCode]:
        try:
            return self._target.step()
        except Exception as error:
            cause = Cause.of(SafetyCode.STOP_SOLVER, f'The motion could not be computed: {error}')
            self._supervisor.stop(cause)
            return self._motion.brake() | {SafetyCode.STOP_SOLVER}

    def _settle(self, now_ns: int) -> None:
        """End a stop that is at rest; let go of an arm that did not follow."""
        if self.state is SafetyState.RUN:
            return
        self._gripper.forget()
        if self.state is SafetyState.STOPPING and self._motion.at_rest:
            self._supervisor.rest()
            self._gate.end_run()
            self._target.restart()
        if self.state is not SafetyState.LATCHED or not self._watch.sees(now_ns):
            return
        elsewhere = self._watch.elsewhere(self._motion.positions)
        if elsewhere is not None:
            self._rest_at(elsewhere)
            self._watch.tracking.let_go()

    def _rest_at(self, positions: Array) -> None:
        """Let the joint reference and the target begin, at rest; shape (n,), rad."""
        self._motion.rest_at(positions)
        self._target.restart()

    def _safe_command(
        self, now_ns: int, reasons: Set[SafetyCode], translation: Array, rotation: Array
    ) -> SafeCommand:
        if self.state is not SafetyState.RUN:
            reasons = reasons | {self._supervisor.cause.code}
        ordered = by_severity(reasons or {SafetyCode.OK})
        return SafeCommand(
            stamp_ns=now_ns,
            joint_names=self._embodiment.joints,
            positions=self._motion.positions,
            velocities=self._motion.velocities,
            gripper=self._gripper.opening,
            state=self.state,
            code=ordered[0],
            reasons=ordered,
            executed_translation=translation,
            executed_rotation=rotation,
        )
