# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with the running system, and how soon the arm is at rest.

The real nodes drive the simulated arm with the scripted policy. In every run the scene is reset,
the task given, and the fault made while the arm moves; then the fault is undone, the filter reset,
and the next run begins. Killed processes alone are started again.

Times are counted from the fault, and from the last command that the filter accepted. A run passes
where the filter's reference stands within the goal's number of control periods, and the arm by the
clock within the goal and what the machine was late: a control period that comes late is never
made up for. Faults of the filter itself are judged by the arm, faults of joint states by the
reference. A fault that has to be harmless passes where the arm goes on.

Clocks jump for all processes of the system by a library that is preloaded into them; see
clock_offset.c. Ends with 1 if a run failed.

Run as: .venv/bin/python benchmarks/faults.py [--robot ur5e] [--runs 50] [--fault NAME …] [--json]
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from fault_bench import STATE_PERIOD, FaultBench
from fault_cases import BY_NAME, FAULTS, NEEDS_CLOCK, Fault
from rich.console import Console
from rich.table import Table

from octo_ros.benchmark.machine import load_average
from octo_ros.cli.system import private_domain
from octo_ros.nodes.motion_record import Stop
from octo_ros.safety_codes import SafetyState

ROBOTS = ('widowx', 'franka', 'fr3', 'ur5', 'ur5e')
# s from the last accepted command: time-out, one tick, worst controlled stop.
GOALS = {'franka': 0.45, 'fr3': 0.45, 'ur5': 0.65, 'ur5e': 0.65, 'widowx': 0.65}
# s from the press of the emergency stop: worst controlled stop, one tick.
STOPS = {'franka': 0.19, 'fr3': 0.19, 'ur5': 0.384, 'ur5e': 0.384, 'widowx': 0.365}
WATCHED = 1.0  # s at least
LONGEST = 5.0
AFTERWARDS = 1.5
SETTLED = 0.2
WARM = 1.0
SILENCE = 0.5


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        from_fault: The stop, counted from the fault; None if the arm was not seen to rest.
        from_command: The same, counted from the last accepted command.
        state: Of the filter at the end, before the fault was undone if it lasts; or SILENT.
        code: Its code.
        passed: Whether the goal was met.
        problem: Why no new task could be given after the reset; empty if it could.
    """

    from_fault: Stop | None
    from_command: Stop | None
    state: str
    code: str
    passed: bool
    problem: str


class Measurement:
    """Makes one fault and judges what is seen.

    Args:
        bench: The system.
        fault: The fault.
        goal: Longest time to rest [s].
    """

    def __init__(self, bench: FaultBench, fault: Fault, goal: float) -> None:
        self._bench, self._fault, self._goal = bench, fault, goal
        self._periods = (1.0 / bench.embodiment.timing.control_rate, STATE_PERIOD)

    def run(self, seed: int) -> Run:
        """One run; afterwards the system is as before."""
        bench, fault = self._bench, self._fault
        bench.set_in_motion(seed)
        if fault.prepare is not None:
            fault.prepare(bench)
            bench.client.spin_for(WARM)
        begun = time.time()
        fault.begin(bench)
        if fault.lasts is not None:
            bench.client.spin_for(fault.lasts)
            fault.end(bench)
            bench.client.spin_for(AFTERWARDS)
        bench.client.spin_for(WATCHED)
        deadline = time.monotonic() + LONGEST
        while fault.disturbs and not self._rested(begun) and time.monotonic() < deadline:
            bench.client.spin_for(SETTLED)
        bench.client.spin_for(SETTLED)
        from_fault, from_command = self._stops(begun)
        recently = time.time() - SILENCE
        told = [status for arrival, status in bench.statuses if arrival > recently]
        state = SafetyState(told[-1].state).name if told else 'SILENT'
        code = told[-1].code if told else ''
        judged = from_fault if fault.from_fault else from_command
        passed = self._passes(judged) if fault.disturbs else self._goes_on(begun)
        if fault.lasts is None:
            fault.end(bench)
        return Run(from_fault, from_command, state, code, passed, bench.recover(seed))

    def _rested(self, begun: float) -> bool:
        record = self._bench.record
        return not self._fault.reference or record.rested(begun) is not None

    def _stops(self, begun: float) -> tuple[Stop | None, Stop | None]:
        record = self._bench.record
        rest = record.rested(begun) if self._fault.reference else begun
        command = None if rest is None else record.last_accepted(rest)
        if command is None:
            return None, None
        return tuple(record.stop(begun, since, self._periods) for since in (begun, command))

    def _goes_on(self, begun: float) -> bool:
        """Whether commands were executed to the end, and joint states were read all the time."""
        bench = self._bench
        last = bench.record.last_accepted(time.time())
        codes = {status.code for arrival, status in bench.statuses if arrival > begun}
        went_on = last is not None and last > begun + WATCHED / 2
        return went_on and not codes & {'STOP_STATE_TIMEOUT', 'STOP_TRACKING'}

    def _passes(self, stop: Stop | None) -> bool:
        if stop is None:
            return False
        fault, late = self._fault, stop.late if self._fault.reference else 0.0
        ticks = not fault.reference or stop.ticks <= round(self._goal / self._periods[0])
        arm = stop.arm is not None and stop.arm <= self._goal + late + stop.lost
        return ticks and (arm or not fault.arm)


def figures(fault: Fault, goal: float, runs: list[Run]) -> dict[str, object]:
    """Of one fault."""
    ended = sorted({f'{run.state} {run.code}' for run in runs})
    seen = {
        side: [stop for run in runs if (stop := getattr(run, side)) is not None]
        for side in ('from_fault', 'from_command')
    }
    judged = seen['from_fault' if fault.from_fault else 'from_command']
    return {
        'fault': fault.name,
        'runs': len(runs),
        **{
            f'{what}_{side}_s': _quantiles(getattr(stop, what) for stop in stops)
            for side, stops in seen.items()
            for what in ('reference', 'arm')
            if fault.disturbs and getattr(fault, what)
        },
        'ticks_max': max((s.ticks for s in judged), default=None),
        'late_max_s': max((s.late for s in judged), default=None),
        'lost_max_s': max((s.lost for s in judged), default=None),
        'goal_s': goal if fault.disturbs else None,
        'goal_from': 'fault' if fault.from_fault else 'command',
        'passed': sum(run.passed for run in runs),
        'ended': {text: sum(f'{r.state} {r.code}' == text for r in runs) for text in ended},
        'recovered': sum(not run.problem for run in runs),
        'problems': sorted({run.problem for run in runs if run.problem}),
        'each': [asdict(run) for run in runs],
    }


def table(robot: str, rows: list[dict[str, object]]) -> Table:
    """For people."""
    made = Table(title=f'{robot}: time to rest, p50/p99/max [s]')
    for column in ('fault', 'runs', 'reference\nfrom fault', 'arm\nfrom fault'):
        made.add_column(column)
    for column in ('reference\nfrom command', 'arm\nfrom command', 'ticks', 'late\nmax [s]'):
        made.add_column(column)
    for column in ('lost\nmax [s]', 'goal', 'passed', 'ended in', 'recovered'):
        made.add_column(column)
    for row in rows:
        times = [
            row.get(f'{what}_{side}_s')
            for side in ('from_fault', 'from_command')
            for what in ('reference', 'arm')
        ]
        goal = 'goes on' if row['goal_s'] is None else f'{row["goal_s"]:g} from {row["goal_from"]}'
        made.add_row(
            row['fault'],
            str(row['runs']),
            *('/'.join(f'{t:.3f}' for t in time) if time else '–' for time in times),
            *(_text(row[name], row) for name in ('ticks_max', 'late_max_s', 'lost_max_s')),
            goal,
            str(row['passed']),
            '\n'.join(f'{text} ×{count}' for text, count in row['ended'].items()),
            str(row['recovered']),
        )
    return made


def _text(value: float | None, row: dict[str, object]) -> str:
    if value is None or row['goal_s'] is None:
        return '–'
    return f'{value:.3f}' if isinstance(value, float) else str(value)


def _quantiles(values: object) -> list[float] | None:
    known = [value for value in values if value is not None]
    return [float(np.quantile(known, q)) for q in (0.5, 0.99, 1.0)] if known else None


def measure(robot: str, faults: list[Fault], runs: int, log: Console) -> list[dict[str, object]]:
    """All runs of all faults, in one system."""
    rows = []
    movable = any(fault.name in NEEDS_CLOCK for fault in faults)
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultBench(robot, Path(folder), private_domain(), movable_clock=movable) as bench,
    ):
        for fault in faults:
            goal = (STOPS if fault.from_fault else GOALS)[robot]
            measurement = Measurement(bench, fault, goal)
            made = []
            for number in range(1, runs + 1):
                made.append(measurement.run(number))
                log.print(f'{robot} {fault.name} {number}: {made[-1]}')
            rows.append(figures(fault, goal, made))
    return rows


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add('--robot', choices=ROBOTS, default='ur5e')
    add('--runs', type=int, default=50, help='of each fault')
    add(
        '--fault',
        nargs='+',
        choices=[*BY_NAME],
        default=[*BY_NAME],
        metavar='NAME',
        help=', '.join(BY_NAME),
    )
    add('--json', action='store_true')
    arguments = parser.parse_args()
    faults = [fault for fault in FAULTS if fault.name in arguments.fault]
    before = load_average()
    rows = measure(arguments.robot, faults, arguments.runs, Console(stderr=True, width=250))
    result = {'robot': arguments.robot, 'load_before': before, 'faults': rows}
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        Console(width=220).print(table(arguments.robot, rows))
    failed = [row for row in rows if row['passed'] < row['runs'] or row['recovered'] < row['runs']]
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
