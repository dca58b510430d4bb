# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy's process: cameras and joint states in, 10 Hz end-effector deltas out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from sensor_msgs.msg import CompressedImage, Image
from sensor_msgs.msg import JointState as JointStateMsg

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ObservationError, OctoRosError
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import (
    chunk_message,
    command_message,
    joint_state_from_message,
)
from octo_ros.nodes.inference_worker import InferenceWorker, Request
from octo_ros.nodes.managed import ManagedNode
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.policy_factory import PolicyParameters, make_policy, make_scheduler
from octo_ros.nodes.policy_reports import PolicyReports
from octo_ros.nodes.process import run
from octo_ros.nodes.scene_source import SceneSource
from octo_ros.nodes.task_api import TaskApi
from octo_ros.nodes.task_board import TaskBoard
from octo_ros.observation.missing import Missing
from octo_ros.observation.stamps import message_stamp_ns
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.observation.window import WindowBuffer
from octo_ros.policy.ticks import TickGrid
from octo_ros.robots.kinematics import Kinematics
from octo_ros.types import Command, Observation, Sample
from octo_ros_msgs.msg import ActionChunk as ActionChunkMsg
from octo_ros_msgs.msg import EndEffectorDelta

if TYPE_CHECKING:
    from octo_ros.embodiment import Camera
    from octo_ros.types import ActionChunk, Task


