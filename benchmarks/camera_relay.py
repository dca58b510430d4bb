# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the camera relay costs and loses: its real process over DDS, two cameras of 640 × 480.

The simulator draws the pictures, with the noise of a sensor, while the arm moves. They are sent
raw at 30 Hz; the primary camera is relayed at 256 × 256, the wrist camera at 128 × 128. Bytes are
those of the images. The error is that of the picture which the policy gets to the one that it
would make of the raw image itself, in levels of 255. CPU: decoding, resizing and
encoding of one frame; process: all of the relay's process, receiving and sending by DDS included.

Run as: .venv/bin/python benchmarks/camera_relay.py [--seconds S] [--noise SIGMA] [--robot NAME]
"""

import argparse
import array
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rich.console import Console
from rich.table import Table
from sensor_msgs.msg import CompressedImage, Image

from octo_ros.bringup.graph import SystemOptions, camera_relays
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.embodiment import load_embodiment
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import nanoseconds, time_message
from octo_ros.observation.images import decode, resize
from octo_ros.observation.relay import CameraRelay, Fate, RelayOptions
from octo_ros.sim.renderer import Renderer
from octo_ros.sim.sensor_noise import SensorNoise
from octo_ros.sim.simulation import Simulation

HEIGHT, WIDTH, RATE = 480, 640, 30.0
PICTURES = 30
STARTUP = 40.0  # s
SETTINGS = (
    {'format': 'png'},
    {'format': 'jpeg', 'quality': 95},
    {'format': 'jpeg', 'quality': 90},
    {'format': 'jpeg', 'quality': 80},
)


def draw(embodiment, noise):
    """Camera key → PICTURES messages, one second of a moving arm."""
    simulation = Simulation(embodiment)
    sensor = SensorNoise(noise, 0, HEIGHT, WIDTH)
    home = np.array(embodiment.home)
    messages = {key: [] for key in embodiment.cameras}
    with Renderer(simulation, samples=4) as renderer:
        for number in range(PICTURES):
            simulation.command_joints(home + 0.2 * np.sin(2 * np.pi * number / PICTURES))
            simulation.step(1 / RATE)
            for index, key in enumerate(messages):
                image = sensor.added(renderer.render(key, HEIGHT, WIDTH), index, number)
                data = array.array('B', image.tobytes())
                message = Image(
                    height=HEIGHT, width=WIDTH, encoding='rgb8', step=3 * WIDTH, data=data
                )
                messages[key].append(message)
    return messages


@dataclass
class Figures:
    """What was seen of one camera."""

    sent: dict = field(default_factory=dict)  # stamp [ns] → number of the picture
    received: list = field(default_factory=list)
    counts: dict = field(default_factory=dict)  # newest ~/status
    counted: float = 0.0  # when [s]


class Bench:
    """Cameras, and the far end of the network."""

    def __init__(self, node, embodiment, pictures):
        self._pictures = pictures
        self.figures = {key: Figures() for key in embodiment.cameras}
        self._cameras = {}
        for key, camera in embodiment.cameras.items():
            self._cameras[key] = node.create_publisher(
                Image, camera.topic, qos.image(reliable=True)
            )
            node.create_subscription(
                CompressedImage,
                camera.relayed().topic,
                self.figures[key].received.append,
                QoSProfile(depth=100),
            )
        node.create_subscription(
            DiagnosticArray, '/octo_camera_relay/status', self._on_status, QoSProfile(depth=10)
        )
        # In turn, as cameras that nobody synchronises: they rarely send in the same moment.
        node.create_timer(1 / RATE / len(self._cameras), self._shoot)
        self._number = 0

    def _shoot(self):
        number, turn = divmod(self._number, len(self._cameras))
        key, camera = list(self._cameras.items())[turn]
        index = number % PICTURES
        message, stamp_ns = self._pictures[key][index], time.time_ns()
        message.header.stamp = time_message(stamp_ns)
        self.figures[key].sent[stamp_ns] = index
        camera.publish(message)
        self._number += 1

    def _on_status(self, message):
        for status in message.status:
            counts = {pair.key: pair.value for pair in status.values}
            figures = self.figures[status.name.rpartition(' ')[2]]
            figures.counts, figures.counted = counts, time.monotonic()

    @property
    def running(self):
        """Whether every camera's frames arrive and are counted."""
        return all(figures.received and figures.counts for figures in self.figures.values())


