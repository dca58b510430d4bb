# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.demo.reader import read_story, views
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError
from octo_ros.safety_codes import SafetyState

ROBOT = load_embodiment('widowx')


@pytest.fixture(scope='module')
def story(demo_bag):
    return read_story(demo_bag, ROBOT)


def test_episodes_are_those_marked(story):
    assert [e.instruction for e in story.episodes] == [
        'reach the red block',
        'pick up the green block',
    ]
    assert [e.episode.success for e in story.episodes] == [True, False]
    assert all(e.duration == pytest.approx(2.0) for e in story.episodes)
    assert story.driver.startswith('a scripted expert')


def test_commands_hold_what_was_asked_admitted_and_refused(story):
    commands = story.episodes[1].commands
    assert len(commands.codes) == 21
    np.testing.assert_allclose(commands.times, np.arange(21) / 10, atol=1e-6)
    np.testing.assert_allclose(commands.requested[:, 0], 0.01)
    assert commands.codes[10] == 'REJECTED_RATE'
    assert not commands.executed[10].any()
    np.testing.assert_allclose(np.delete(commands.executed[:, 0], 10), 0.01)
    np.testing.assert_allclose(commands.latencies, 0.15, atol=1e-6)
    assert commands.gripper[9] == 1.0
    assert commands.gripper[10] == 0.0


def test_motion_is_measured_within_the_episode(story):
    motion = story.episodes[0].motion
    assert motion.times[0] >= 0.0
    assert motion.times[-1] <= 2.0
    np.testing.assert_allclose(motion.positions[0], ROBOT.home, atol=1e-9)
    # Home is defined by this TCP position.
    np.testing.assert_allclose(motion.tcp[0], [0.3, 0.0, 0.15], atol=2e-3)
    assert motion.gripper[0] == 1.0
    assert motion.gripper[-1] == 0.0


def test_safety_state_holds_until_the_next_one(story):
    safety = story.episodes[0].safety
    assert safety.at(0.0) == (SafetyState.RUN, 'OK')
    assert safety.at(1.05) == (SafetyState.STOPPING, 'STOP_COMMAND_TIMEOUT')
    assert safety.at(1.2) == (SafetyState.RUN, 'OK')


def test_scene_gives_start_and_end_of_blocks(story):
    (block,) = story.episodes[0].blocks
    np.testing.assert_allclose(block.start, [0.3, 0.0, 0.02], atol=1e-6)
    np.testing.assert_allclose(block.end, [0.3, 0.2, 0.02], atol=1e-6)
    np.testing.assert_allclose(story.episodes[0].bin.size, [0.1, 0.1, 0.04])


def test_counters_are_the_last_ones(story):
    assert story.counters.stops == 2
    assert story.counters.deadline_misses == 1
    assert story.counters.accepted == 21 + 25


def test_views_pair_each_primary_frame_with_the_newest_wrist_frame(story, demo_bag):
    with Bag(demo_bag) as bag:
        seen = list(views(bag, ROBOT, story.episodes[1].episode))
    assert [round(10 * view.time) for view in seen] == list(range(21))
    for view in seen:
        tenth = round(10 * view.time)
        assert view.images['image_primary'][0, 0, 0] == tenth
        # The wrist camera comes 0.04 s later, so its newest frame is the one before.
        assert view.images['image_wrist'][0, 0, 0] == max(0, tenth - 1)


def test_a_real_robots_bag_without_scene_is_fine(recording, tmp_path):
    recording.messages = [m for m in recording.messages if m[1] != '/octo_sim/scene']
    story = read_story(recording.write(tmp_path / 'bag'), ROBOT)
    assert story.episodes[0].blocks == ()
    assert story.episodes[0].bin is None


@pytest.mark.parametrize('topic', ['/joint_states', '/octo_safety/status', '/octo/episode'])
def test_a_missing_topic_is_named(recording, tmp_path, topic):
    recording.messages = [m for m in recording.messages if m[1] != topic]
    with pytest.raises(BagError, match=topic):
        read_story(recording.write(tmp_path / 'bag'), ROBOT)


def test_an_episode_without_joint_states_is_refused(recording, tmp_path):
    # They stop with the first episode.
    until = max(m[0] for m in recording.messages if m[1] == '/octo/episode') - 2_000_000_000
    recording.messages = [m for m in recording.messages if m[1] != '/joint_states' or m[0] < until]
    with pytest.raises(BagError, match='no joint states during'):
        read_story(recording.write(tmp_path / 'bag'), ROBOT)