class PolicyNode(ManagedNode):
    """Observes `inference_lead` before every tick, infers aside, publishes at the tick."""

    def __init__(self) -> None:
        super().__init__('octo_policy')
        self._parameters = declare(self, PolicyParameters)
        self._embodiment = load_embodiment(self._parameters.robot)
        if self._parameters.relayed:
            self._embodiment = self._embodiment.relayed()
        self._period_ns = round(1e9 / self._parameters.rate)
        if self._parameters.autostart:
            self.start_by_itself(self._parameters.startup_timeout)

    def configure(self) -> None:
        """Load and warm up the policy; create every entity."""
        self._scene = SceneSource(self) if self._parameters.policy == 'scripted' else None
        self._policy = make_policy(
            self._parameters, self._embodiment, self._scene.newest if self._scene else lambda: None
        )
        for note in self._policy.notes:
            self.get_logger().warning(note)
        self._policy.warm_up()
        kinematics = Kinematics.for_embodiment(self._embodiment)
        self._window = WindowBuffer(
            self._policy.window_size, round(self._policy.spec.action_dt * 1e9)
        )
        self._builder = ObservationBuilder(
            self._embodiment, kinematics.tcp_pose, self._window.span_ns
        )
        self._blocked = False
        self._scheduler = make_scheduler(self._parameters, self._policy.spec)
        self.board = TaskBoard(self._embodiment)
        self.reports = PolicyReports(self, self._parameters.policy)
        self._actions = self.create_publisher(EndEffectorDelta, '/octo/action', qos.COMMANDS)
        self._chunks = self.create_publisher(ActionChunkMsg, '~/action_chunk', qos.STATUS)
        self._worker = InferenceWorker(self._policy, self._on_chunk, self._on_inference_error)
        self._error: Exception | None = None
        self._seq = 0
        self._started_task_id = 0
        self._last_task: Task | None = None
        self._ready_chunks: list[tuple[Request, ActionChunk]] = []
        self._grid = TickGrid(0, self._period_ns)
        self._frames: dict[str, int] = dict.fromkeys(self._embodiment.cameras, 0)
        for key, camera in self._embodiment.cameras.items():
            self._subscribe(key, camera)
        self.create_subscription(
            JointStateMsg, self._embodiment.joint_states.topic, self._on_joints, qos.JOINT_STATES
        )
        self._api = TaskApi(self, self.board, self.newest_observation)

    def missing_input(self) -> str | None:
        """A complete fresh observation, and the simulator's truth for the expert."""
        observed = self._builder.observe(self._now())
        if isinstance(observed, Missing):
            return self._explain(observed)
        if self._scene is not None and self._scene.newest() is None:
            return (
                f'No ground truth on {SceneSource.TOPIC}: the scripted expert needs the simulator.'
            )
        return None

    def activate(self) -> None:
        """Start the two timers, one `inference_lead` before the other."""
        self._window.clear()
        self._scheduler.clear()
        period, lead = self._period_ns * 1e-9, self._parameters.inference_lead
        self._grid = TickGrid(self._now() + round(lead * 1e9), self._period_ns)
        self._observe_timer = self.create_timer(period, self._observe)
        self._publish_timer = None
        self._start_timer = self.create_timer(lead, self._start_publishing)

    def deactivate(self) -> None:
        """Stop both timers; the safety filter's time-out stops the arm."""
        for timer in (self._observe_timer, self._publish_timer, self._start_timer):
            if timer is not None:
                self.destroy_timer(timer)
        self._api.clear()
        self.reports.idle(self.board)

    def cleanup(self) -> None:
        """End the worker and the action server."""
        self._worker.stop()
        self._api.close()

    def newest_observation(self) -> Observation | None:
        """What the cameras see now, or None when something is missing."""
        observed = self._builder.observe(self._now())
        return None if isinstance(observed, Missing) else observed

    def _start_publishing(self) -> None:
        self.destroy_timer(self._start_timer)
        self._start_timer = None
        self._publish_timer = self.create_timer(self._period_ns * 1e-9, self._publish)

    def _now(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _subscribe(self, key: str, camera: Camera) -> None:
        def receive(message: Image | CompressedImage) -> None:
            self._frames[key] += 1
            now_ns = self._now()
            self._builder.add_image(
                key, Sample(message_stamp_ns(message, now_ns), now_ns, message)
            )

        kind = Image if camera.transport == 'raw' else CompressedImage
        self.create_subscription(kind, camera.topic, receive, qos.image(reliable=camera.reliable))

    def _explain(self, missing: Missing) -> str:
        """Name a camera that has a publisher but delivers nothing: its QoS does not fit."""
        camera = self._embodiment.cameras.get(missing.source)
        if camera is None or self._frames[missing.source]:
            return missing.reason
        count = self.count_publishers(camera.topic)
        if count == 0:
            return (
                f'{missing.reason} {camera.topic} has no publisher: is the camera driver running?'
            )
        return (
            f'{missing.reason} {camera.topic} has {count} publisher(s) but nothing arrives: '
            'the publisher is best effort while reliable is asked for, or images above 0.5 MB '
            'are lost by the default shared-memory transport (see docs/cameras.md).'
        )

    def _on_joints(self, message: JointStateMsg) -> None:
        try:
            now_ns = self._now()
            state = joint_state_from_message(message, self._embodiment, now_ns)
        except ObservationError as error:
            self.get_logger().error(str(error), throttle_duration_sec=1.0)
            return
        self._builder.add_joints(Sample(state.stamp_ns, now_ns, state))

    def _observe(self) -> None:
        """First timer: build the window and hand it to the worker."""
        task = self._present_task()
        now_ns = self._now()
        observed = self._builder.observe(now_ns)
        self._blocked = isinstance(observed, Missing)
        if isinstance(observed, Missing):
            self.reports.waiting(self._explain(observed) if task else '')
            return
        self._window.add(observed)
        if task is not None and not self.board.finished:
            self._fill_window(now_ns)
            self._worker.submit(
                Request(
                    self._window.window(),
                    task,
                    self._grid.after(now_ns),
                    self._window.next_history(self._period_ns),
                )
            )

    def _fill_window(self, now_ns: int) -> None:
        """Look up what no tick observed; what the cameras did not deliver is told, not hidden."""

        def recall(time_ns: int, within_ns: int) -> Observation | Missing:
            return self._builder.recall(time_ns, within_ns, now_ns)

        for slot in self._window.fill(recall):
            self.reports.late_slots += 1
            self.get_logger().warning(slot.reason, throttle_duration_sec=1.0)

    def _publish(self) -> None:
        """Second timer: publish what is to be moved in this tick."""
        self._take_error()
        task = self._present_task()
        self._take_chunks()
        if self._blocked:
            self._scheduler.clear()  # what was planned from older frames is not moved blindly
        if task is None or self.board.finished:
            self._scheduler.clear()
            self.reports.idle(self.board)
            return
        tick_ns = self._grid.take(self._now())
        if tick_ns is None:
            return
        wanted = self._scheduler.displacement(tick_ns, self._period_ns)
        if wanted is None:
            # Until its first chunk, a task has no deadline to miss.
            if task.task_id == self._started_task_id:
                self.reports.missed(self.board)
            return
        self._seq += 1
        command = Command(
            stamp_ns=tick_ns,
            seq=self._seq,
            frame_id=self._embodiment.base_frame,
            translation=wanted.translation,
            rotation=wanted.rotation,
            gripper=float(np.clip(wanted.gripper, 0.0, 1.0)),
            duration=self._period_ns * 1e-9,
            observation_stamp_ns=wanted.chunk.observation_stamp_ns,
            chunk_id=wanted.chunk.chunk_id,
            chunk_index=wanted.chunk_index,
        )
        self._actions.publish(command_message(command))
        age_ns = self._now() - command.observation_stamp_ns
        self.reports.acted(self.board, age_ns, self._worker.infer_ms())
        if wanted.covered_ns < self._period_ns:
            self.reports.deadline_misses += 1  # the chunk ended within this tick

    def _present_task(self) -> Task | None:
        """The task; a new one begins with neither the chunk nor the frames of the one before."""
        task = self.board.task
        if task is not self._last_task:
            self._last_task = task
            self._scheduler.clear()
            self._window.clear()
        return task

    def _take_chunks(self) -> None:
        while self._ready_chunks:
            request, chunk = self._ready_chunks.pop(0)
            if self.board.task is not request.task:
                continue
            self._started_task_id = request.task.task_id
            self._scheduler.add(chunk)
            self._chunks.publish(chunk_message(chunk))
            self.reports.chunks += 1
            if chunk.finished:
                self.board.finish()

    def _take_error(self) -> None:
        error, self._error = self._error, None
        if isinstance(error, OctoRosError):
            self.reports.waiting(str(error))
            self.get_logger().error(str(error), throttle_duration_sec=1.0)
        elif error is not None:
            raise error

    def _on_chunk(self, request: Request, chunk: ActionChunk) -> None:
        self._ready_chunks.append((request, chunk))

    def _on_inference_error(self, request: Request, error: Exception) -> None:
        del request
        self._error = error


def main() -> None:
    """Run the node."""
    sys.exit(run(PolicyNode))


if __name__ == '__main__':
    main()
