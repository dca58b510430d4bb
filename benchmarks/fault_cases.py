# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong: how it is made, how it is undone, and what is to be seen of it."""

from collections.abc import Callable
from dataclasses import dataclass

from fault_bench import FILTER, POLICY, FaultBench

from octo_ros_msgs.srv import InjectFault

JUMP = 5.0  # s
Act = Callable[[FaultBench], None]


def _nothing(bench: FaultBench) -> None:
    del bench


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        name: Of the command line.
        begin: Makes it.
        end: Undoes it.
        prepare: What is done a second before.
        lasts: It is undone after so long [s] while the arm is watched; None: after that.
        disturbs: Whether the arm is to come to rest; else it has to go on.
        from_fault: The goal is counted from the fault, not from the last accepted command.
        reference: Whether the filter that is watched is there to be judged by what it sends.
        arm: Whether joint states are there to be judged by.
    """

    name: str
    begin: Act
    end: Act = _nothing
    prepare: Act | None = None
    lasts: float | None = None
    disturbs: bool = True
    from_fault: bool = False
    reference: bool = True
    arm: bool = True


def _kill(name: str) -> Act:
    return lambda bench: bench.kill(name)


def _restart(name: str) -> Act:
    return lambda bench: bench.restart(name)


def _freeze(name: str) -> Act:
    return lambda bench: bench.freeze(name)


def _thaw(name: str) -> Act:
    return lambda bench: bench.thaw(name)


def _sim(
    fault: int, target: Callable[[FaultBench], str] = lambda _: '', *, active: bool = True
) -> Act:
    return lambda bench: bench.client.inject(fault, target(bench), active=active)


def _camera(bench: FaultBench) -> str:
    return next(iter(bench.embodiment.cameras))


def _joint(bench: FaultBench) -> str:
    return bench.embodiment.joints[1]


def _jump(seconds: float) -> Act:
    return lambda bench: bench.clock.jump(seconds)


def _simulated(
    name: str, number: int, target: Callable[[FaultBench], str] = lambda _: '', **how: bool
) -> Fault:
    return Fault(name, _sim(number, target), _sim(number, target, active=False), **how)


NUMBERS = InjectFault.Request
FAULTS = (
    Fault('policy_killed', _kill(POLICY), _restart(POLICY)),
    Fault('policy_stopped_0.3s', _freeze(POLICY), _thaw(POLICY), lasts=0.3, arm=False),
    Fault('policy_stopped_2s', _freeze(POLICY), _thaw(POLICY), lasts=2.0),
    _simulated('camera_frozen', NUMBERS.FREEZE_CAMERA, _camera),
    _simulated('joint_states_stop', NUMBERS.STOP_JOINT_STATES, arm=False),
    _simulated('joint_states_nan', NUMBERS.NAN_JOINT_STATES, arm=False),
    _simulated('joint_dropped', NUMBERS.DROP_JOINT, _joint, arm=False),
    _simulated('joint_states_permuted', NUMBERS.PERMUTE_JOINT_STATES, disturbs=False),
    Fault('clock_forward_5s', _jump(JUMP)),
    Fault('clock_back_5s', _jump(-JUMP)),
    Fault('second_publisher', FaultBench.rival, FaultBench.no_rival),
    Fault(
        'emergency_stop',
        lambda bench: bench.press(pressed=True),
        lambda bench: bench.press(pressed=False),
        from_fault=True,
    ),
    _simulated('robot_fault', NUMBERS.ROBOT_FAULT),
    Fault('cpu_hog_policy_stops', _freeze(POLICY), FaultBench.relax, prepare=FaultBench.hog),
    Fault('filter_killed', _kill(FILTER), _restart(FILTER), reference=False),
    Fault('filter_stopped_2s', _freeze(FILTER), _thaw(FILTER), lasts=2.0, reference=False),
)
BY_NAME = {fault.name: fault for fault in FAULTS}
NEEDS_CLOCK = {'clock_forward_5s', 'clock_back_5s'}
