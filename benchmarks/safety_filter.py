# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the safety filter does to harmless streams, and how long a tick of it takes.

Streams: a smooth one round the home pose, filter alone; the scripted expert, which carries out its
tasks in the simulator, filter in between (no ROS, so time is exact); and the Bridge trajectories
of test/data, 5 Hz actions halved to 10 Hz commands as the policy's scheduler does. The wanted path
is the sum of the commands, each spread evenly over
its duration. The deviation of the executed TCP from it is taken within one tick: the smaller of
that to where it should be now and one tick ago. Beside it, the distance from the wanted path as a
line, whenever the TCP is there: what is left when the time that joints need to take up speed is
left out. An intervention is a tick with a code other than OK, an idle one, and that the joints
need that time. One core, one thread.

Run as: .venv/bin/python benchmarks/safety_filter.py [--robot NAME]... [--seeds N] [--json]
"""

import argparse
import json
import math
import os
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from rich.console import Console
from rich.table import Table

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.errors import KinematicsError
from octo_ros.geometry import (
    Pose,
    matrix_from_rotation_vector,
    rotation_vector_from_matrix,
    rpy_from_matrix,
)
from octo_ros.robots.kinematics import Kinematics
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.sim.expert import Expert
from octo_ros.sim.simulation import Simulation
from octo_ros.sim.tasks import SimTask, TaskKind
from octo_ros.types import Command, JointState

PERIOD_NS = 10_000_000
START_NS = 1_700_000_000_000_000_000
DURATION = 0.1
BRIDGE = Path(__file__).parents[1] / 'test/data/bags/truth'
HARMLESS = {SafetyCode.OK, SafetyCode.IDLE, SafetyCode.LIMITED_BY_ACCELERATION}
LONGEST = 40.0  # s per task
LINE = 30  # ticks of the wanted path in which the nearest point is looked for
COLUMNS = (
    'robot',
    'stream',
    'ticks',
    'interventions %',
    'deviation p50/p99/max [mm]',
    '[deg]',
    'from the line [mm]',
    'tick p50/p99/p99.9/max [µs]',
)


@dataclass
class Run:
    """A filter, the path that was wanted and the one that was made."""

    robot: str
    stream: str
    ticks: int = 0
    interventions: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    millimetres: list[float] = field(default_factory=list)
    degrees: list[float] = field(default_factory=list)
    aside: list[float] = field(default_factory=list)
    microseconds: list[float] = field(default_factory=list)

    def start(self, embodiment, q):
        """Rest at joint positions, with a new filter."""
        self.embodiment = embodiment
        self.kinematics = Kinematics.for_embodiment(embodiment)
        self.filter = SafetyFilter.for_embodiment(embodiment)
        self.now_ns, self.seq, self.q = START_NS, 0, np.array(q)
        self.filter.reset(self.now_ns, self._state())
        self.wanted = self.last = self.kinematics.tcp_pose(self.q)
        self.line = deque([self.wanted.position] * 2, maxlen=LINE)

    def _state(self):
        return JointState(self.now_ns, self.q, np.zeros(len(self.q)), 1.0)

    def command(self, translation, rotation, gripper, each_tick=None):
        """One command and the ticks that it takes."""
        self.seq += 1
        step_translation, step_rotation = translation / 10, rotation_step(rotation)
        for i in range(10):
            self.now_ns += PERIOD_NS
            asked = Command(
                self.now_ns,
                self.seq,
                self.embodiment.base_frame,
                translation,
                rotation,
                gripper,
                DURATION,
            )
            began = time.perf_counter_ns()
            safe = self.filter.tick(self.now_ns, asked if i == 0 else None, self._state())
            self.microseconds.append((time.perf_counter_ns() - began) / 1e3)
            if safe.state is SafetyState.LATCHED:
                sys.exit(f'{self.robot}, {self.stream}: LATCHED. {self.filter.latch}')
            self.q = np.array(safe.positions)
            self.last = self.wanted
            self.wanted = moved(self.wanted, step_translation, step_rotation)
            self.line.append(self.wanted.position)
            self._judge(safe)
            if each_tick is not None:
                each_tick(safe)

    def _judge(self, safe):
        self.ticks += 1
        for code in safe.reasons:
            self.codes[code.name] = self.codes.get(code.name, 0) + 1
        self.interventions += bool(set(safe.reasons) - HARMLESS)
        tcp = self.kinematics.tcp_pose(self.q)
        distances, angles = zip(
            *(difference(tcp, pose) for pose in (self.wanted, self.last)), strict=True
        )
        self.millimetres.append(1e3 * min(distances))
        self.degrees.append(math.degrees(min(angles)))
        self.aside.append(1e3 * from_line(tcp.position, np.array(self.line)))

    def result(self):
        """The figures of the run."""

        def quantiles(values, *shares):
            return [float(np.percentile(values, share)) for share in shares]

        return {
            'robot': self.robot,
            'stream': self.stream,
            'ticks': self.ticks,
            'interventions': self.interventions / self.ticks,
            'codes': {name: count / self.ticks for name, count in sorted(self.codes.items())},
            'millimetres': quantiles(self.millimetres, 50, 99, 100),
            'degrees': quantiles(self.degrees, 50, 99, 100),
            'aside_millimetres': quantiles(self.aside, 50, 99, 100),
            'microseconds': quantiles(self.microseconds, 50, 99, 99.9, 100),
        }


def rotation_step(rotation):
    """A tenth of a rotation given as extrinsic rpy, as rotation vector."""
    turned = Pose.from_xyz_rpy((0.0, 0.0, 0.0), rotation)
    return rotation_vector_from_matrix(turned.rotation) / 10


def moved(pose, translation, turn):
    """A pose displaced by metres and a rotation vector, base axes."""
    return Pose(pose.position + translation, matrix_from_rotation_vector(turn) @ pose.rotation)


def difference(pose, other):
    """Distance [m] and angle [rad] of two poses."""
    turn = rotation_vector_from_matrix(pose.rotation @ other.rotation.T)
    return float(np.linalg.norm(pose.position - other.position)), float(np.linalg.norm(turn))


def expert_run(robot, seeds):
    """The scripted expert's tasks, each from home in a scene of its own."""
    run = Run(robot, 'scripted expert')
    embodiment = load_embodiment(robot)
    simulation = Simulation(embodiment, 0)
    expert = Expert(embodiment, DURATION)
    for seed in range(seeds):
        for kind in TaskKind:
            simulation.reset(seed)
            run.start(embodiment, embodiment.home)
            scene = simulation.scene(0)
            expert.start(SimTask(kind, scene.blocks[0].color), scene)

            def follow(safe, simulation=simulation):
                simulation.command_joints(safe.positions)
                simulation.command_gripper(safe.gripper)
                simulation.step(0.01)

            begun = simulation.time
            finished = False
            while not finished:
                if simulation.time - begun > LONGEST:
                    sys.exit(f'{robot}: {kind.name} with seed {seed} was not done in time.')
                step = expert.step(simulation.scene(0), run.wanted)
                finished = step.finished
                run.command(step.translation, step.rotation, step.gripper, follow)
    return run.result()


