# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.geometry import Pose
from octo_ros.policy.chunking import NewestChunk, share_of_rpy
from octo_ros.types import ActionChunk, ActionSpec

NAMES = ('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper')
PERIOD = 100_000_000


def chunk(actions, action_dt=0.1, start_ns=0, observed_ns=0):
    actions = np.asarray(actions, dtype=float)
    return ActionChunk(
        actions, ActionSpec(NAMES, 'base', action_dt, len(actions)), observed_ns, start_ns, 1
    )


def test_nothing_without_a_chunk():
    assert NewestChunk().displacement(0, PERIOD) is None


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_ticks_sum_up_to_the_actions(ticks_per_action, seed):
    rng = np.random.default_rng(seed)
    actions = rng.uniform(-0.05, 0.05, (4, 7))
    scheduler = NewestChunk()
    scheduler.add(chunk(actions, 0.1 * ticks_per_action))
    done = Pose.from_xyz_rpy()
    for k in range(4 * ticks_per_action):
        piece = scheduler.displacement(k * PERIOD, PERIOD)
        done = done.displaced(piece.translation, piece.rotation)
    wanted = Pose.from_xyz_rpy()
    for action in actions:
        wanted = wanted.displaced(action[:3], action[3:6])
    np.testing.assert_allclose(done.position, wanted.position, atol=1e-9)
    np.testing.assert_allclose(done.rotation, wanted.rotation, atol=1e-9)


def test_what_has_passed_is_not_made_up_for():
    scheduler = NewestChunk()
    scheduler.add(chunk([[1, 0, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 0, 0]]))
    piece = scheduler.displacement(PERIOD, PERIOD)
    np.testing.assert_allclose(piece.translation, [2, 0, 0])
    assert piece.chunk_index == 1
    assert piece.gripper == 0.0


def test_nothing_beyond_the_end_or_before_the_start():
    scheduler = NewestChunk()
    scheduler.add(chunk([[1, 0, 0, 0, 0, 0, 1]], start_ns=PERIOD))
    assert scheduler.displacement(0, PERIOD) is None
    assert scheduler.displacement(PERIOD, PERIOD) is not None
    assert scheduler.displacement(2 * PERIOD, PERIOD) is None


def test_chunk_from_an_older_observation_does_not_replace_a_newer_one():
    scheduler = NewestChunk()
    scheduler.add(chunk([[1, 0, 0, 0, 0, 0, 1]], observed_ns=5))
    scheduler.add(chunk([[9, 0, 0, 0, 0, 0, 1]], observed_ns=4))
    np.testing.assert_allclose(scheduler.displacement(0, PERIOD).translation, [1, 0, 0])


def test_cleared_chunk_is_gone():
    scheduler = NewestChunk()
    scheduler.add(chunk([[1, 0, 0, 0, 0, 0, 1]]))
    scheduler.clear()
    assert scheduler.displacement(0, PERIOD) is None


@pytest.mark.parametrize('share', [0.25, 0.5, 1.0])
def test_share_of_a_rotation_repeats_to_the_whole(share):
    rpy = np.array([0.2, -0.3, 0.5])
    part = Pose.from_xyz_rpy(rpy=share_of_rpy(rpy, share))
    whole = Pose.from_xyz_rpy()
    for _ in range(round(1 / share)):
        whole = part @ whole
    np.testing.assert_allclose(whole.rotation, Pose.from_xyz_rpy(rpy=rpy).rotation, atol=1e-12)


def test_running_chunk_goes_on_until_the_next_begins():
    scheduler = NewestChunk()
    scheduler.add(chunk([[1, 0, 0, 0, 0, 0, 1]] * 3))
    assert scheduler.displacement(0, PERIOD) is not None
    scheduler.add(chunk([[2, 0, 0, 0, 0, 0, 1]], start_ns=2 * PERIOD, observed_ns=1))
    np.testing.assert_allclose(scheduler.displacement(PERIOD, PERIOD).translation, [1, 0, 0])
    np.testing.assert_allclose(scheduler.displacement(2 * PERIOD, PERIOD).translation, [2, 0, 0])
