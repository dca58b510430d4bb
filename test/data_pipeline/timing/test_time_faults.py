# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A good bag spoilt in every way that clocks and cameras know: handled, and told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.timing.align import align
from octo_ros.data.timing.bag_timings import bag_timings, usable_spans
from octo_ros.data.timing.feed import Feed
from octo_ros.data.timing.grid import choose_grid
from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import Pose
from octo_ros.observation.missing import Missing, MissingCause

MS = 1_000_000
SECOND = 1000 * MS
START = 1_700_000_000 * SECOND
LENGTH = 2000  # ms of a good bag: cameras at 10 Hz with 20 ms latency, joints at 50 Hz with 1 ms
PERIOD = 100 * MS
ROBOT = load_embodiment('widowx')
PRIMARY, WRIST = (ROBOT.cameras[key].topic for key in ('image_primary', 'image_wrist'))
JOINTS = ROBOT.joint_states.topic


@dataclass
class Seen:
    """What the ticks of a bag gave."""

    timings: dict = field(default_factory=dict)
    spans: tuple = ()
    stamps: list = field(default_factory=list)  # ms after START
    skews: list = field(default_factory=list)  # ms, of the wrist camera
    lag: list = field(default_factory=list)  # ms by which the joints are of another time
    dropped: Counter = field(default_factory=Counter)


def joint_time(positions):
    """When the robot of BagMaker was there [ms]."""
    return Pose((positions - np.array(ROBOT.home))[:3] * 1e4, np.eye(3))


def look(path):
    """Observe a bag at 10 Hz as the converter does, the images left out."""
    seen = Seen()
    with Bag(path) as bag:
        topics = Feed(ROBOT, joint_time, None).topics
        seen.timings = bag_timings(bag, topics)
        clocks = {topic: timing.clock for topic, timing in seen.timings.items()}
        seen.spans = usable_spans(bag.start_ns, bag.end_ns, seen.timings)
        stamps = bag.stamps(PRIMARY)
        for start_ns, end_ns in seen.spans:
            known = clocks[PRIMARY].known_ns(stamps)
            known = np.sort(known[(known >= start_ns) & (known <= end_ns)])
            feed = Feed(ROBOT, joint_time, None, clocks)
            feed.builder.build = lambda selection: selection
            grid = choose_grid(known, start_ns, end_ns, PERIOD, 60 * MS)
            ticks = [tick for tick in grid.ticks if known[0] <= tick < known[-1] + PERIOD]
            for tick in align(bag.messages(feed.topics, start_ns, end_ns), feed, ticks):
                note(seen, tick.observation)
    return seen


def note(seen, found):
    if isinstance(found, Missing):
        seen.dropped[(found.source, found.cause)] += 1
        return
    stamp = (found.stamp_ns - START) / MS
    if seen.stamps and stamp <= seen.stamps[-1]:
        seen.dropped['repeated'] += 1
        return
    seen.stamps.append(stamp)
    seen.skews.append(found.skew_ns['image_wrist'] / MS)
    seen.lag.append(joint_time(found.joints.positions).position[0] - stamp)


def restamp(bag, topic, change):
    """Give the messages of a topic other header stamps: change(index, ns) → ns."""
    index = 0
    for _, name, message in bag.in_order():
        if name == topic:
            stamp = message.header.stamp
            old_ns = stamp.sec * SECOND + stamp.nanosec
            stamp.sec, stamp.nanosec = divmod(change(index, old_ns), SECOND)
            index += 1


@pytest.fixture
def spoilt(bag, tmp_path):
    """Spoil a good bag with a function that gets its maker, then look at it."""

    def run(spoil=lambda bag: None):
        bag.robot(0, LENGTH)
        return look(bag.write(tmp_path / 'bag', messages=spoil(bag)))

    return run


FRAMES = [100.0 * i for i in range(20)]


def test_the_good_bag_gives_every_frame_its_own_tick(spoilt):
    seen = spoilt()
    assert seen.stamps == FRAMES
    assert not seen.dropped
    assert {timing.clock.source for timing in seen.timings.values()} == {'header'}
    assert set(seen.skews) == {5.0}
    np.testing.assert_allclose(seen.lag, 0, atol=1e-6)


def never_stamped(index, stamp_ns):
    del index, stamp_ns
    return 0


def of_another_host(index, stamp_ns):
    del index
    return stamp_ns - 7200 * SECOND


