# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Samples of several sources → one observation at one time; live node and converter share it.

Among what had arrived by `now` the newest primary frame gives the observation's time t. The other
cameras, depth too, add their frames nearest to t; joints, poses and further numbers are
interpolated to t. Every source has a maximum age, and a camera that repeats itself is as useless
as one that is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.geometry import matrix_from_rpy, rpy_from_matrix
from octo_ros.observation.camera_frames import CameraFrames
from octo_ros.observation.decoded_frames import DecodedFrames
from octo_ros.observation.depth import decode_depth, resize_depth
from octo_ros.observation.durations import to_ns
from octo_ros.observation.images import decode, resize
from octo_ros.observation.interpolate import (
    interpolate_joints,
    interpolate_pose,
    interpolate_vector,
)
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.state_track import StateTrack
from octo_ros.types import JointState, Observation, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Camera, Embodiment
    from octo_ros.geometry import Array, Pose
    from octo_ros.observation.messages import CompressedImage, Image
    from octo_ros.observation.repeats import PictureCounts
    from octo_ros.sources import DepthCamera

PRIMARY = 'image_primary'
JOINTS = 'joint_states'
POSE = 'tcp_pose'
STATE_SLACK_NS = 1_000_000_000
# Messages of several sources may be swapped; more than this means that the clock was set back.
SET_BACK_NS = 1_000_000_000


@dataclass(frozen=True)
class Selection:
    """What an observation will be made of: the result of the time rules, nothing decoded yet.

    Attributes:
        stamp_ns: The observation's time t [ns].
        frames: Camera key to the chosen message.
        joints: Interpolated to t.
        pose: TCP pose interpolated to t, where it comes from a topic; else None.
        skew_ns: Source to its distance from t [ns]; 0 where interpolated.
        depths: Depth key to the chosen message.
        low_dim: Key to the numbers interpolated to t.
    """

    stamp_ns: int
    frames: Mapping[str, Sample[Any]]
    joints: JointState
    pose: Pose | None
    skew_ns: Mapping[str, int]
    depths: Mapping[str, Sample[Any]] = field(default_factory=dict)
    low_dim: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ('frames', 'skew_ns', 'depths', 'low_dim'):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


