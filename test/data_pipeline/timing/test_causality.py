# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever clocks, jumps, duplicates and orders: nothing from after its tick, and live = bag."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.data.bags.bag import BagMessage
from octo_ros.data.timing.align import align
from octo_ros.data.timing.clock import Clock
from octo_ros.data.timing.feed import Feed
from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import Pose
from octo_ros.observation.joints import decode_joints
from octo_ros.observation.missing import Missing
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.types import Sample

MS = 1_000_000
START = 1_700_000_000_000 * MS
WIDOWX = load_embodiment('widowx')
SMALL = {key: replace(c, height=16, width=16) for key, c in WIDOWX.cameras.items()}
ROBOT = replace(WIDOWX, cameras=SMALL)
PRIMARY, WRIST = (SMALL[key].topic for key in ('image_primary', 'image_wrist'))
JOINTS = ROBOT.joint_states.topic
TICKS = range(START + 13 * MS, START + 800 * MS, 70 * MS)


def tcp_pose(positions):
    return Pose.from_xyz_rpy(positions[:3], positions[3:])


def picture(number):
    data = np.full(16 * 16 * 3, number % 251, np.uint8)
    fields = {'encoding': 'rgb8', 'height': 16, 'width': 16, 'step': 48, 'is_bigendian': 0}
    return SimpleNamespace(**fields, data=data)


def joints(number):
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
        messages.append(BagMessage(topic, received_ns, stamp_ns, make(number)))
        if fault == 'twice':
            messages.append(BagMessage(topic, received_ns + 5 * MS, stamp_ns, make(number)))
    return messages


@st.composite
def recording(draw):
    """All messages in the order of arrival, and the clock of each topic."""
    messages = [
        *draw(source(PRIMARY, picture, 50)),
        *draw(source(WRIST, picture, 33)),
        *draw(source(JOINTS, joints, 20)),
    ]
    kinds = st.sampled_from(['header', 'header', 'receive'])
    clocks = {topic: Clock(draw(kinds), '') for topic in (PRIMARY, WRIST, JOINTS)}
    return sorted(messages, key=lambda message: message.received_ns), clocks


def seen(observation):
    """What two observations must have in common to be equal."""
    if isinstance(observation, Missing):
        return observation
    images = {key: image.tobytes() for key, image in observation.images.items()}
    skew_ns = dict(observation.skew_ns)
    return observation.stamp_ns, images, observation.proprio.tobytes(), skew_ns


def observe(messages, clocks, ticks=TICKS):
    feed = Feed(ROBOT, tcp_pose, None, clocks)
    return [seen(tick.observation) for tick in align(messages, feed, ticks)]


@settings(max_examples=25)
@given(recording())
def test_no_observation_uses_a_message_from_after_its_tick(recorded):
    """Neither one that arrived later nor one that says it was measured later."""
    messages, clocks = recorded
    for tick, expected in zip(TICKS, observe(messages, clocks), strict=True):
        past = [
            m for m in messages if m.received_ns <= tick and clocks[m.topic].stamp_ns(m) <= tick
        ]
        (alone,) = observe(past, clocks, [tick])
        if isinstance(expected, Missing):
            # Messages that claim the future tell why a source is missing, and nothing else.
            assert alone.source == expected.source
        else:
            assert alone == expected


@settings(max_examples=25)
@given(recording())
def test_the_live_builder_sees_the_same_at_the_same_ticks(recorded):
    """Fed by callbacks in the order of arrival, observed by a timer, equal array by array."""
    messages, clocks = recorded
    live = ObservationBuilder(ROBOT, tcp_pose, history_ns=500 * MS)

    def callback(message):
        stamp_ns, received_ns = clocks[message.topic].stamp_ns(message), message.received_ns
        if message.topic == JOINTS:
            state = decode_joints(message.value, ROBOT.joints, ROBOT.gripper, stamp_ns)
            live.add_joints(Sample(stamp_ns, received_ns, state))
        else:
            key = 'image_primary' if message.topic == PRIMARY else 'image_wrist'
            live.add_image(key, Sample(stamp_ns, received_ns, message.value))

    arriving = list(messages)
    for tick, expected in zip(TICKS, observe(messages, clocks), strict=True):
        while arriving and arriving[0].received_ns <= tick:
            callback(arriving.pop(0))
        found = seen(live.observe(tick))
        if isinstance(expected, Missing):
            # With its longer memory it may know a better reason.
            assert found.source == expected.source
        else:
            assert found == expected


@settings(max_examples=25)
@given(recording(), st.randoms(use_true_random=False))
def test_the_order_among_messages_that_arrive_together_is_nothing(recorded, random):
    messages, clocks = recorded
    together = defaultdict(dict)
    for message in messages:
        # Two messages of one topic, arrival and stamp are one: nothing could tell them apart.
        key = (message.topic, clocks[message.topic].stamp_ns(message))
        together[message.received_ns].setdefault(key, message)
    ordered = [m for group in together.values() for m in group.values()]
    shuffled = []
    for group in together.values():
        some = list(group.values())
        random.shuffle(some)
        shuffled += some
    assert observe(shuffled, clocks) == observe(ordered, clocks)
