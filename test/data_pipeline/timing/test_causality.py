# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever clocks, jumps, duplicates and orders: nothing from after its tick, and live = bag."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.data.bags.bag import BagMessage
from octo_ros.data.poses import pose_from_message
from octo_ros.data.timing.align import align
from octo_ros.data.timing.clock import FAR_NS, Clock
from octo_ros.data.timing.feed import Feed
from octo_ros.data.timing.tf_pose import TfPoseTrack
from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import Pose
from octo_ros.observation.joints import decode_joints
from octo_ros.observation.low_dim import decode_low_dim
from octo_ros.observation.missing import Missing
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.sources import DepthCamera, LowDimSource
from octo_ros.types import Sample

MS = 1_000_000
START = 1_700_000_000_000 * MS
WIDOWX = load_embodiment('widowx')
SMALL = {key: replace(c, height=16, width=16) for key, c in WIDOWX.cameras.items()}
DEPTH, WRENCH, POSE, TF = '/depth', '/wrench', '/pose', '/tf'
ROBOT = replace(
    WIDOWX,
    cameras=SMALL,
    depth_cameras={
        'depth_primary': DepthCamera(topic=DEPTH, height=16, width=16, max_age=0.3, max_skew=0.1)
    },
    low_dim={
        'force': LowDimSource(topic=WRENCH, kind='wrench', max_age=0.1),
        'arm': LowDimSource(
            topic=WIDOWX.joint_states.topic, kind='joint_position', names=('waist',), max_age=0.1
        ),
    },
)
PRIMARY, WRIST = (SMALL[key].topic for key in ('image_primary', 'image_wrist'))
JOINTS = ROBOT.joint_states.topic
CAMERAS = {PRIMARY: 'image_primary', WRIST: 'image_wrist', DEPTH: 'depth_primary'}
EXAMPLES = 10  # of all kinds of poses, clocks and faults
TICKS = range(START + 13 * MS, START + 800 * MS, 70 * MS)


def tcp_pose(positions):
    return Pose.from_xyz_rpy(positions[:3], positions[3:])


def point(*values):
    return SimpleNamespace(**dict(zip('xyzw', values, strict=False)))


def header(stamp_ns, frame):
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    return SimpleNamespace(stamp=SimpleNamespace(sec=sec, nanosec=nanosec), frame_id=frame)


def depth(number, stamp_ns):
    del stamp_ns
    data = np.full(16 * 16, number + 500, np.uint16).view(np.uint8)
    fields = {'encoding': '16UC1', 'height': 16, 'width': 16, 'step': 32, 'is_bigendian': 0}
    return SimpleNamespace(**fields, data=data)


def wrench(number, stamp_ns):
    del stamp_ns
    return SimpleNamespace(
        wrench=SimpleNamespace(force=point(number, 0, 1), torque=point(2, 3, 4))
    )


def pose(number, stamp_ns):
    turn = 0.02 * number
    whole = SimpleNamespace(
        position=point(0.01 * number, 0.0, 0.1),
        orientation=point(0.0, 0.0, np.sin(turn), np.cos(turn)),
    )
    return SimpleNamespace(header=header(stamp_ns, ROBOT.base_frame), pose=whole)


def transforms(number, stamp_ns):
    whole = pose(number, stamp_ns)
    transform = SimpleNamespace(translation=whole.pose.position, rotation=whole.pose.orientation)
    named = {'header': whole.header, 'child_frame_id': ROBOT.tcp_frame, 'transform': transform}
    return SimpleNamespace(transforms=[SimpleNamespace(**named)])


def picture(number, stamp_ns):
    del stamp_ns
    data = np.full(16 * 16 * 3, number % 251, np.uint8)
    fields = {'encoding': 'rgb8', 'height': 16, 'width': 16, 'step': 48, 'is_bigendian': 0}
    return SimpleNamespace(**fields, data=data)


def joints(number, stamp_ns):
    del stamp_ns
    position = np.array([*ROBOT.home, 0.026]) + 1e-3 * number
    names = [*ROBOT.joints, ROBOT.gripper.joint]
    return SimpleNamespace(name=names, position=position, velocity=[])


