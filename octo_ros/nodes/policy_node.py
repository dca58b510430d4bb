# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy's process: cameras and joint states in, 10 Hz end-effector deltas out."""

from __future__ import annotations

import gc
import sys
import time
from collections import deque
from contextlib import ExitStack
from typing import TYPE_CHECKING

from octo_ros.fleet import read_fleet
from octo_ros.nodes.inference_worker import Answer, InferenceWorker, Prepared
from octo_ros.nodes.managed import ManagedNode
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.policy_factory import make_fleet, pace_notes
from octo_ros.nodes.policy_parameters import PolicyParameters
from octo_ros.nodes.process import run
from octo_ros.nodes.robot_loop import RobotLoop
from octo_ros.nodes.scene_source import SceneSource
from octo_ros.nodes.task_encoding import TaskEncoding
from octo_ros.observation.durations import in_words, to_ns
from octo_ros.policy.stages import Stage
from octo_ros.policy.ticks import TickGrid

if TYPE_CHECKING:
    from rclpy.timer import Timer


# The publishing timer fires so much before its tick and then waits, so that the pictures which the
# executor may be taking just then, some milliseconds each, delay no command [ns].
EARLY_NS = 5_000_000


class PolicyNode(ManagedNode):
    """Observes `inference_lead` before a tick, infers aside, publishes at every tick.

    All its robots are looked at together and served by one inference: whoever lacks fresh input
    then goes with the next one.
    """

    def __init__(self) -> None:
        super().__init__('octo_policy')
        self._options = declare(self, PolicyParameters)
        self._robots = read_fleet(
            self._options.robots, self.get_namespace(), relayed=self._options.relayed
        )
        self._period_ns = round(1e9 / self._options.rate)
        self._lead_ns = to_ns(self._options.inference_lead)
        # Simulated time does not pass while a callback sleeps.
        simulated = self.get_parameter('use_sim_time').value
        self._early_ns = 0 if simulated else EARLY_NS
        self._closing = ExitStack()
        if self._options.autostart:
            self.start_by_itself(self._options.startup_timeout)

    def configure(self) -> None:
        """Load and warm up the policy; create every entity."""
        self._loop_timers: list[Timer] = []
        scripted = self._options.policy == 'scripted'
        topics = [robot.topic('octo_sim/scene') for robot in self._robots]
        self._scenes = {topic: SceneSource(self, topic) for topic in topics if scripted}
        fleet = make_fleet(
            self._options,
            [robot.embodiment for robot in self._robots],
            [scene.newest for scene in self._scenes.values()],
        )
        notes = [note for policy in fleet.policies for note in policy.notes]
        notes += [note for policy in fleet.policies for note in pace_notes(self._options, policy)]
        for note in dict.fromkeys(notes):
            self.get_logger().warning(note)
        self._answers = deque[Answer]()
        self._prepared = deque[Prepared]()
        self._worker = InferenceWorker(
            fleet, self._now, self._answers.append, self._prepared.append
        )
        encoding = TaskEncoding()
        self._closing.callback(encoding.close)
        self._loops = []
        for number, (robot, policy) in enumerate(zip(self._robots, fleet.policies, strict=True)):
            loop = RobotLoop(
                self,
                robot,
                number,
                policy=policy,
                parameters=self._options,
                worker=self._worker,
                encoding=encoding,
            )
            self._closing.callback(loop.close)
            self._loops.append(loop)
        self._closing.callback(self._stop_worker)
        self._worker.start()

    def missing_input(self) -> str | None:
        """A complete fresh observation of every robot, and the truth for the expert."""
        for loop in self._loops:
            missing = loop.missing_input()
            if missing is not None:
                return missing
        for topic, scene in self._scenes.items():
            if scene.newest() is None:
                return f'No ground truth on {topic}: the scripted expert needs the simulator.'
        return None

    def activate(self) -> None:
        """Start the two timers, one `inference_lead` before the other."""
        # What lives now lives on: the collector need not look at it again, which takes long.
        gc.collect()
        gc.freeze()
        self._start()

    def deactivate(self) -> None:
        """Stop both timers, and bring the arms to rest."""
        self._stop_timers()
        self._worker.forget()
        for loop in self._loops:
            loop.end()
        time_ns = self._now()
        while sum(loop.rest(time_ns) for loop in self._loops):
            time.sleep(self._period_ns * 1e-9)
            # Simulated time does not pass while this function runs.
            time_ns = max(time_ns + self._period_ns, self._now())
        gc.unfreeze()

    def cleanup(self) -> None:
        """End the threads and the action servers."""
        self._closing.close()

    def _start(self) -> None:
        """Begin with fresh windows, fresh chunks, and a grid from the present time on."""
        for loop in self._loops:
            loop.begin()
        self._worker.forget()
        self._answers.clear()
        self._prepared.clear()
        self._ticks_to_inference = 0
        period = self._period_ns * 1e-9
        self._grid = TickGrid(self._now() + self._lead_ns, self._period_ns)
        self._loop_timers.append(self.create_timer(period, self._observe))
        # The first tick is one period after the timer is made.
        first = (self._lead_ns - self._early_ns) % self._period_ns or self._period_ns
        self._loop_timers.append(self.create_timer(first * 1e-9, self._start_publishing))

    def _start_publishing(self) -> None:
        self.destroy_timer(self._loop_timers.pop())
        self._grid = TickGrid(self._now() + self._period_ns + self._early_ns, self._period_ns)
        self._loop_timers.append(self.create_timer(self._period_ns * 1e-9, self._publish))

    def _stop_timers(self) -> None:
        for timer in self._loop_timers:
            self.destroy_timer(timer)
        self._loop_timers.clear()

    def _observe(self) -> None:
        """First timer: look at all robots, and hand those that can go on to the worker."""
        period_ns, every = self._period_ns, self._options.inference_every
        infers = self._ticks_to_inference == 0
        self._ticks_to_inference = (self._ticks_to_inference - 1) % every
        requests = []
        for number, loop in enumerate(self._loops):
            journey = loop.observe()
            if journey is None:
                continue
            if infers:
                start_ns = self._grid.from_now(journey.observed_ns, self._lead_ns)
                request = loop.request(journey, start_ns, every * period_ns)
                if request is not None:
                    requests.append(request)
                continue
            # The frame of this tick may be the one that stands in front of the next inference's.
            history = loop.next_history((self._ticks_to_inference + 1) * period_ns)
            if history is not None:
                self._worker.prepare(number, history)
        self._worker.submit(requests)

    def _publish(self) -> None:
        """Second timer: publish what each robot is to move in this tick."""
        if self._worker.failure is not None:
            raise self._worker.failure
        now_ns = self._now()
        set_back_ns = self._grid.set_back_ns(now_ns)
        if set_back_ns:
            self.get_logger().error(
                f'The clock was set back by {in_words(set_back_ns)}: everything begins anew.'
            )
            self._stop_timers()
            self._start()
            return
        tick = self._grid.take(now_ns)
        if tick is None:
            return
        if now_ns < tick.time_ns <= now_ns + 2 * self._early_ns:
            time.sleep((tick.time_ns - now_ns) * 1e-9)
        self._take_answers()
        for loop in self._loops:
            loop.publish(tick)

    def _take_answers(self) -> None:
        while self._answers:
            answer = self._answers.popleft()
            self._loops[answer.request.robot].answer(answer)
        while self._prepared:
            prepared = self._prepared.popleft()
            stages = self._loops[prepared.robot].reports.stages
            stages.add(Stage.PREPARE, prepared.duration_ns)

    def _stop_worker(self) -> None:
        if not self._worker.stop():
            self.get_logger().error('The inference thread does not end.')

    def _now(self) -> int:
        return int(self.get_clock().now().nanoseconds)


def main() -> None:
    """Run the node."""
    sys.exit(run(PolicyNode))


if __name__ == '__main__':
    main()
