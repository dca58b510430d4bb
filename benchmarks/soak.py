# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The real policy node under load for minutes: rate, jitter, misses, stages, memory.

Beside the node run two 640×480 cameras at 30 Hz and joint states at 100 Hz, a process each, with
the transport that docs/cameras.md recommends, or, with --sim, the whole simulated system with
its safety filter. The weights are random, of a released size, or those of an export. What the
node reports of itself is held against what is seen on the wire: at no status may more ticks be
missing than the node has told of. Ends with 1 if a limit is broken.

Run as: .venv/bin/python benchmarks/soak.py [--minutes 10] [--size small|base] [--precision bf16]
"""

import argparse
import array
import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np
from builtin_interfaces.msg import Time
from rclpy.qos import QoSProfile
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sensor_msgs.msg import Image, JointState

from octo_ros.benchmark.machine import Machine, cores, load_average
from octo_ros.benchmark.random_checkpoint import write_random_checkpoint
from octo_ros.bringup.graph import SystemOptions, system
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.cli.system import private_domain
from octo_ros.embodiment import load_embodiment
from octo_ros.nodes import qos
from octo_ros.nodes.client import GraphClient
from octo_ros.nodes.conversions import nanoseconds, time_message
from octo_ros.policy.engines.manifest import MANIFEST, Manifest
from octo_ros.resources import share_directory
from octo_ros_msgs.msg import EndEffectorDelta, PolicyStatus

ROBOT = 'ur5e'
ACTION_DT = 0.1  # s, one tick: half the contract's own
RATE = 10.0
PERIOD_NS = 100_000_000
JOINTS = 'joint_states'
HEIGHT, WIDTH, CAMERA_RATE, JOINT_RATE = 480, 640, 30.0, 100.0
READY = 300.0
SETTLE = 60.0  # s, after which memory has to be flat
STATUSES_PER_MINUTE = 120


def feed(source: str, domain: int) -> None:
    """One camera, or the joint states, as its driver sends them; runs until it is ended."""
    robot = load_embodiment(ROBOT)
    with GraphClient(domain) as client:
        node = client.node

        def stamp() -> Time:
            return time_message(node.get_clock().now().nanoseconds)

        if source == JOINTS:
            joints = node.create_publisher(JointState, robot.joint_states.topic, 10)

            def send() -> None:
                message = JointState(
                    name=[*robot.joints, robot.gripper.joint],
                    position=[*robot.home, robot.gripper.open_position],
                    velocity=[0.0] * (len(robot.joints) + 1),
                )
                message.header.stamp = stamp()
                joints.publish(message)

            node.create_timer(1 / JOINT_RATE, send)
        else:
            noise = np.random.default_rng(0).integers(0, 256, (8, HEIGHT, WIDTH, 3), np.uint8)
            images = [array.array('B', picture.tobytes()) for picture in noise]
            turn = itertools.cycle(images)
            camera = node.create_publisher(
                Image, robot.cameras[source].topic, qos.image(reliable=True)
            )

            def send() -> None:
                image = Image(height=HEIGHT, width=WIDTH, encoding='rgb8', step=3 * WIDTH)
                image.data = next(turn)
                image.header.stamp = stamp()
                camera.publish(image)

            node.create_timer(1 / CAMERA_RATE, send)
        while True:
            client.spin_for(60.0)


@dataclass
class Seen:
    """What was seen of the node from outside.

    Attributes:
        begun_ns: Since when [ns].
        ended_ns: Until when [ns].
        ticks_ns: Ticks of the commands [ns].
        late_ms: How far from its tick each command arrived [ms].
        statuses: What the node said of itself.
        memory_mb: Seconds since the start, and resident memory of the node [MB].
        cpu_s: CPU time of the node [s].
    """

    begun_ns: int = 0
    ended_ns: int = 0
    ticks_ns: list[int] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    statuses: list[PolicyStatus] = field(default_factory=list)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    cpu_s: float = 0.0

    @property
    def missing_ns(self) -> np.ndarray:
        """Ticks from the first one seen to the end without a command [ns]."""
        wanted = np.arange(self.ticks_ns[0], self.ended_ns - PERIOD_NS, PERIOD_NS)
        # A grid that began anew, as when the clock was set, may lie between the old one's ticks.
        ticks = np.sort(self.ticks_ns)
        after = np.searchsorted(ticks, wanted - PERIOD_NS // 2)
        found = ticks[np.minimum(after, len(ticks) - 1)]
        return wanted[np.abs(found - wanted) > PERIOD_NS // 2]

    @property
    def unreported(self) -> int:
        """Most missing ticks at any time that the node had not told of by then."""
        first, missing = self.statuses[0], self.missing_ns
        untold = [
            int((missing < nanoseconds(status.header.stamp) - PERIOD_NS).sum())
            - (status.deadline_misses - first.deadline_misses)
            for status in self.statuses
        ]
        return max(0, *untold)


def contract(folder: Path) -> Path:
    """The robot with actions of one tick."""
    text = (share_directory() / f'config/robots/{ROBOT}.yaml').read_text()
    path = folder / f'{ROBOT}.yaml'
    path.write_text(re.sub(r'(?m)^action_dt: .*', f'action_dt: {ACTION_DT}', text))
    return path


def soak(arguments: argparse.Namespace, checkpoint: Path, folder: Path) -> dict[str, object]:
    """Start everything, watch it, and put it into figures."""
    options = SystemOptions(robot=str(contract(folder)), policy='octo', checkpoint=str(checkpoint))
    specs = [s for s in system(options) if arguments.sim or s.name == 'octo_policy']
    policy = next(spec for spec in specs if spec.name == 'octo_policy')
    policy.parameters.update(  # a plain dict, made a moment ago
        engine=arguments.engine,
        precision=arguments.precision if arguments.engine == 'torch' else 'fp32',
        threads=arguments.threads,
        inference_every=arguments.every,
        inference_lead=arguments.lead,
        chunk_execution='receding_horizon',
        execute_actions=arguments.every,
    )
    domain = private_domain()
    environment = local_environment(domain)
    os.environ.update(environment)
    seen = Seen()
    with contextlib.ExitStack() as stack:
        if not arguments.sim:
            profile = {'FASTRTPS_DEFAULT_PROFILES_FILE': str(ROOT / 'config/fastdds_shm.xml')}
            for source in (*load_embodiment(ROBOT).cameras, JOINTS):
                command = [sys.executable, __file__, '--feed', source, '--domain', str(domain)]
                driver = subprocess.Popen(command, env=environment | profile)
                stack.callback(driver.wait)
                stack.callback(driver.kill)
        supervisor = stack.enter_context(Supervisor(specs, folder / 'logs', environment))
        client = stack.enter_context(GraphClient(domain, supervisor.check))
        client.spin_until(lambda: client.policy is not None, READY, 'the policy node')
        client.set_task('pick up the red block')
        client.spin_until(
            lambda: client.policy.actions_published > 2 * RATE, READY, 'the first commands'
        )
        node = client.node

        def now_ns() -> int:
            return node.get_clock().now().nanoseconds

        def receive(message: EndEffectorDelta) -> None:
            tick_ns = nanoseconds(message.header.stamp)
            seen.ticks_ns.append(tick_ns)
            seen.late_ms.append((now_ns() - tick_ns) / 1e6)

        queue = QoSProfile(depth=100)
        node.create_subscription(EndEffectorDelta, 'octo/action', receive, queue)
        node.create_subscription(
            PolicyStatus, 'octo_policy/status', seen.statuses.append, qos.STATUS
        )
        client.spin_until(lambda: seen.ticks_ns and seen.statuses, READY, 'the node')
        pid = supervisor.pid('octo_policy')
        cpu, started = _cpu_s(pid), time.monotonic()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task('soak', total=60 * arguments.minutes)
            while (passed := time.monotonic() - started) < 60 * arguments.minutes:
                client.spin_for(1.0)
                seen.memory_mb.append((passed, _memory_mb(pid)))
                progress.update(bar, completed=passed)
        seen.cpu_s = _cpu_s(pid) - cpu
        seen.ended_ns = now_ns()
        client.spin_for(1.0)  # until a status that covers the last command
        return figures(arguments, checkpoint, seen)


def figures(arguments: argparse.Namespace, checkpoint: Path, seen: Seen) -> dict[str, object]:
    """Rates, misses, quantiles, slopes."""
    first, last = seen.statuses[0], seen.statuses[-1]
    seconds = seen.memory_mb[-1][0]
    settled = min(SETTLE, seconds / 2)
    memory = np.array([row for row in seen.memory_mb if row[0] > settled])
    ticks = [tick for tick in seen.ticks_ns if tick <= seen.ended_ns]
    # The node's figures are of the last minute: one status of each.
    minutes = seen.statuses[STATUSES_PER_MINUTE::STATUSES_PER_MINUTE] or [last]
    jitter = [s.p99_ms for status in minutes for s in status.stages if s.stage == 'jitter']
    return {
        'network': _network(checkpoint, arguments),
        'engine': arguments.engine,
        'threads': arguments.threads or cores(),
        'ticks_per_inference': arguments.every,
        'inference_lead_s': arguments.lead,
        'minutes': seconds / 60,
        'inferences_per_s': (last.chunks - first.chunks) / seconds,
        'commands_per_s': 1e9 * len(ticks) / (seen.ended_ns - ticks[0]),
        'ticks_twice': len(ticks) - len(set(ticks)),
        'ticks_missing': len(seen.missing_ns),
        'ticks_told_missing_or_incomplete': last.deadline_misses - first.deadline_misses,
        'ticks_missing_untold': seen.unreported,
        'late_chunks': last.late_chunks - first.late_chunks,
        'replaced_requests': last.replaced_requests - first.replaced_requests,
        'jitter_p99_ms_worst_minute': max(jitter),
        'arrival_p99_ms': float(np.percentile(np.abs(seen.late_ms), 99)),
        'frames_received': sum(c.received for c in last.cameras),
        'frames_dropped': sum(c.dropped for c in last.cameras),
        'prepared_hits_resumed_misses': [last.cache_hits, last.cache_resumed, last.cache_misses],
        'cpu_cores': seen.cpu_s / seconds,
        'memory_mb': float(memory[-1, 1]),
        'memory_slope_mb_per_min': float(60 * np.polyfit(memory[:, 0], memory[:, 1], 1)[0]),
        'stages': {
            s.stage: [s.count, s.p50_ms, s.p95_ms, s.p99_ms, s.max_ms] for s in last.stages
        },
    }


def broken(result: dict[str, object]) -> list[str]:
    """Which limits do not hold."""
    limits = {
        'ticks_twice': 0,
        'ticks_missing_untold': 0,
        'jitter_p99_ms_worst_minute': 5.0,
        'memory_slope_mb_per_min': 1.0,
    }
    return [
        f'{name} is {result[name]:.3g}, at most {most:g} is allowed'
        for name, most in limits.items()
        if result[name] > most
    ]


def _network(checkpoint: Path, arguments: argparse.Namespace) -> str:
    if (checkpoint / MANIFEST).is_file():
        return f'{checkpoint.name} {Manifest.read(checkpoint).precision}'
    return f'{checkpoint.name} {arguments.precision}'


def tables(result: dict[str, object]) -> list[Table]:
    """The budget of latency, and everything else."""
    stages = Table(title='From the camera to the action, the last minute [ms]')
    for column in ('stage', 'count', 'p50', 'p95', 'p99', 'max'):
        stages.add_column(column, justify='left' if column == 'stage' else 'right')
    for name, (count, *values) in result['stages'].items():
        stages.add_row(name, str(count), *(f'{value:.1f}' for value in values))
    rest = Table(title='The node')
    rest.add_column('figure')
    rest.add_column('value', justify='right')
    for name, value in result.items():
        if name != 'stages':
            rest.add_row(name, f'{value:.2f}' if isinstance(value, float) else str(value))
    return [stages, rest]


def _memory_mb(pid: int) -> float:
    lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    return int(next(line for line in lines if line.startswith('VmRSS')).split()[1]) / 1024


def _cpu_s(pid: int) -> float:
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def _checkpoint(arguments: argparse.Namespace, folder: Path) -> Path:
    """Random weights with actions of millimetres, exported where the engine wants it."""
    kept = (arguments.cache or folder) / f'{arguments.size}'
    if not kept.is_dir():
        write_random_checkpoint(kept, arguments.size)
        path = kept / 'dataset_statistics.json'
        statistics = json.loads(path.read_text())
        statistics['action']['std'] = [0.002] * 6 + [1.0]
        path.write_text(json.dumps(statistics))
    if arguments.engine == 'torch':
        return kept
    export = kept.with_name(f'{arguments.size}-{arguments.precision}')
    if not export.is_dir():
        command = [sys.executable, '-m', 'octo_ros', 'export_policy', kept, '--output', export]
        extra = ['--precision', arguments.precision]
        if arguments.calibration:
            extra += ['--calibration', arguments.calibration]
        subprocess.run([*command, *extra], check=True, cwd=ROOT)
    return export


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add('--minutes', type=float, default=10.0)
    add('--size', choices=('small', 'base'), default='small')
    add('--export', type=Path, help='an export instead of random weights')
    add('--engine', choices=('torch', 'onnxruntime', 'openvino'), default='openvino')
    add('--precision', choices=('fp32', 'bf16', 'int8'), default='fp32')
    add('--calibration', type=Path, help='dataset for int8')
    add('--threads', type=int, default=0, help='of the engine; 0 takes all cores')
    add('--every', type=int, default=1, help='ticks per inference')
    add('--lead', type=float, default=0.08, help='inference_lead [s]')
    add('--sim', action='store_true', help='the whole simulated system instead of the feed')
    add('--cache', type=Path, help='keeps weights and exports for the next run')
    add('--json', action='store_true')
    add('--feed', help=argparse.SUPPRESS)
    add('--domain', type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.feed is not None:
        feed(arguments.feed, arguments.domain)
        return 0
    before = load_average()
    with tempfile.TemporaryDirectory(prefix='octo_ros_') as temporary:
        folder = Path(temporary)
        checkpoint = arguments.export or _checkpoint(arguments, folder)
        result = soak(arguments, checkpoint, folder)
    sentences = broken(result)
    if arguments.json:
        print(json.dumps(result | {'broken': sentences}, indent=1))
        return int(bool(sentences))
    console = Console(width=100)
    for table in tables(result):
        console.print(table)
    machine = Machine.now(cores(), 'cpu', {}, before)
    console.print(
        f'{machine.processor}, {machine.cores} cores; load average {before:.1f} before, '
        f'{load_average():.1f} at the end, this run included.'
    )
    for sentence in sentences:
        console.print(sentence)
    return int(bool(sentences))


if __name__ == '__main__':
    sys.exit(main())
