# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Samples of several sources → one observation at one time; live node and converter share it.

Among what had arrived by `now` the newest primary frame gives the observation's time t. The other
cameras add their frames nearest to t; joints and poses are interpolated to t. Every source has a
maximum age.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.geometry import matrix_from_rpy, rpy_from_matrix
from octo_ros.observation.images import decode, resize
from octo_ros.observation.interpolate import interpolate_joints, interpolate_pose
from octo_ros.observation.track import Bracket, Track, bracket, nearest
from octo_ros.types import JointState, Observation, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Camera, Embodiment
    from octo_ros.geometry import Array, Pose

T = TypeVar('T')

PRIMARY = 'image_primary'
JOINTS = 'joint_states'
POSE = 'tcp_pose'
FRAME_CAPACITY = 64  # frames per camera: one second at 60 Hz
STATE_CAPACITY = 4096  # joint states or poses: four seconds at 1 kHz
STATE_SLACK_NS = 1_000_000_000


class MissingCause(Enum):
    """Why there is no observation; the value is the middle of the sentence."""

    NOTHING_ARRIVED = 'nothing usable has arrived'
    TOO_OLD = 'the newest message is too old'
    TOO_FAR = 'no frame lies close enough to the primary frame'
    STARTS_LATE = 'the primary frame is older than everything known'
    GAP = 'there is a gap around the primary frame'
    UNREADABLE = 'the frame cannot be decoded'