def cpu_seconds(pid):
    """CPU time of a process and its threads."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def counts(figures):
    """Frames since the relay began: all that arrived, and those that did not go on."""
    fates = {fate: int(figures.counts.get(f'frames {fate.value}', 0)) for fate in Fate}
    return {
        'arrived': sum(fates.values()),
        'thinned': fates[Fate.THINNED],
        'budget': fates[Fate.HELD_BACK],
        'late': fates[Fate.LATE],
    }


def run(embodiment, pictures, setting, seconds, domain):
    """One setting; per camera a row of figures, and the process's CPU time per second."""
    (spec,) = camera_relays(SystemOptions(robot=embodiment.name))
    spec = replace(spec, parameters={**spec.parameters, **setting})
    context = Context()
    rclpy.init(context=context, domain_id=domain)
    node = Node('benchmark', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    bench = Bench(node, embodiment, pictures)
    with (
        tempfile.TemporaryDirectory() as logs,
        Supervisor([spec], Path(logs), local_environment(domain)) as supervisor,
    ):

        def spin(duration, done=lambda: False):
            end = time.monotonic() + duration
            while time.monotonic() < end and not done():
                executor.spin_once(timeout_sec=0.01)
                supervisor.check()

        spin(STARTUP, lambda: bench.running)
        spin(1.5)  # the first seconds are not like the others
        for figures in bench.figures.values():
            figures.received.clear()
        before = {
            key: (figures.counted, counts(figures)) for key, figures in bench.figures.items()
        }
        pid = supervisor.pid(spec.name)
        started, used = time.monotonic(), cpu_seconds(pid)
        spin(seconds)
        took, used = time.monotonic() - started, cpu_seconds(pid) - used
    rows = []
    for key, figures in bench.figures.items():
        messages = list(figures.received)
        since, old = before[key]
        fates = {
            name: f'{(new - old[name]) / (figures.counted - since):.1f}'
            for name, new in counts(figures).items()
        }
        columns = row(
            embodiment.cameras[key], figures, pictures[key], messages, took, setting=setting
        )
        rows.append(columns | fates)
    executor.shutdown()
    node.destroy_node()
    rclpy.try_shutdown(context=context)
    return rows, used / took


def row(camera, figures, pictures, messages, took, *, setting):
    """The columns of one camera."""
    errors, largest = [], 0
    for message in messages:
        original = pictures[figures.sent[nanoseconds(message.header.stamp)]]
        wanted = resize(decode(original), camera.height, camera.width).astype(int)
        difference = np.abs(decode(message) - wanted)
        errors.append(float(difference.mean()))
        largest = max(largest, int(difference.max()))
    size = sum(len(message.data) for message in messages)
    return {
        'size': f'{camera.width} × {camera.height}',
        'sent [Hz]': f'{len(messages) / took:.1f}',
        'frame [kB]': f'{size / max(1, len(messages)) / 1e3:.1f}',
        'kB/s': f'{size / took / 1e3:.0f}',
        'quality': figures.counts['quality'],
        'mean error': f'{np.mean(errors):.2f}',
        'largest': str(largest),
        'CPU [ms]': f'{encoding_time(camera, pictures, setting):.1f}',
    }


def encoding_time(camera, pictures, setting):
    """Median CPU time [ms] of decoding, resizing and encoding one frame, alone in this thread."""
    relay = CameraRelay(camera, RelayOptions(**setting))
    relay.encode(pictures[0])
    times = []
    for picture in pictures:
        started = time.thread_time()
        relay.encode(picture)
        times.append(1e3 * (time.thread_time() - started))
    return float(np.median(times))


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=6.0, help='per setting')
    parser.add_argument(
        '--noise', type=float, default=1.5, help='of the sensor, standard deviation in levels'
    )
    parser.add_argument('--robot', default='widowx', help='whose cameras')
    arguments = parser.parse_args()
    embodiment = load_embodiment(arguments.robot)
    pictures = draw(embodiment, arguments.noise)
    domain = 60 + os.getpid() % 40
    loads = [os.getloadavg()[0]]
    table = Table(
        title=f'{WIDTH} × {HEIGHT} at {RATE:g} Hz, {3 * WIDTH * HEIGHT * RATE / 1e3:.0f} kB/s raw '
        f'per camera; noise {arguments.noise:g}; default rate and byte budget'
    )
    for setting in SETTINGS:
        rows, share = run(embodiment, pictures, setting, arguments.seconds, domain)
        loads.append(os.getloadavg()[0])
        for number, figures in enumerate(rows):
            name = ' '.join(map(str, setting.values())) if not number else ''
            cells = {'format': name, **figures, 'process': '' if number else f'{share:.0%}'}
            if not table.columns:
                for column in cells:
                    left = column in {'format', 'size'}
                    table.add_column(column, justify='left' if left else 'right')
            table.add_row(*cells.values(), end_section=number == len(rows) - 1)
    console = Console(width=140)
    console.print(table)
    console.print(
        'arrived, thinned, budget, late: frames per second that arrived at the relay, and that it '
        'left out because of max_rate, because of max_bytes_per_second, because the computer was '
        'too busy. process: share of one core.\n'
        f'{os.cpu_count()} cores, load {min(loads):.1f} to {max(loads):.1f}.'
    )


if __name__ == '__main__':
    main()