def set_right_midway(index, stamp_ns):
    return stamp_ns - (9000 * SECOND if index < 10 else 0)


def stepped_back_a_little(index, stamp_ns):
    return stamp_ns - (400 * MS if index >= 10 else 0)


def simulated(index, stamp_ns):
    del index
    return stamp_ns - START + SECOND


@pytest.mark.parametrize(
    'change',
    [never_stamped, of_another_host, set_right_midway, stepped_back_a_little, simulated],
)
def test_a_camera_with_bad_stamps_is_used_by_its_arrivals(spoilt, change):
    seen = spoilt(lambda bag: restamp(bag, PRIMARY, change))
    assert seen.timings[PRIMARY].clock.source == 'receive'
    assert seen.timings[WRIST].clock.source == seen.timings[JOINTS].clock.source == 'header'
    assert seen.stamps == [ms + 20 for ms in FRAMES]
    assert set(seen.skews) == {-15.0}
    np.testing.assert_allclose(seen.lag, 0, atol=1e-6)


def test_simulated_time_in_all_headers_is_not_mixed_with_wall_time(spoilt):
    def spoil(bag):
        for topic in (PRIMARY, WRIST, JOINTS):
            restamp(bag, topic, simulated)

    seen = spoilt(spoil)
    assert {timing.clock.source for timing in seen.timings.values()} == {'receive'}
    assert all('simulated' in timing.clock.reason for timing in seen.timings.values())
    assert seen.stamps == [ms + 20 for ms in FRAMES]
    np.testing.assert_allclose(seen.lag, -1, atol=1e-6)  # the joints' own millisecond


def test_a_recording_in_simulated_time_is_as_good_as_any(spoilt):
    def spoil(bag):
        for topic in (PRIMARY, WRIST, JOINTS):
            restamp(bag, topic, simulated)
        return [(ns - START + SECOND, topic, message) for ns, topic, message in bag.in_order()]

    seen = spoilt(spoil)
    assert {timing.clock.source for timing in seen.timings.values()} == {'header'}
    assert len(seen.stamps) == 20
    assert set(seen.skews) == {5.0}


def test_a_frame_without_stamp_takes_its_arrival(spoilt):
    seen = spoilt(lambda bag: restamp(bag, PRIMARY, lambda i, ns: 0 if i == 5 else ns))
    assert seen.timings[PRIMARY].clock.source == 'header'
    assert seen.timings[PRIMARY].unstamped == 1
    assert seen.stamps == [ms + (20 if ms == 500 else 0) for ms in FRAMES]


def test_a_frame_of_another_time_is_not_used(spoilt):
    seen = spoilt(lambda bag: restamp(bag, PRIMARY, lambda i, ns: ns - (i == 5) * 7200 * SECOND))
    assert seen.timings[PRIMARY].far_off == 1
    assert seen.stamps == [ms for ms in FRAMES if ms != 500]
    assert seen.dropped == {'repeated': 1}


def test_the_recorder_clock_set_forward_parts_the_recording(spoilt):
    def spoil(bag):
        restamp(bag, JOINTS, lambda _, ns: ns + (3600 * SECOND if ns >= START + SECOND else 0))
        return [
            (ns + (3600 * SECOND if ns >= START + SECOND else 0), topic, message)
            for ns, topic, message in bag.in_order()
        ]

    seen = spoilt(spoil)
    assert len(seen.spans) == 2
    assert [stamp < 1000 for stamp in seen.stamps] == [True] * 10 + [False] * 10
    # The cameras' host was not set, so their stamps are of no use here.
    assert seen.timings[PRIMARY].clock.source == 'receive'
    assert [jump.clock for jump in seen.timings[PRIMARY].jumps] == ['receive']


def test_the_recorder_clock_set_back_loses_what_was_recorded_twice(bag, tmp_path):
    bag.robot(0, 4000)
    step = START + 2000 * MS
    stored = [(ns if ns < step else ns - 1500 * MS, t, m) for ns, t, m in bag.in_order()]
    for topic in (PRIMARY, WRIST, JOINTS):
        # One clock for all; what is stamped before the step may arrive after it.
        restamp(bag, topic, lambda _, ns: ns if ns < step - 20 * MS else ns - 1500 * MS)
    seen = look(bag.write(tmp_path / 'bag', messages=stored))
    assert len(seen.spans) == 2
    assert all(stamp < 500 or stamp >= 1980 for stamp in seen.stamps)
    before = [lag for stamp, lag in zip(seen.stamps, seen.lag, strict=True) if stamp < 500]
    after = [lag for stamp, lag in zip(seen.stamps, seen.lag, strict=True) if stamp > 2000]
    np.testing.assert_allclose(before, 0, atol=1e-6)
    np.testing.assert_allclose(after, 1500, atol=1e-6)
    assert len(before) == 5
    assert len(after) >= 4


