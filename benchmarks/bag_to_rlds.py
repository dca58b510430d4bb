# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast bags become a dataset, beside how fast they could: 2 cameras 640 × 480, joints 100 Hz.

Makes the bags itself, in a temporary directory: a WidowX, both cameras at 30 Hz with the noise of
a sensor, in four episodes; raw in MCAP, as JPEG in MCAP, raw in sqlite3. Each is converted to
10 Hz in fresh processes, by one worker and by two, as often as --repeats says; the fastest run
counts. Another bag of JPEGs, so many times as long and one single episode, shows what memory does.

Beside that the single operations are timed on messages of the same bags, in a process of their own
between the conversions: medians of CPU time per call, the best of the repeats, and what they add
up to per step. The limit is the speed at which only decoding, resizing and encoding of the
pictures that are used would go on one core; the share of it that is reached is of CPU time, too,
so that other processes of the machine matter less.

× real time is seconds of bag per second of the clock and worker, from the call of `convert` to its
return: processes that are started for it and what it imports are in it, Python's own start is not.
For figures to be quoted leave the machine alone.

Run as: .venv/bin/python benchmarks/bag_to_rlds.py [--seconds S] [--repeats N] [--json FILE]
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from rich.console import Console
from rich.table import Table
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest
from octo_ros.data.rlds.encode import stored_image
from octo_ros.data.rlds.tfrecord import write_record
from octo_ros.embodiment import load_embodiment
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.observation.images import decode, resize
from octo_ros.observation.joints import decode_joints

HEIGHT, WIDTH, CAMERA_HZ, JOINTS_HZ, HZ, EPISODES = 480, 640, 30, 100, 10, 4
PICTURES = 60
START_NS = 1_700_000_000_000_000_000
BAGS = {
    'raw MCAP': ('raw', StoragePlugin.MCAP),
    'JPEG MCAP': ('jpeg', StoragePlugin.MCAP),
    'raw db3': ('raw', StoragePlugin.SQLITE3),
}
LONG = 'JPEG MCAP, long'
REAL_TIME = {'raw': 25.0, 'jpeg': 15.0}
SHARE, TWO_WORKERS, MEMORY_MB = 0.85, 1.8, 250
CALLS = 50
PICTURE_OPERATIONS = ('decode', 'resize', 'encode')
CAMERAS = load_embodiment('widowx').cameras


@dataclass
class Run:
    """One conversion: seconds of the clock and of all CPUs, steps, most memory of a process."""

    bag: str
    workers: int
    bag_seconds: float
    seconds: float
    cpu_seconds: float
    steps: int
    peak_mb: float

    @property
    def real_time(self):
        """Seconds of bag per second and worker."""
        return self.bag_seconds / self.seconds / self.workers

    @property
    def steps_per_second(self):
        """By the clock, all workers together."""
        return self.steps / self.seconds


@dataclass
class Goal:
    """What is wanted and what was reached."""

    name: str
    reached: float
    wanted: float
    at_most: bool = False

    @property
    def met(self):
        """Whether it was reached."""
        if self.at_most:
            return self.reached <= self.wanted
        return self.reached >= self.wanted


