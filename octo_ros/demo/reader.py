# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The bag of a demo → its story and its pictures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.request import Topics
from octo_ros.data.episodes.plan import plan_episodes
from octo_ros.data.fields import nanoseconds, vector
from octo_ros.data.timing.feed import JOINT_TYPES
from octo_ros.demo.story import (
    BinPlace,
    BlockMove,
    Commands,
    Counters,
    EpisodeStory,
    Motion,
    SafetyTrace,
    Story,
)
from octo_ros.errors import BagError
from octo_ros.observation.images import decode
from octo_ros.observation.joints import decode_joints
from octo_ros.observation.sync import PRIMARY
from octo_ros.robots.kinematics import Kinematics
from octo_ros.safety_codes import SafetyState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.episodes.episode import Episode
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

EVENTS = '/octo/episode'
EXECUTED = '/octo_safety/executed_action'
SAFETY = '/octo_safety/status'
POLICY = '/octo_policy/status'
SCENE = '/octo_sim/scene'
TYPES = {
    EVENTS: 'octo_ros_msgs/msg/EpisodeEvent',
    EXECUTED: 'octo_ros_msgs/msg/ExecutedAction',
    SAFETY: 'octo_ros_msgs/msg/SafetyStatus',
    POLICY: 'octo_ros_msgs/msg/PolicyStatus',
}
# Images wait for their turn in queues; later than this they are not looked for.
LATEST_ARRIVAL_NS = 500_000_000
# So that the other cameras have a picture when the first primary one comes.
LEAD_NS = 150_000_000


@dataclass(frozen=True)
class View:
    """What the cameras showed at one time.

    Attributes:
        time: Seconds since the episode's start.
        images: Camera key to RGB uint8, shape (H, W, 3); the newest frame of each camera, those
            that have sent nothing yet left out.
    """

    time: float
    images: dict[str, NDArray[np.uint8]]


def read_story(path: Path, embodiment: Embodiment) -> Story:
    """Read all figures of a demo; images are only counted.

    Args:
        path: The bag.
        embodiment: The robot that was recorded.

    Raises:
        BagError: The bag is damaged, or lacks what every demo records.
    """
    joints = embodiment.joint_states.topic
    with Bag(path) as bag:
        bag.require(joints, JOINT_TYPES, 'joint states')
        for topic, kind in TYPES.items():
            bag.require(topic, (kind,), 'part of a demo')
        found: dict[str, list[BagMessage]] = defaultdict(list)
        for message in bag.messages((joints, EXECUTED, SAFETY, POLICY, SCENE)):
            found[message.topic].append(message)
        episodes = plan_episodes(bag, Topics(), '').episodes
        cameras = {c.topic: len(bag.arrivals(c.topic)) for c in embodiment.cameras.values()}
        start_ns, duration = bag.start_ns, (bag.end_ns - bag.start_ns) * 1e-9
    kinematics = Kinematics.for_embodiment(embodiment)
    return Story(
        embodiment=embodiment,
        policy=found[POLICY][-1].value.policy,
        bag=path,
        start_ns=start_ns,
        duration=duration,
        messages=cameras | {topic: len(messages) for topic, messages in sorted(found.items())},
        episodes=tuple(_episode(episode, found, embodiment, kinematics) for episode in episodes),
        counters=_counters(found[SAFETY][-1].value, found[POLICY][-1].value),
    )


def views(bag: Bag, embodiment: Embodiment, episode: Episode) -> Iterator[View]:
    """The pictures of an episode: one per frame of the primary camera.

    Raises:
        ObservationError: An image cannot be decoded.
        BagError: The bag is damaged.
    """
    keys = {camera.topic: key for key, camera in embodiment.cameras.items()}
    newest: dict[str, NDArray[np.uint8]] = {}
    latest_ns = episode.end_ns + LATEST_ARRIVAL_NS
    for message in bag.messages(keys, episode.start_ns - LEAD_NS, latest_ns):
        if not episode.start_ns - LEAD_NS <= message.stamp_ns <= episode.end_ns:
            continue
        key = keys[message.topic]
        newest[key] = decode(message.value, message.topic)
        if key == PRIMARY and message.stamp_ns >= episode.start_ns:
            yield View((message.stamp_ns - episode.start_ns) * 1e-9, dict(newest))


