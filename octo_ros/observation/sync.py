# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Samples of several sources → one observation at one time; live node and converter share it.

Among what had arrived by `now` the newest primary frame gives the observation's time t. The other
cameras add their frames nearest to t; joints and poses are interpolated to t. Every source has a
maximum age, and a camera that repeats itself is as useless as one that is silent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.geometry import matrix_from_rpy, rpy_from_matrix
from octo_ros.observation.camera_frames import CameraFrames
from octo_ros.observation.durations import in_words, to_ns
from octo_ros.observation.images import decode, resize
from octo_ros.observation.interpolate import interpolate_joints, interpolate_pose
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.track import Bracket, Track, bracket
from octo_ros.types import JointState, Observation, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array, Pose

T = TypeVar('T')

PRIMARY = 'image_primary'
JOINTS = 'joint_states'
POSE = 'tcp_pose'
STATE_CAPACITY = 4096  # joint states or poses: four seconds at 1 kHz
STATE_SLACK_NS = 1_000_000_000
# Messages of several sources may be swapped; more than this means that the clock was set back.
SET_BACK_NS = 1_000_000_000
DECODED = 4  # images kept per camera: a tick may use the frame of the one before


@dataclass(frozen=True)
class Selection:
    """What an observation will be made of: the result of the time rules, nothing decoded yet.

    Attributes:
        stamp_ns: The observation's time t [ns].
        frames: Camera key to the chosen message.
        joints: Interpolated to t.
        pose: TCP pose interpolated to t, where it comes from a topic; else None.
        skew_ns: Source to its distance from t [ns]; 0 where interpolated.
    """

    stamp_ns: int
    frames: Mapping[str, Sample[Any]]
    joints: JointState
    pose: Pose | None
    skew_ns: Mapping[str, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, 'frames', MappingProxyType(dict(self.frames)))
        object.__setattr__(self, 'skew_ns', MappingProxyType(dict(self.skew_ns)))