def smooth_run(robot, seconds=30):
    """Round the home pose with 4 cm/s; nothing else runs between the ticks."""
    run = Run(robot, 'smooth, alone')
    embodiment = load_embodiment(robot)
    run.start(embodiment, embodiment.home)
    for k in range(10 * seconds):
        phase = 2.0 * math.pi * k / 60.0
        way = 0.004 * np.array([math.cos(phase), math.sin(phase), 0.3 * math.sin(2.0 * phase)])
        run.command(way, np.array([0.0, 0.0, 0.01 * math.sin(phase)]), 1.0)
    return run.result()


def bridge_run(robot='widowx'):
    """The two Bridge trajectories from where they begin, forwards and back."""
    run = Run(robot, 'Bridge')
    embodiment = load_embodiment(robot)
    kinematics = Kinematics.for_embodiment(embodiment)
    for path in sorted(BRIDGE.glob('*.npz')):
        truth = np.load(path)
        state = truth['state'][0]
        down = Pose.from_xyz_rpy((0, 0, 0), embodiment.proprio_rotation).rotation
        begin = Pose.from_xyz_rpy(state[:3], state[3:6])
        try:
            q = kinematics.inverse(Pose(begin.position, begin.rotation @ down), embodiment.home)
        except KinematicsError as error:
            sys.exit(f'{path.name}: {error}')
        run.start(embodiment, q)
        for action in [*truth['action'], *-truth['action'][::-1]]:
            rotation = Pose.from_xyz_rpy((0, 0, 0), action[3:6]).rotation
            half = rotation_vector_from_matrix(rotation) / 2
            for _ in range(2):
                run.command(action[:3] / 2, rpy(half), abs(float(action[6])))
    return run.result()


def from_line(point, line):
    """Distance of a point from a polyline, shape (k, 3), in m."""
    starts, ways = line[:-1], np.diff(line, axis=0)
    lengths = np.einsum('ij,ij->i', ways, ways)
    shares = np.einsum('ij,ij->i', point - starts, ways) / np.where(lengths > 0.0, lengths, 1.0)
    feet = starts + np.clip(shares, 0.0, 1.0)[:, None] * ways
    return float(np.sqrt(((point - feet) ** 2).sum(axis=1).min()))


def rpy(vector):
    """Extrinsic roll, pitch, yaw of a rotation vector."""
    return rpy_from_matrix(matrix_from_rotation_vector(vector))


def main():
    """Run the streams and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--robot', action='append', choices=robot_names())
    parser.add_argument('--seeds', type=int, default=2, help='scenes per task (default: 2)')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    rows = []
    for robot in arguments.robot or robot_names():
        rows.append(smooth_run(robot))
        rows.append(expert_run(robot, arguments.seeds))
        if robot == 'widowx':
            rows.append(bridge_run())
    if arguments.json:
        print(json.dumps({'load': os.getloadavg(), 'rows': rows}))
        return
    table = Table(*COLUMNS, title=f'Safety filter; load {os.getloadavg()[0]:.1f}')
    for row in rows:
        table.add_row(
            row['robot'],
            row['stream'],
            str(row['ticks']),
            f'{100 * row["interventions"]:.2f}',
            ' / '.join(f'{x:.2f}' for x in row['millimetres']),
            ' / '.join(f'{x:.3f}' for x in row['degrees']),
            ' / '.join(f'{x:.2f}' for x in row['aside_millimetres']),
            ' / '.join(f'{x:.0f}' for x in row['microseconds']),
        )
    Console(width=170).print(table)
    for row in rows:
        print(row['robot'], row['stream'], {k: round(v, 4) for k, v in row['codes'].items()})


if __name__ == '__main__':
    main()