@dataclass(frozen=True)
class Missing:
    """There is no observation now, and why.

    Attributes:
        source: `image_primary`, another camera key, `joint_states` or `tcp_pose`.
        cause: What is wrong with it.
        detail: Topic and figures, for people.
    """

    source: str
    cause: MissingCause
    detail: str

    @property
    def reason(self) -> str:
        """The whole story in one sentence."""
        return f'{self.source}: {self.cause.value} ({self.detail}).'


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
    """

    def __init__(self, embodiment: Embodiment, tcp_pose: Callable[[Array], Pose] | None) -> None:
        self._embodiment = embodiment
        self._tcp_pose = tcp_pose
        self._proprio_rotation = matrix_from_rpy(embodiment.proprio_rotation)
        primary = embodiment.cameras[PRIMARY]
        self._state_age_ns = _ns(embodiment.joint_states.max_age)
        # A state from just before the oldest usable primary frame must still be at hand.
        keep_ns = _ns(primary.max_age + primary.latency) + self._state_age_ns + STATE_SLACK_NS
        self._frames: dict[str, Track[Any]] = {
            key: Track(_ns(camera.max_age), FRAME_CAPACITY)
            for key, camera in embodiment.cameras.items()
        }
        self._joints: Track[JointState] = Track(keep_ns, STATE_CAPACITY)
        self._poses: Track[Pose] = Track(keep_ns, STATE_CAPACITY)
        self._decoded: dict[str, tuple[Sample[Any], NDArray[np.uint8]]] = {}

    def add_image(self, key: str, sample: Sample[Any]) -> None:
        """Take a camera message, undecoded.

        Raises:
            KeyError: The embodiment has no such camera.
        """
        self._frames[key].add(sample)

    def add_joints(self, sample: Sample[JointState]) -> None:
        """Take a joint state."""
        self._joints.add(sample)

    def add_pose(self, sample: Sample[Pose]) -> None:
        """Take a measured TCP pose in the base frame; used if there is no forward kinematics."""
        self._poses.add(sample)

    def clear(self) -> None:
        """Forget all messages, as after a jump of the clock."""
        for track in (*self._frames.values(), self._joints, self._poses):
            track.clear()
        self._decoded.clear()

    def observe(self, now_ns: int) -> Observation | Missing:
        """The observation for the tick at `now_ns` [ns], or what is missing for it."""
        selection = self.select(now_ns)
        return selection if isinstance(selection, Missing) else self.build(selection)

    def select(self, now_ns: int) -> Selection | Missing:
        """Apply the time rules only: what the observation at `now_ns` [ns] would be made of."""
        primary = self._newest_primary(now_ns)
        if isinstance(primary, Missing):
            return primary
        t = primary.stamp_ns - _ns(self._embodiment.cameras[PRIMARY].latency)
        frames, skew_ns = {PRIMARY: primary}, {PRIMARY: 0}
        for key, camera in self._embodiment.cameras.items():
            if key != PRIMARY:
                frame = self._frame_near(key, t, now_ns)
                if isinstance(frame, Missing):
                    return frame
                frames[key], skew_ns[key] = frame, frame.stamp_ns - _ns(camera.latency) - t
        joints = self._state_near(JOINTS, self._joints, t, now_ns)
        if isinstance(joints, Missing):
            return joints
        skew_ns[JOINTS] = _skew(joints, t)
        pose = None
        if self._tcp_pose is None:
            poses = self._state_near(POSE, self._poses, t, now_ns)
            if isinstance(poses, Missing):
                return poses
            skew_ns[POSE], pose = _skew(poses, t), interpolate_pose(poses)
        return Selection(t, frames, interpolate_joints(joints, t), pose, skew_ns)

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

    def _image(self, key: str, sample: Sample[Any]) -> NDArray[np.uint8]:
        cached = self._decoded.get(key)
        if cached is not None and cached[0] is sample:
            return cached[1]
        camera = self._embodiment.cameras[key]
        image = resize(decode(sample.value, camera.topic), camera.height, camera.width)
        self._decoded[key] = (sample, image)
        return image

    def _newest_primary(self, now_ns: int) -> Sample[Any] | Missing:
        arrived = self._frames[PRIMARY].arrived(now_ns)
        return self._fresh(PRIMARY, self._embodiment.cameras[PRIMARY], arrived, now_ns)

    def _frame_near(self, key: str, time_ns: int, now_ns: int) -> Sample[Any] | Missing:
        camera = self._embodiment.cameras[key]
        arrived = self._frames[key].arrived(now_ns)
        newest = self._fresh(key, camera, arrived, now_ns)
        if isinstance(newest, Missing):
            return newest
        wanted_ns = time_ns + _ns(camera.latency)
        frame = nearest(arrived, wanted_ns)
        if abs(frame.stamp_ns - wanted_ns) > _ns(camera.max_skew):
            detail = (
                f'{camera.topic}: the nearest is {_ms(frame.stamp_ns - wanted_ns)} away, '
                f'at most {_ms(_ns(camera.max_skew))} is allowed'
            )
            return Missing(key, MissingCause.TOO_FAR, detail)
        return frame

    def _fresh(
        self, key: str, camera: Camera, arrived: list[Sample[Any]], now_ns: int
    ) -> Sample[Any] | Missing:
        """The newest frame, if neither its arrival nor its stamp is too long ago."""
        limit = _ns(camera.max_age)
        if not arrived:
            detail = f'{camera.topic}: no frame in the last {_ms(limit)}'
            return Missing(key, MissingCause.NOTHING_ARRIVED, detail)
        age = now_ns - min(arrived[-1].received_ns, arrived[-1].stamp_ns)
        if age > limit:
            detail = f'{camera.topic}: {_ms(age)} old, at most {_ms(limit)} is allowed'
            return Missing(key, MissingCause.TOO_OLD, detail)
        return arrived[-1]

    def _state_near(
        self, source: str, track: Track[T], time_ns: int, now_ns: int
    ) -> Bracket[T] | Missing:
        arrived = track.arrived(now_ns)
        limit = self._state_age_ns
        if not arrived:
            return Missing(source, MissingCause.NOTHING_ARRIVED, 'no message known')
        newest_ns = max(sample.received_ns for sample in arrived)
        age = max(now_ns - newest_ns, time_ns - arrived[-1].stamp_ns)
        if age > limit:
            detail = f'{_ms(age)} old, at most {_ms(limit)} is allowed'
            return Missing(source, MissingCause.TOO_OLD, detail)
        found = bracket(arrived, time_ns)
        if found is None:
            detail = f'the first comes {_ms(arrived[0].stamp_ns - time_ns)} after it'
            return Missing(source, MissingCause.STARTS_LATE, detail)
        gap = found.after.stamp_ns - found.before.stamp_ns
        if gap > limit:
            detail = f'{_ms(gap)} without a message, at most {_ms(limit)} is allowed'
            return Missing(source, MissingCause.GAP, detail)
        return found


def _skew(found: Bracket[T], time_ns: int) -> int:
    """Distance of the state from the wanted time [ns]; 0 unless nothing newer was known."""
    return found.before.stamp_ns - time_ns if found.before is found.after else 0


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)


def _ms(ns: int) -> str:
    return f'{ns / 1e6:.0f} ms'