class ObservationBuilder:
    """Collects messages and builds the observation for a given time.

    Args:
        embodiment: Cameras, joint order, ages, latencies.
        tcp_pose: Forward kinematics: joint positions [rad], shape (n,), to the TCP's pose in the
            base frame. None if the pose comes as messages; then `add_pose` feeds it and
            `joint_states.max_age` bounds its age.
        history_ns: How far before the newest observation `recall` will be asked for others [ns].
    """

    def __init__(
        self,
        embodiment: Embodiment,
        tcp_pose: Callable[[Array], Pose] | None,
        history_ns: int = 0,
    ) -> None:
        self._embodiment = embodiment
        self._tcp_pose = tcp_pose
        self._proprio_rotation = matrix_from_rpy(embodiment.proprio_rotation)
        primary = embodiment.cameras[PRIMARY]
        self._state_age_ns = to_ns(embodiment.joint_states.max_age)
        self._joints_latency_ns = to_ns(embodiment.joint_states.latency)
        # A state from just before the oldest usable primary frame must still be at hand.
        keep_ns = to_ns(primary.max_age + primary.latency) + self._state_age_ns + STATE_SLACK_NS
        self._keep_ns = keep_ns = keep_ns + history_ns
        self._cameras = {
            key: CameraFrames(key, camera, history_ns)
            for key, camera in embodiment.cameras.items()
        }
        self._joints: Track[JointState] = Track(keep_ns, STATE_CAPACITY, self._state_age_ns)
        self._poses: Track[Pose] = Track(keep_ns, STATE_CAPACITY, self._state_age_ns)
        self._received_ns = self._now_ns = 0
        self._decoded: dict[str, deque[tuple[Sample[Any], NDArray[np.uint8]]]] = {
            key: deque(maxlen=DECODED) for key in embodiment.cameras
        }

    @property
    def lead_ns(self) -> int:
        """How long before an observation messages can matter for it [ns]."""
        return max(self._keep_ns, *(camera.lead_ns for camera in self._cameras.values()))

    def add_image(self, key: str, sample: Sample[Any]) -> None:
        """Take a camera message, undecoded.

        Raises:
            KeyError: The embodiment has no such camera.
        """
        self._note_arrival(sample.received_ns)
        self._cameras[key].add(sample)

    def add_joints(self, sample: Sample[JointState]) -> None:
        """Take a joint state."""
        self._note_arrival(sample.received_ns)
        self._joints.add(sample)

    def add_pose(self, sample: Sample[Pose]) -> None:
        """Take a measured TCP pose in the base frame; used if there is no forward kinematics."""
        self._note_arrival(sample.received_ns)
        self._poses.add(sample)

    def clear(self) -> None:
        """Forget all messages, as is done when the clock was set back.

        How old a message is cannot be told across that, and one that the clock calls the future
        would later come to life again as if it were new.
        """
        for key, camera in self._cameras.items():
            camera.clear()
            self._decoded[key].clear()
        self._joints.clear()
        self._poses.clear()

    def observe(self, now_ns: int) -> Observation | Missing:
        """The observation for the tick at `now_ns` [ns], or what is missing for it."""
        selection = self.select(now_ns)
        return selection if isinstance(selection, Missing) else self.build(selection)

    def select(self, now_ns: int) -> Selection | Missing:
        """Apply the time rules only: what the observation at `now_ns` [ns] would be made of."""
        if now_ns < self._now_ns:
            self.clear()
        self._now_ns = now_ns
        primary = self._cameras[PRIMARY].newest(now_ns)
        if isinstance(primary, Missing):
            return primary
        t = self._cameras[PRIMARY].taken_ns(primary)
        frames = {PRIMARY: primary}
        for key, camera in self._cameras.items():
            if key != PRIMARY:
                frame = camera.beside(t, now_ns)
                if isinstance(frame, Missing):
                    return frame
                frames[key] = frame
        return self._with_states(frames, now_ns)

    def recall(self, time_ns: int, within_ns: int, now_ns: int) -> Observation | Missing:
        """The observation of an earlier primary frame, which no tick may have looked at.

        Args:
            time_ns: When it should have been exposed [ns].
            within_ns: How far from that it may have been [ns].
            now_ns: As for `observe`; nothing that arrived later is used.
        """
        primary = self._cameras[PRIMARY].nearest(time_ns, within_ns, now_ns)
        if isinstance(primary, Missing):
            return primary
        t = self._cameras[PRIMARY].taken_ns(primary)
        frames = {PRIMARY: primary}
        for key, camera in self._embodiment.cameras.items():
            if key != PRIMARY:
                frame = self._cameras[key].nearest(t, to_ns(camera.max_skew), now_ns)
                if isinstance(frame, Missing):
                    return frame
                frames[key] = frame
        selection = self._with_states(frames, now_ns)
        return selection if isinstance(selection, Missing) else self.build(selection)

    def build(self, selection: Selection) -> Observation | Missing:
        """Decode and resize the chosen frames and compute the TCP pose."""
        images = {}
        for key, sample in selection.frames.items():
            try:
                images[key] = self._image(key, sample)
            except ObservationError as error:
                return Missing(key, MissingCause.UNREADABLE, str(error))
        pose = selection.pose
        if self._tcp_pose is not None:
            pose = self._tcp_pose(selection.joints.positions)
        assert pose is not None  # select() returns Missing without one
        rpy = rpy_from_matrix(pose.rotation @ self._proprio_rotation.T)
        proprio = np.concatenate([pose.position, rpy, [selection.joints.gripper]])
        return Observation(
            selection.stamp_ns, images, proprio.astype(np.float32), selection.skew_ns
        )

    def _note_arrival(self, received_ns: int) -> None:
        if received_ns < self._received_ns - SET_BACK_NS:
            self.clear()
        self._received_ns = received_ns

    def _with_states(self, frames: Mapping[str, Sample[Any]], now_ns: int) -> Selection | Missing:
        """Add the joints, and the pose where it comes as messages, at the primary frame's time."""
        taken_ns = {key: self._cameras[key].taken_ns(frame) for key, frame in frames.items()}
        t = taken_ns[PRIMARY]
        skew_ns = {key: taken - t for key, taken in taken_ns.items()}
        stamped_ns = t + self._joints_latency_ns  # what was measured at t
        joints = self._state_near(JOINTS, self._joints, stamped_ns, now_ns)
        if isinstance(joints, Missing):
            return joints
        skew_ns[JOINTS] = _skew(joints, stamped_ns)
        pose = None
        if self._tcp_pose is None:
            poses = self._state_near(POSE, self._poses, t, now_ns)
            if isinstance(poses, Missing):
                return poses
            skew_ns[POSE], pose = _skew(poses, t), interpolate_pose(poses)
        return Selection(t, frames, interpolate_joints(joints, t), pose, skew_ns)

    def _image(self, key: str, sample: Sample[Any]) -> NDArray[np.uint8]:
        for decoded, image in self._decoded[key]:
            if decoded is sample:
                return image
        camera = self._embodiment.cameras[key]
        image = resize(decode(sample.value, camera.topic), camera.height, camera.width)
        self._decoded[key].append((sample, image))
        return image

    def _state_near(
        self, source: str, track: Track[T], time_ns: int, now_ns: int
    ) -> Bracket[T] | Missing:
        arrived = track.arrived(now_ns)
        limit = self._state_age_ns
        if not arrived:
            ahead = track.ahead_ns(now_ns)
            if 2 * ahead > limit:
                detail = f'stamped {in_words(ahead)} after arrival'
                return Missing(source, MissingCause.AHEAD, detail)
            return Missing(source, MissingCause.NOTHING_ARRIVED, 'no message known')
        newest_ns = max(sample.received_ns for sample in arrived)
        age = max(now_ns - newest_ns, time_ns - arrived[-1].stamp_ns)
        if age > limit:
            detail = f'{in_words(age)} old, at most {in_words(limit)} is allowed'
            return Missing(source, MissingCause.TOO_OLD, detail)
        found = bracket(arrived, time_ns)
        if found is None:
            detail = f'the first comes {in_words(arrived[0].stamp_ns - time_ns)} after it'
            return Missing(source, MissingCause.STARTS_LATE, detail)
        gap = found.after.stamp_ns - found.before.stamp_ns
        if gap > limit:
            detail = f'{in_words(gap)} without a message, at most {in_words(limit)} is allowed'
            return Missing(source, MissingCause.GAP, detail)
        return found


def _skew(found: Bracket[T], time_ns: int) -> int:
    """Distance of the state from the wanted time [ns]; 0 unless nothing newer was known."""
    return found.before.stamp_ns - time_ns if found.before is found.after else 0