def _episode(
    episode: Episode,
    found: dict[str, list[BagMessage]],
    embodiment: Embodiment,
    kinematics: Kinematics,
) -> EpisodeStory:
    def during(topic: str) -> list[BagMessage]:
        return [m for m in found[topic] if episode.start_ns <= m.stamp_ns <= episode.end_ns]

    joints = during(embodiment.joint_states.topic)
    before = [m for m in found[SAFETY] if m.stamp_ns < episode.start_ns][-1:]
    safety = [*before, *during(SAFETY)]
    for name, messages in (('joint states', joints), ('safety status', safety)):
        if not messages:
            msg = f'The recording holds no {name} during {episode.instruction!r}.'
            raise BagError(msg)
    scenes = [message.value for message in during(SCENE)]
    start_ns = episode.start_ns
    return EpisodeStory(
        episode=episode,
        commands=_commands(during(EXECUTED), start_ns),
        motion=_motion(joints, start_ns, embodiment, kinematics),
        safety=SafetyTrace(
            times=_seconds(safety, start_ns),
            states=tuple(SafetyState(message.value.state) for message in safety),
            codes=tuple(message.value.code for message in safety),
        ),
        blocks=_block_moves(scenes[0], scenes[-1]) if scenes else (),
        bin=_bin_place(scenes[0]) if scenes else None,
    )


def _commands(messages: Sequence[BagMessage], start_ns: int) -> Commands:
    values = [message.value for message in messages]
    stamps = [nanoseconds(value.requested.observation_stamp) for value in values]
    return Commands(
        times=_seconds(messages, start_ns),
        requested=_vectors(value.requested.translation for value in values),
        executed=_vectors(value.translation for value in values),
        durations=_column(value.requested.duration for value in values),
        gripper=_column(value.requested.gripper for value in values),
        latencies=_column(
            (message.stamp_ns - stamp) * 1e-9
            for message, stamp in zip(messages, stamps, strict=True)
        ),
        codes=tuple(value.code for value in values),
    )


def _motion(
    messages: Sequence[BagMessage], start_ns: int, embodiment: Embodiment, kinematics: Kinematics
) -> Motion:
    states = [
        decode_joints(message.value, embodiment.joints, embodiment.gripper, message.stamp_ns)
        for message in messages
    ]
    return Motion(
        times=_seconds(messages, start_ns),
        positions=np.array([state.positions for state in states]),
        tcp=np.array([kinematics.tcp_pose(state.positions).position for state in states]),
        gripper=_column(state.gripper for state in states),
    )


def _block_moves(start: Any, end: Any) -> tuple[BlockMove, ...]:  # noqa: ANN401 - SceneStates
    ends = {block.name: vector(block.pose.position) for block in end.blocks}
    return tuple(
        BlockMove(b.color, float(b.size.x), vector(b.pose.position), ends[b.name])
        for b in start.blocks
    )


def _bin_place(scene: Any) -> BinPlace:  # noqa: ANN401 - a SceneState of rosbags
    return BinPlace(vector(scene.bin.pose.position), vector(scene.bin.size))


def _counters(safety: Any, policy: Any) -> Counters:  # noqa: ANN401 - messages of rosbags
    return Counters(
        actions=int(policy.actions_published),
        accepted=int(safety.accepted),
        limited=int(safety.limited),
        refused=int(safety.refused),
        stops=int(safety.stops),
        late_ticks=int(safety.late_ticks),
        deadline_misses=int(policy.deadline_misses),
    )


def _seconds(messages: Sequence[BagMessage], start_ns: int) -> Array:
    return _column((message.stamp_ns - start_ns) * 1e-9 for message in messages)


def _column(values: Iterable[float]) -> Array:
    return np.fromiter(values, dtype=np.float64)


def _vectors(values: Iterable[Any]) -> Array:
    return np.array([vector(value) for value in values]).reshape(-1, 3)
