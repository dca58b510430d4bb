# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How much faster than real time the simulator runs, both cameras at 256 × 256 and 10 Hz included.

Run as: .venv/bin/python benchmarks/simulator.py
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.sim.renderer import Renderer
from octo_ros.sim.simulation import Simulation

SECONDS = 5.0
JOINT_RATE = 100
CAMERA_RATE = 10


def measure(robot: str) -> tuple[float, float]:
    """Median cost [ms] of 10 ms of physics and of one pair of images."""
    embodiment = load_embodiment(robot)
    simulation = Simulation(embodiment)
    steps, images = [], []
    home = np.array(embodiment.home)
    with Renderer(simulation) as renderer:
        for tick in range(round(SECONDS * JOINT_RATE)):
            # Every joint swings, so that the solver has work to do.
            simulation.command_joints(home + 0.1 * np.sin(0.03 * tick))
            started = time.perf_counter()
            simulation.step(1.0 / JOINT_RATE)
            steps.append(time.perf_counter() - started)
            if tick % (JOINT_RATE // CAMERA_RATE) == 0:
                started = time.perf_counter()
                for camera in embodiment.cameras:
                    renderer.render(camera, 256, 256)
                images.append(time.perf_counter() - started)
    return 1e3 * float(np.median(steps)), 1e3 * float(np.median(images))


def main() -> None:
    """Print the table."""
    load = os.getloadavg()[0]
    table = Table(title=f'Simulator, one thread; {os.cpu_count()} cores, load {load:.1f}')
    for column in ('robot', '10 ms of physics [ms]', 'two images [ms]', 'times real time'):
        table.add_column(column)
    for robot in robot_names():
        step, pair = measure(robot)
        busy = step * JOINT_RATE + pair * CAMERA_RATE
        table.add_row(robot, f'{step:.2f}', f'{pair:.1f}', f'{1e3 / busy:.1f}')
    Console().print(table)


if __name__ == '__main__':
    main()
