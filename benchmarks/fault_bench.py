# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One simulated system in which faults are made, again and again, and what is done to it."""

import contextlib
import os
import random
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

from rclpy.publisher import Publisher
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from octo_ros.bringup.graph import SystemOptions, system
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import RosError
from octo_ros.nodes.client import GraphClient
from octo_ros.nodes.motion_watch import MotionWatch
from octo_ros_msgs.msg import EndEffectorDelta, SafetyStatus
from octo_ros_msgs.srv import ResetScene, SetTask

HERE = Path(__file__).parent
POLICY, FILTER, WATCHDOG = 'octo_policy', 'octo_safety', 'octo_watchdog'
TASK = 'put the red block in the bin'
READY = 60.0
LEASE = 30.0  # s, more than it takes until a killed process is forgotten
MOTION = 10.0  # s
ATTEMPTS = 5
MOVING = 0.1  # rad/s
STATE_PERIOD = 0.02  # s, of the simulator's joint states
LOCK_RATE = 10.0


class SystemClock:
    """The clock of all processes of the system, which can be set; this process's is another one.

    The processes run with `clock_offset.c` preloaded: what their nodes, rclpy and the middleware
    ask the system for is moved, their steady clocks go on, as where the time is really set.
    """

    def __init__(self, folder: Path) -> None:
        self._library = folder / 'clock_offset.so'
        self._file = folder / 'clock_offset'
        self._offset_ns = 0
        self.jump(0.0)
        source = HERE / 'clock_offset.c'
        command = ['cc', '-O2', '-shared', '-fPIC', source, '-o', self._library, '-ldl']
        subprocess.run(command, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """What the processes have to be started with."""
        return {'LD_PRELOAD': str(self._library), 'CLOCK_OFFSET': str(self._file)}

    def jump(self, seconds: float) -> None:
        """Set the clock forward, or back."""
        self._offset_ns += round(1e9 * seconds)
        with self._file.open('r+b' if self._file.exists() else 'wb') as file:
            file.write(struct.pack('q', self._offset_ns))


class FaultBench:
    """The real nodes and the simulator, the arm moved by the scripted policy.

    Args:
        robot: Name of the contract.
        folder: For logs.
        domain: ROS_DOMAIN_ID.
        movable_clock: Whether clocks are to jump.

    Attributes:
        embodiment: The robot.
        client: Talks to the nodes.
        record: What was seen of the arm.
        statuses: What the filter said of itself, with its arrival [s].
        clock: Of the processes; None unless asked for.
    """

    def __init__(
        self, robot: str, folder: Path, domain: int, *, movable_clock: bool = False
    ) -> None:
        self.embodiment = load_embodiment(robot)
        self.clock = SystemClock(folder) if movable_clock else None
        self.statuses: list[tuple[float, SafetyStatus]] = []
        self._stack = contextlib.ExitStack()
        self._hogs: list[subprocess.Popen[bytes]] = []
        self._rival: Publisher | None = None
        self._stopped: set[str] = set()
        lease = {'FASTRTPS_DEFAULT_PROFILES_FILE': str(HERE / 'short_lease.xml')}
        self._domain = domain
        environment = local_environment(domain)
        os.environ.update(environment)
        environment |= lease
        environment |= self.clock.environment if self.clock else {}
        specs = system(SystemOptions(robot=robot))
        self._watched = any(spec.name == WATCHDOG for spec in specs)
        self._supervisor = Supervisor(specs, folder / 'logs', environment)

    def __enter__(self) -> 'FaultBench':
        with contextlib.ExitStack() as stack:
            supervisor = stack.enter_context(self._supervisor)
            self.client = stack.enter_context(GraphClient(self._domain, supervisor.check))
            stack.callback(self.relax)
            node = self.client.node
            self.record = MotionWatch(node, self.embodiment).record
            node.create_subscription(SafetyStatus, 'octo_safety/status', self._on_status, 10)
            self.pressed = False
            lock = self.embodiment.locks['emergency_stop']
            self._lock = node.create_publisher(Bool, lock.topic, 10)
            node.create_timer(1 / LOCK_RATE, self.tell_lock)
            self.client.wait_ready(READY)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def set_in_motion(self, seed: int) -> None:
        """Reset the scene, give the task, and wait until the arm moves, differently far.

        Raises:
            RosError: It did not within several attempts: the machine is too busy to begin with.
        """
        problem = ''
        for attempt in range(ATTEMPTS):
            if attempt and (problem := self.recover(seed)):
                break
            self.client.reset(seed)
            self.client.set_task(TASK)
            self.record.forget()
            try:
                self._wait_until_moving()
                self.client.spin_for(random.Random(seed).uniform(0.3, 0.9))
                self._wait_until_moving()
            except RosError as error:
                problem = str(error)
                continue
            self.statuses.clear()
            return
        msg = f'The arm did not move steadily in {ATTEMPTS} attempts; the last one: {problem}'
        raise RosError(msg)

    def recover(self, seed: int) -> str:
        """Back to where a task can be given; returns what went wrong, or nothing."""
        try:
            self.client.call(SetTask, 'octo/set_task', SetTask.Request(clear=True))
            self._reset_watchdog()
            self.client.reset(seed)
        except RosError as error:
            return str(error)
        return ''

    def kill(self, name: str) -> None:
        """Send SIGKILL to a process."""
        self.client.alive = lambda: None
        os.kill(self._supervisor.pid(name), signal.SIGKILL)

    def restart(self, name: str) -> None:
        """Start a killed process again, once the others have forgotten it."""
        topic = self._arm_topic if name == FILTER else 'octo/action'
        self.client.spin_until(
            lambda: self.client.node.count_publishers(topic) == 0, LEASE, f'{name} to be forgotten'
        )
        self.client.spin_for(0.5)  # until the others have, too
        if name == FILTER:
            # Whoever watches it has stopped the driver, and no filter begins before that runs.
            self._reset_watchdog()
            self.client.call(ResetScene, 'octo_sim/reset', ResetScene.Request())
        self.client.policy = self.client.safety = None
        self._supervisor.start(name)
        self.client.alive = self._supervisor.check
        self.client.wait_ready(READY)

    def freeze(self, name: str) -> None:
        """Send SIGSTOP to a process."""
        self._stopped.add(name)
        os.kill(self._supervisor.pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Send SIGCONT to it."""
        self._stopped.discard(name)
        os.kill(self._supervisor.pid(name), signal.SIGCONT)

    def tell_lock(self) -> None:
        """Publish the emergency stop; done ten times per second, and at once where it matters."""
        self._lock.publish(Bool(data=self.pressed))

    def press(self, *, pressed: bool) -> None:
        """Press the emergency stop, or release it."""
        self.pressed = pressed
        self.tell_lock()

    def rival(self) -> None:
        """A second publisher of commands appears; it sends none."""
        self._rival = self.client.node.create_publisher(EndEffectorDelta, 'octo/action', 1)

    def no_rival(self) -> None:
        """It leaves."""
        if self._rival is not None:
            self.client.node.destroy_publisher(self._rival)
        self._rival = None

    def hog(self, per_core: int = 2) -> None:
        """Busy processes, as many per core."""
        count = per_core * len(os.sched_getaffinity(0))
        busy = [sys.executable, '-c', 'while True: pass']
        self._hogs += [subprocess.Popen(busy) for _ in range(count)]

    def relax(self) -> None:
        """End the busy processes, and let those go on that were stopped."""
        for process in self._hogs:
            process.kill()
            process.wait()
        self._hogs.clear()
        for name in tuple(self._stopped):
            self.thaw(name)

    def _reset_watchdog(self) -> None:
        if self._watched:
            self.client.call(Trigger, f'{WATCHDOG}/reset', Trigger.Request())

    def _wait_until_moving(self) -> None:
        def moves() -> bool:
            if self.client.safety.state == SafetyStatus.LATCHED:
                msg = f'The filter stopped before the fault: {self.client.safety.reason}'
                raise RosError(msg)
            runs = self.client.safety.state == SafetyStatus.RUN
            return runs and self.record.speed > MOVING

        self.client.spin_until(moves, MOTION, 'the arm to move')

    @property
    def _arm_topic(self) -> str:
        return self.embodiment.drivers['sim'].arm.topic

    def _on_status(self, message: SafetyStatus) -> None:
        self.statuses.append((time.time(), message))
