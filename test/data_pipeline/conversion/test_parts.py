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
    if stamp_ns is None:
        return Tick(0, GONE, {})
    image = np.full((4, 6, 3), 80, np.uint8)
    seen = Observation(
        stamp_ns, {'image_primary': image}, np.full(7, stamp_ns), {'joint_states': -3}
    )
    joints = JointState(stamp_ns, np.full(3, stamp_ns), np.zeros(3), 0.25)
    return Tick(stamp_ns + 30, seen, {'image_primary': SimpleNamespace(encoding='rgb8')}, joints)


@pytest.fixture
def collected(tmp_path):
    def collect(*stamps, end_ns=1000):
        with PictureStore(tmp_path, ['image_primary']) as store:
            collector = PartCollector(end_ns, PERIOD, store)
            for stamp in stamps:
                collector.add(tick(stamp))
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
    assert not collector.dropped


def test_a_hole_cuts_and_is_counted(collected):
    collector = collected(None, 700, None, None, 900, 1000)
    assert [part.stamps_ns for part in collector.parts()] == [(700,), (900, 1000)]
    assert [part.start for part in collector.parts()] == [0, 1]
    assert [part.is_end for part in collector.parts()] == [False, True]
    assert collector.dropped == {'image_wrist: the newest message is too old': 3}
    assert '900 ms old' in next(iter(collector.details.values()))


def test_a_repeated_frame_is_a_hole(collected):
    collector = collected(800, 800, 900)
    assert [part.stamps_ns for part in collector.parts()] == [(800,), (900,)]
    assert collector.dropped == {REPEATED: 1}


def test_what_lies_after_the_episode_is_not_part_of_it(collected):
    collector = collected(900, 1000, 1100)
    assert collector.parts()[0].stamps_ns == (900, 1000)
    assert not collector.dropped


def test_an_episode_whose_end_is_not_seen_has_no_end(collected):
    assert collected(900, 1000, None, end_ns=1100).parts()[-1].is_end
    assert not collected(900, 1000, None, None, end_ns=1200).parts()[-1].is_end


def test_no_observation_gives_no_part(collected):
    assert collected(None, None).parts() == []