@st.composite
def source(draw, topic, make, period):
    """A topic's messages at about a period [ms], with every fault that stamps can have."""
    offset = draw(st.sampled_from([0] * 8 + [-40, 30, 5000, -7_200_000]))
    jump_at, jump = draw(st.sampled_from([(0, 0)] * 6 + [(350, -300), (350, 80), (350, 9000)]))
    most = 800 // period
    count = draw(st.sampled_from([most] * 4 + [most // 2, 1, 0]))
    first = draw(st.sampled_from([0, 0, 0, 300]))  # some start late
    messages = []
    for number in range(count):
        taken = first + number * period + draw(st.integers(-2, 2)) * 5
        received = max(0, taken + draw(st.sampled_from([0, 5, 20, 20, 20, 45, 200])))
        stamp = taken + offset + (jump if taken >= jump_at else 0)
        fault = draw(st.sampled_from(['', '', '', '', '', '', 'no stamp', 'twice', 'same stamp']))
        stamp_ns, received_ns = START + stamp * MS, START + received * MS
        if fault == 'no stamp':
            stamp_ns = received_ns
        elif fault == 'same stamp' and messages:
            stamp_ns = messages[-1].stamp_ns
        messages.append(BagMessage(topic, received_ns, stamp_ns, make(number, stamp_ns)))
        if fault == 'twice':
            messages.append(
                BagMessage(topic, received_ns + 5 * MS, stamp_ns, make(number, stamp_ns))
            )
    return messages


@st.composite
def recording(draw):
    """All messages in the order of arrival, the clock of each topic, and where poses are from."""
    pose_topic = draw(st.sampled_from([None, POSE, TF]))
    messages = [
        *draw(source(PRIMARY, picture, 50)),
        *draw(source(WRIST, picture, 33)),
        *draw(source(DEPTH, depth, 66)),
        *draw(source(JOINTS, joints, 20)),
        *draw(source(WRENCH, wrench, 40)),
    ]
    if pose_topic is not None:
        make = pose if pose_topic == POSE else transforms
        messages += draw(source(pose_topic, make, 25))
    kinds = st.sampled_from(['header', 'header', 'receive'])
    clocks = {topic: Clock(draw(kinds), '') for topic in (*CAMERAS, JOINTS, WRENCH, POSE)}
    return Recording(sorted(messages, key=lambda m: m.received_ns), clocks, pose_topic)


class Recording(NamedTuple):
    messages: list[BagMessage]
    clocks: dict[str, Clock]
    pose_topic: str | None

    def stamp_ns(self, message):
        """When the converter takes a message to be measured."""
        if message.topic != TF:
            return self.clocks[message.topic].stamp_ns(message)
        stamp = message.value.transforms[0].header.stamp
        stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        is_near = abs(message.received_ns - stamp_ns) < FAR_NS
        return stamp_ns if is_near else message.received_ns

    def observe(self, messages=None, ticks=TICKS):
        fk = None if self.pose_topic else tcp_pose
        feed = Feed(ROBOT, fk, self.pose_topic, self.clocks)
        chosen = self.messages if messages is None else messages
        return [seen(tick.observation) for tick in align(chosen, feed, ticks)]


def seen(observation):
    """What two observations must have in common to be equal."""
    if isinstance(observation, Missing):
        return observation
    images = {key: image.tobytes() for key, image in observation.images.items()}
    skew_ns = dict(observation.skew_ns)
    images |= {key: image.tobytes() for key, image in observation.depths.items()}
    numbers = {key: values.tobytes() for key, values in observation.low_dim.items()}
    return observation.stamp_ns, images, observation.proprio.tobytes(), numbers, skew_ns


@settings(max_examples=EXAMPLES)
@given(recording())
def test_no_observation_uses_a_message_from_after_its_tick(recorded):
    """Neither one that arrived later nor one that says it was measured later."""
    for tick, expected in zip(TICKS, recorded.observe(), strict=True):
        past = [
            m for m in recorded.messages if m.received_ns <= tick and recorded.stamp_ns(m) <= tick
        ]
        (alone,) = recorded.observe(past, [tick])
        if isinstance(expected, Missing):
            # Messages that claim the future tell why a source is missing, and nothing else.
            assert alone.source == expected.source
        else:
            assert alone == expected


@settings(max_examples=EXAMPLES)
@given(recording())
def test_the_live_builder_sees_the_same_at_the_same_ticks(recorded):
    """Fed by callbacks in the order of arrival, observed by a timer, equal array by array."""
    live = ObservationBuilder(
        ROBOT, None if recorded.pose_topic else tcp_pose, history_ns=500 * MS
    )
    track = TfPoseTrack(ROBOT.base_frame, ROBOT.tcp_frame)

    def callback(message):
        stamp_ns, received_ns = recorded.stamp_ns(message), message.received_ns
        if message.topic in CAMERAS:
            live.add_image(CAMERAS[message.topic], Sample(stamp_ns, received_ns, message.value))
        elif message.topic == JOINTS:
            names = () if recorded.pose_topic else ROBOT.joints
            state = decode_joints(message.value, names, ROBOT.gripper, stamp_ns)
            live.add_joints(Sample(stamp_ns, received_ns, state))
            numbers = decode_low_dim(message.value, ROBOT.low_dim['arm'])
            live.add_low_dim('arm', Sample(stamp_ns, received_ns, numbers))
        elif message.topic == WRENCH:
            numbers = decode_low_dim(message.value, ROBOT.low_dim['force'])
            live.add_low_dim('force', Sample(stamp_ns, received_ns, numbers))
        elif message.topic == POSE:
            found = pose_from_message(message.value.pose)
            live.add_pose(Sample(stamp_ns, received_ns, found))
        else:
            for sample in track.add(message):
                live.add_pose(sample)

    arriving = list(recorded.messages)
    for tick, expected in zip(TICKS, recorded.observe(), strict=True):
        while arriving and arriving[0].received_ns <= tick:
            callback(arriving.pop(0))
        found = seen(live.observe(tick))
        if isinstance(expected, Missing):
            # With its longer memory it may know a better reason.
            assert found.source == expected.source
        else:
            assert found == expected


@settings(max_examples=EXAMPLES)
@given(recording(), st.randoms(use_true_random=False))
def test_the_order_among_messages_that_arrive_together_is_nothing(recorded, random):
    together = defaultdict(dict)
    for message in recorded.messages:
        # Two messages of one topic, arrival and stamp are one: nothing could tell them apart.
        key = (message.topic, recorded.stamp_ns(message))
        together[message.received_ns].setdefault(key, message)
    ordered = [m for group in together.values() for m in group.values()]
    shuffled = []
    for group in together.values():
        some = list(group.values())
        random.shuffle(some)
        shuffled += some
    assert recorded.observe(shuffled) == recorded.observe(ordered)
