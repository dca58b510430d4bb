# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from octo_ros.data.conversion.parts import REPEATED, PartCollector
from octo_ros.data.conversion.pictures import PictureStore
from octo_ros.data.timing.align import Tick
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.types import JointState, Observation

PERIOD = 100
GONE = Missing('image_wrist', MissingCause.TOO_OLD, '900 ms old')


def tick(stamp_ns):
    if stamp_ns is None or isinstance(stamp_ns, Missing):
        return Tick(0, stamp_ns or GONE, {})
    image = np.full((4, 6, 3), 80, np.uint8)
    seen = Observation(
        stamp_ns, {'image_primary': image}, np.full(7, stamp_ns), {'joint_states': -3}
    )
    joints = JointState(stamp_ns, np.full(3, stamp_ns), np.zeros(3), 0.25)
    return Tick(stamp_ns + 30, seen, {'image_primary': SimpleNamespace(encoding='rgb8')}, joints)


@pytest.fixture
def collected(tmp_path):
    def collect(*stamps, start_ns=None, end_ns=1000):
        with PictureStore(tmp_path, ['image_primary']) as store:
            collector = PartCollector(start_ns, end_ns, PERIOD, store)
            for stamp in stamps:
                collector.add(tick(stamp))
            collector.finish()
            assert len(store.images()['image_primary']) == collector.count
        return collector

    return collect


def test_consecutive_ticks_are_one_part(collected):
    collector = collected(800, 900, 1000)
    (part,) = collector.parts()
    assert part.stamps_ns == (800, 900, 1000)
    assert part.is_end
    assert part.states.proprio[:, 0].tolist() == [800, 900, 1000]
    assert part.states.joints[:, 2].tolist() == [800, 900, 1000]
    assert part.states.gripper.tolist() == [0.25] * 3
    assert collector.skew_ns['joint_states'] == [-3, -3, -3]
    assert collector.skew_ns['tick'] == [-30, -30, -30]
    assert not collector.dropped


def test_a_hole_cuts_and_is_counted(collected):
    collector = collected(700, None, None, 900, 1000)
    assert [part.stamps_ns for part in collector.parts()] == [(700,), (900, 1000)]
    assert [part.start for part in collector.parts()] == [0, 1]
    assert [part.is_end for part in collector.parts()] == [False, True]
    assert collector.dropped == {'image_wrist: the newest message is too old': 2}
    assert '900 ms old' in next(iter(collector.details.values()))


def test_a_repeated_frame_is_a_hole(collected):
    collector = collected(800, 800, 900)
    assert [part.stamps_ns for part in collector.parts()] == [(800,), (900,)]
    assert collector.dropped == {REPEATED: 1}


def test_what_lies_after_the_episode_is_not_part_of_it(collected):
    collector = collected(900, 1000, 1100)
    assert collector.parts()[0].stamps_ns == (900, 1000)
    assert not collector.dropped


def test_what_lies_before_the_episode_is_not_part_of_it(collected):
    collector = collected(800, 900, 1000, start_ns=850)
    assert collector.parts()[0].stamps_ns == (900, 1000)
    assert not collector.dropped


def test_what_all_sources_have_is_the_episode(collected):
    collector = collected(None, None, 700, 800, 800, None, None, end_ns=1100)
    (part,) = collector.parts()
    assert part.stamps_ns == (700, 800)
    assert part.is_end
    assert not collector.dropped
    assert collector.starts_late_s == {'image_wrist': 2 * PERIOD / 1e9}
    assert collector.ends_early_s == {
        'image_primary': 3 * PERIOD / 1e9,
        'image_wrist': 2 * PERIOD / 1e9,
    }


def test_data_that_is_there_but_unusable_is_dropped_wherever_it_is(collected):
    bad = Missing('image_wrist', MissingCause.UNREADABLE, 'no picture')
    collector = collected(bad, None, 700, 800, None, bad)
    assert [part.stamps_ns for part in collector.parts()] == [(700, 800)]
    assert collector.dropped == {'image_wrist: the frame cannot be decoded': 2}
    assert collector.starts_late_s == collector.ends_early_s == {'image_wrist': 2 * PERIOD / 1e9}


def test_no_observation_gives_no_part_and_drops_all(collected):
    collector = collected(None, None)
    assert collector.parts() == []
    assert collector.dropped == {'image_wrist: the newest message is too old': 2}