class ObservationBuilder:
    """Collects messages and builds the observation for a given time.

    Args:
        embodiment: Cameras, joint order, ages, latencies, further sources.
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
        self._tcp_pose = tcp_pose
        self._proprio_rotation = matrix_from_rpy(embodiment.proprio_rotation)
        primary, joints = embodiment.cameras[PRIMARY], embodiment.joint_states
        # A state from just before the oldest usable primary frame must still be at hand.
        keep_ns = to_ns(primary.max_age + primary.latency) + STATE_SLACK_NS + history_ns
        self._depth_keys = tuple(embodiment.depth_cameras)
        cameras: dict[str, Camera | DepthCamera] = dict(embodiment.cameras)
        cameras.update(embodiment.depth_cameras)
        self._cameras = {
            key: CameraFrames(key, camera, history_ns) for key, camera in cameras.items()
        }
        self._images = {
            key: DecodedFrames(partial(_image, camera))
            for key, camera in embodiment.cameras.items()
        }
        self._depths = {
            key: DecodedFrames(partial(_depth, camera))
            for key, camera in embodiment.depth_cameras.items()
        }
        age_ns = to_ns(joints.max_age)
        self._joints: StateTrack[JointState] = StateTrack(
            JOINTS, age_ns, keep_ns + age_ns, to_ns(joints.latency)
        )
        self._poses: StateTrack[Pose] = StateTrack(POSE, age_ns, keep_ns + age_ns)
        self._low_dim: dict[str, StateTrack[Array]] = {}
        for key, source in embodiment.low_dim.items():
            age_ns, latency_ns = to_ns(source.max_age), to_ns(source.latency)
            self._low_dim[key] = StateTrack(key, age_ns, keep_ns + age_ns, latency_ns)
        ages = [joints.max_age, *(source.max_age for source in embodiment.low_dim.values())]
        self._keep_ns = keep_ns + to_ns(max(ages))
        self._received_ns = self._now_ns = 0

    @property
    def lead_ns(self) -> int:
        """How long before an observation messages can matter for it [ns]."""
        return max(self._keep_ns, *(camera.lead_ns for camera in self._cameras.values()))

    def pictures(self) -> Mapping[str, PictureCounts]:
        """Camera or depth key to how many frames came and how many repeated a picture."""
        return {key: camera.pictures for key, camera in self._cameras.items()}

    def add_image(self, key: str, sample: Sample[Any]) -> None:
        """Take a message of a camera or depth camera, undecoded.

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

    def add_low_dim(self, key: str, sample: Sample[Array]) -> None:
        """Take the numbers of another source, as `decode_low_dim` gives them.

        Raises:
            KeyError: The embodiment has no such source.
        """
        self._note_arrival(sample.received_ns)
        self._low_dim[key].add(sample)

    def clear(self) -> None:
        """Forget all messages, as is done when the clock was set back.

        How old a message is cannot be told across that, and one that the clock calls the future
        would later come to life again as if it were new.
        """
        for source in (self._cameras, self._images, self._depths, self._low_dim):
            for part in source.values():
                part.clear()
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
        return self._around(primary, CameraFrames.beside, now_ns)

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
        selection = self._around(primary, CameraFrames.recall, now_ns)
        return selection if isinstance(selection, Missing) else self.build(selection)

    def build(self, selection: Selection) -> Observation | Missing:
        """Decode and resize the chosen frames and compute the TCP pose."""
        images: dict[str, NDArray[np.uint8]] = {}
        depths: dict[str, NDArray[np.float32]] = {}
        key = PRIMARY
        try:
            for key, sample in selection.frames.items():
                images[key] = self._images[key].get(sample)
            for key, sample in selection.depths.items():
                depths[key] = self._depths[key].get(sample)
        except ObservationError as error:
            return Missing(key, MissingCause.UNREADABLE, str(error))
        pose = selection.pose
        if self._tcp_pose is not None:
            pose = self._tcp_pose(selection.joints.positions)
        assert pose is not None  # select() returns Missing without one
        rpy = rpy_from_matrix(pose.rotation @ self._proprio_rotation.T)
        proprio = np.concatenate([pose.position, rpy, [selection.joints.gripper]])
        return Observation(
            selection.stamp_ns,
            images,
            proprio.astype(np.float32),
            selection.skew_ns,
            depths,
            {key: values.astype(np.float32) for key, values in selection.low_dim.items()},
        )

    def _note_arrival(self, received_ns: int) -> None:
        if received_ns < self._received_ns - SET_BACK_NS:
            self.clear()
        self._received_ns = received_ns

    def _around(
        self,
        primary: Sample[Any],
        find: Callable[[CameraFrames, int, int], Sample[Any] | Missing],
        now_ns: int,
    ) -> Selection | Missing:
        """Everything else at the primary frame's time: frames, joints, pose, numbers."""
        t = self._cameras[PRIMARY].taken_ns(primary)
        frames, skew_ns = {PRIMARY: primary}, {PRIMARY: 0}
        for key, camera in self._cameras.items():
            if key != PRIMARY:
                frame = find(camera, t, now_ns)
                if isinstance(frame, Missing):
                    return frame
                frames[key], skew_ns[key] = frame, camera.taken_ns(frame) - t
        joints = self._joints.near(t, now_ns)
        if isinstance(joints, Missing):
            return joints
        skew_ns[JOINTS] = self._joints.skew_ns(joints, t)
        pose = None
        if self._tcp_pose is None:
            poses = self._poses.near(t, now_ns)
            if isinstance(poses, Missing):
                return poses
            skew_ns[POSE], pose = self._poses.skew_ns(poses, t), interpolate_pose(poses)
        low_dim = {}
        for key, track in self._low_dim.items():
            numbers = track.near(t, now_ns)
            if isinstance(numbers, Missing):
                return numbers
            skew_ns[key], low_dim[key] = track.skew_ns(numbers, t), interpolate_vector(numbers)
        depths = {key: frames.pop(key) for key in self._depth_keys}
        return Selection(t, frames, interpolate_joints(joints, t), pose, skew_ns, depths, low_dim)


def _image(camera: Camera, message: Image | CompressedImage) -> NDArray[np.uint8]:
    return resize(decode(message, camera.topic), camera.height, camera.width)


def _depth(camera: DepthCamera, message: Image | CompressedImage) -> NDArray[np.float32]:
    depth = decode_depth(message, camera.topic)
    return resize_depth(depth, camera.height, camera.width)[..., None]