def pictures():
    """PICTURES of a scene that moves, with a sensor's noise of 2 levels."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    for number in range(PICTURES):
        shift = 4 * number
        stripes, rings = np.sin((x + shift) / 37), (x * y / 300 + shift) % 256
        scene = [128 + 90 * stripes, 255 * y / HEIGHT, rings]
        image = np.stack(scene, -1) + rng.normal(0, 2, (HEIGHT, WIDTH, 3))
        yield np.clip(np.rint(image), 0, 255).astype(np.uint8)


def make_bag(path, seconds, kind, plugin, episodes):
    """Write one bag; pictures are serialised once and only their stamps changed."""
    store, robot = get_typestore(Stores.ROS2_JAZZY), load_embodiment('widowx')
    types = store.types

    def header(time_ns):
        stamp = types['builtin_interfaces/msg/Time'](*divmod(time_ns, 1_000_000_000))
        return types['std_msgs/msg/Header'](stamp, '')

    if kind == 'raw':
        camera_type = 'sensor_msgs/msg/Image'
        drawn = [
            types[camera_type](header(0), HEIGHT, WIDTH, 'rgb8', 0, 3 * WIDTH, image.reshape(-1))
            for image in pictures()
        ]
    else:
        camera_type = 'sensor_msgs/msg/CompressedImage'
        drawn = [
            types[camera_type](
                header(0),
                'rgb8; jpeg compressed bgr8',
                np.frombuffer(encode_jpeg(image, 90), np.uint8),
            )
            for image in pictures()
        ]
    serialised = [bytearray(store.serialize_cdr(message, camera_type)) for message in drawn]
    cameras = [camera.topic for camera in robot.cameras.values()]
    names = [*robot.joints, robot.gripper.joint]

    def events():
        for i in range(int(seconds * CAMERA_HZ)):
            for number, topic in enumerate(cameras):
                stamp_ns = START_NS + i * 1_000_000_000 // CAMERA_HZ + number * 7_000_000
                data = serialised[(i + number * 11) % PICTURES]
                yield stamp_ns + 12_000_000, topic, camera_type, (data, stamp_ns)
        for i in range(int(seconds * JOINTS_HZ)):
            stamp_ns = START_NS + i * 1_000_000_000 // JOINTS_HZ
            q = np.array(robot.home) + 0.2 * np.sin(i / JOINTS_HZ * np.arange(1, 7))
            values = np.array([*q, 0.026])
            message = types['sensor_msgs/msg/JointState'](
                header(stamp_ns), names, values, np.zeros(7), np.zeros(7)
            )
            yield stamp_ns + 1_000_000, robot.joint_states.topic, message.__msgtype__, message
        for i in range(episodes):
            for word, share in (('start', 0.01), ('success', 0.99)):
                time_ns = START_NS + round((i + share) * seconds / episodes * 1e9)
                mark = types['std_msgs/msg/String'](word)
                yield time_ns, '/octo/episode', mark.__msgtype__, mark

    with Writer(path, version=9, storage_plugin=plugin) as writer:
        connections = {}
        for time_ns, topic, name, message in sorted(events(), key=lambda event: event[0]):
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, name, typestore=store)
            if isinstance(message, tuple):
                data, stamp_ns = message
                seconds_ns = np.array(divmod(stamp_ns, 1_000_000_000), '<u4')
                data[4:12] = seconds_ns.tobytes()  # after the 4 bytes of CDR's own header
            else:
                data = store.serialize_cdr(message, name)
            writer.write(connections[topic], time_ns, data)


def robot_of(kind):
    """A WidowX whose cameras send what the bag holds."""
    transport = 'raw' if kind == 'raw' else 'compressed'
    cameras = {key: {'transport': transport} for key in load_embodiment('widowx').cameras}
    return load_embodiment('widowx', {'cameras': cameras})


def child_convert(bag, kind, output, workers):
    """In a fresh process: convert one bag and say what it took."""
    request = ConversionRequest(
        bags=(Path(bag),),
        embodiment=robot_of(kind),
        output=Path(output),
        name='benchmark',
        hz=HZ,
        instruction='move the arm',
        workers=int(workers),
    )
    steps = 0

    def note(progress):
        nonlocal steps
        steps = progress.steps

    before, started = os.times(), time.perf_counter()
    convert(request, note)
    seconds, after = time.perf_counter() - started, os.times()
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return {
        'seconds': seconds,
        'cpu_seconds': sum(after[:4]) - sum(before[:4]),
        'steps': steps,
        'peak_mb': max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024,
    }


def timed(function, items):
    """Median of milliseconds of CPU time per call, and the results."""
    results, seconds = [], []
    for item in items:
        started = time.process_time()
        results.append(function(item))
        seconds.append(time.process_time() - started)
    return 1e3 * statistics.median(seconds), results


def child_limits(bag, kind):
    """In a fresh process: milliseconds of every operation on the messages of a bag."""
    robot, limits, jpegs = robot_of(kind), {}, []
    keys = {camera.topic: key for key, camera in robot.cameras.items()}
    with Bag(Path(bag)) as opened:
        stream = opened.messages(list(keys), late_pictures=True)
        limits['glance at picture'], late = timed(next, [stream] * (2 * CALLS))
        limits['read picture'], _ = timed(lambda message: message.value.data, late)
        stream = opened.messages(list(keys))
        found = [next(stream) for _ in range(2 * CALLS)]
        stream = opened.messages([robot.joint_states.topic])
        limits['read joints'], states = timed(next, [stream] * CALLS)
    joints = [*robot.joints], robot.gripper
    limits['joints'], _ = timed(lambda m: decode_joints(m.value, *joints, m.stamp_ns), states)
    for topic, key in keys.items():
        height, width = robot.cameras[key].height, robot.cameras[key].width
        messages = [message.value for message in found if message.topic == topic]
        limits[f'decode {width}'], images = timed(decode, messages)
        limits[f'resize {width}'], small = timed(
            partial(resize, height=height, width=width), images
        )
        pairs = list(zip(messages, small, strict=True))
        limits[f'encode {width}'], files = timed(lambda pair: stored_image(*pair), pairs)
        jpegs.append(files)
    with tempfile.TemporaryFile() as file:
        steps = [b''.join(step) for step in zip(*jpegs, strict=True)]
        limits['write'], _ = timed(partial(write_record, file), steps)
    return limits


def per_step(limits):
    """Milliseconds per step: of the pictures that are used, of reading the bag, of the rest."""
    pictures = sum(limits[name] for name in limits if name.split()[0] in PICTURE_OPERATIONS)
    reading = len(CAMERAS) * CAMERA_HZ / HZ * limits['glance at picture']
    reading += len(CAMERAS) * limits['read picture']
    reading += JOINTS_HZ / HZ * limits['read joints']
    rest = JOINTS_HZ / HZ * limits['joints'] + limits['write']
    return {'pictures': pictures, 'reading': reading, 'rest': rest}


def in_child(*arguments):
    """Run this script in a fresh process and take its answer."""
    command = [sys.executable, __file__, '--child', *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure(directory, arguments, console):
    """All conversions and limits."""
    runs, limits = [], {}
    jobs = [(name, kind, plugin, 1, EPISODES) for name, (kind, plugin) in BAGS.items()]
    jobs.append((LONG, 'jpeg', StoragePlugin.MCAP, arguments.long, 0))
    for name, kind, plugin, times, episodes in jobs:
        bag, seconds = directory / 'bag', times * arguments.seconds
        console.print(f'{name}: {seconds:g} s …')
        make_bag(bag, seconds, kind, plugin, episodes)
        for workers in (1,) if name == LONG else (1, 2):
            tried = []
            for _ in range(arguments.repeats):
                answer = in_child('convert', bag, kind, directory / 'out', workers)
                shutil.rmtree(directory / 'out')
                tried.append(Run(name, workers, seconds, **answer))
                if workers == 1 and name != LONG:
                    limits.setdefault(name, []).append(in_child('limits', bag, kind))
            runs.append(min(tried, key=lambda run: run.seconds))
        shutil.rmtree(bag)
    best = {
        name: {key: min(each[key] for each in found) for key in found[0]}
        for name, found in limits.items()
    }
    return runs, best


def judged(runs, limits):
    """Every goal with what was reached."""
    found = {(run.bag, run.workers): run for run in runs}
    goals = []
    for name, (kind, _) in BAGS.items():
        one, two = found[name, 1], found[name, 2]
        share = one.steps * per_step(limits[name])['pictures'] / 1e3 / one.cpu_seconds
        goals += [
            Goal(f'{name}: × real time per core', one.real_time, REAL_TIME[kind]),
            Goal(f'{name}: share of the limit of its pictures', share, SHARE),
            Goal(f'{name}: two workers, times as fast', one.seconds / two.seconds, TWO_WORKERS),
        ]
    most = max(run.peak_mb for run in runs)
    return [*goals, Goal('most memory of a process [MB]', most, MEMORY_MB, at_most=True)]


def show(runs, limits, goals, console):
    """Print three tables."""
    table = Table(title='Conversions to 10 Hz')
    for column in (
        'bag',
        'workers',
        's of bag',
        's',
        'CPU s',
        '× real time/worker',
        'steps/s',
        'MB',
    ):
        table.add_column(column, justify='left' if column == 'bag' else 'right')
    for run in runs:
        values = (run.bag_seconds, run.seconds, run.cpu_seconds, run.real_time)
        cells = [f'{value:.1f}' for value in values]
        cells += [f'{run.steps_per_second:.0f}', f'{run.peak_mb:.0f}']
        table.add_row(run.bag, str(run.workers), *cells)
    console.print(table)
    table = Table(title='Single operations [ms of CPU]')
    for column in ('operation', *limits):
        table.add_column(column, justify='left' if column == 'operation' else 'right')
    for name in next(iter(limits.values())):
        table.add_row(name, *(f'{each[name]:.3f}' for each in limits.values()))
    table.add_section()
    sums = [per_step(each) for each in limits.values()]
    for name in sums[0]:
        table.add_row(f'per step: {name}', *(f'{each[name]:.2f}' for each in sums))
    table.add_row(
        'limit of pictures, steps/s', *(f'{1e3 / each["pictures"]:.0f}' for each in sums)
    )
    console.print(table)
    table = Table('goal', 'wanted', 'reached', 'met')
    for goal in goals:
        sign = '≤' if goal.at_most else '≥'
        met = '[green]yes' if goal.met else '[red]no'
        table.add_row(goal.name, f'{sign} {goal.wanted:g}', f'{goal.reached:.2f}', met)
    console.print(table)


def main():
    """Measure, print, and write the figures; a child does its part and answers in JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=60.0, help='of a bag; 55 MB/s if raw')
    parser.add_argument('--repeats', type=int, default=3, help='of every conversion')
    parser.add_argument('--long', type=float, default=4.0, help='the long bag, times as long')
    parser.add_argument('--directory', type=Path, help='for the bags; default: a temporary one')
    parser.add_argument('--json', type=Path, help='write the figures here')
    parser.add_argument('--child', nargs='+', help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        what, *rest = arguments.child
        child = {'convert': child_convert, 'limits': child_limits}[what]
        print(json.dumps(child(*rest)))
        return
    console = Console()
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        runs, limits = measure(Path(directory), arguments, console)
    loads.append(os.getloadavg()[0])
    goals = judged(runs, limits)
    show(runs, limits, goals, console)
    console.print(f'{os.cpu_count()} CPUs; load {loads[0]:.1f} before, {loads[1]:.1f} after.')
    if arguments.json:
        report = {
            'runs': [
                {
                    **asdict(run),
                    'real_time': run.real_time,
                    'steps_per_second': run.steps_per_second,
                }
                for run in runs
            ],
            'operations_ms': limits,
            'per_step_ms': {name: per_step(each) for name, each in limits.items()},
            'goals': [{**asdict(goal), 'met': goal.met} for goal in goals],
            'load': loads,
            'cpus': os.cpu_count(),
        }
        arguments.json.write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    main()