def test_frames_that_arrive_out_of_order_are_put_in_order(spoilt):
    """One overtakes the other: it is used, the late one is past; the next ticks are as ever."""

    def spoil(bag):
        messages = bag.in_order()
        (at,) = [i for i, m in enumerate(messages) if m[:2] == (START + 520 * MS, PRIMARY)]
        messages[at] = (START + 625 * MS, *messages[at][1:])
        return sorted(messages, key=lambda message: message[0])

    seen = spoilt(spoil)
    assert seen.timings[PRIMARY].out_of_order == 1
    assert seen.stamps == [ms for ms in FRAMES if ms != 500]
    assert seen.dropped == {'repeated': 1}


def test_messages_that_come_twice_change_nothing(spoilt):
    def spoil(bag):
        bag.messages += [(ns + 2 * MS, topic, message) for ns, topic, message in bag.messages]

    seen = spoilt(spoil)
    assert [timing.duplicates for timing in seen.timings.values()] == [20, 20, 110]
    assert seen.stamps == FRAMES
    np.testing.assert_allclose(seen.lag, 0, atol=1e-6)


def test_a_frozen_camera_is_dropped_although_its_stamps_go_on(spoilt):
    def spoil(bag):
        frames = [m for _, topic, m in bag.in_order() if topic == WRIST]
        for frame in frames[9:]:
            frame.data = frames[8].data

    seen = spoilt(spoil)
    assert seen.stamps == FRAMES[:14]
    assert seen.dropped == {('image_wrist', MissingCause.FROZEN): 6}


def test_a_gap_is_dropped_and_counted(spoilt):
    def spoil(bag):
        bag.messages = [
            m for m in bag.messages if m[1] != PRIMARY or not 500 <= (m[0] - START) / MS < 1000
        ]

    seen = spoilt(spoil)
    assert seen.timings[PRIMARY].gaps == 1
    assert seen.stamps == [ms for ms in FRAMES if not 500 <= ms < 1000]
    assert sum(seen.dropped.values()) == 5
    assert set(seen.dropped) <= {
        'repeated',
        ('image_primary', MissingCause.TOO_OLD),
        ('image_primary', MissingCause.NOTHING_ARRIVED),
    }


def test_joints_that_pause_are_not_bridged(spoilt):
    def spoil(bag):
        bag.messages = [
            m for m in bag.messages if m[1] != JOINTS or not 650 <= (m[0] - START) / MS < 1000
        ]

    seen = spoilt(spoil)
    assert seen.timings[JOINTS].gaps == 1
    assert seen.stamps == [ms for ms in FRAMES if not 700 <= ms < 1000]
    assert {source for source, _ in seen.dropped} == {'joint_states'}
    np.testing.assert_allclose(seen.lag, 0, atol=1e-6)


def test_sources_that_start_late_or_end_early_are_named(spoilt):
    def spoil(bag):
        bag.messages = [
            m for m in bag.messages if m[1] != JOINTS or 500 <= (m[0] - START) / MS < 1500
        ]

    seen = spoilt(spoil)
    assert seen.stamps == [ms for ms in FRAMES if 500 <= ms <= 1500]
    # A state may be held as long as it may be old; the skew tells of it.
    np.testing.assert_allclose(seen.lag, [0] * 10 + [-20], atol=1e-6)
    assert sum(seen.dropped.values()) == 20 - len(seen.stamps)
    causes = {cause for _, cause in seen.dropped}
    assert causes <= {
        MissingCause.NOTHING_ARRIVED,
        MissingCause.STARTS_LATE,
        MissingCause.TOO_OLD,
    }


def test_two_publishers_on_one_topic_are_told_by_their_disorder(spoilt):
    def spoil(bag):
        for i, ms in enumerate(range(50, LENGTH, 100)):
            bag.image(ms - 400, PRIMARY, 100 + i, delay=420)

    seen = spoilt(spoil)
    timing = seen.timings[PRIMARY]
    assert (timing.clock.source, timing.out_of_order) == ('receive', 20)
    assert 'go backward' in timing.clock.reason
