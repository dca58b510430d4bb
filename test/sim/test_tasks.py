# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Instructions and their judge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import PolicyError, UnknownNameError
from octo_ros.geometry import Pose
from octo_ros.sim.layout import load_layout
from octo_ros.sim.scene import Bin, Block, Scene
from octo_ros.sim.tasks import SimTask, TaskKind, all_instructions, parse_instruction, succeeded

BIN = Bin(Pose.from_xyz_rpy((0.4, 0.2, 0.031)), np.array([0.16, 0.12, 0.05]))
FLOOR = BIN.floor + 0.02
tasks = st.builds(SimTask, st.sampled_from(TaskKind), st.sampled_from(('red', 'green', 'blue')))


def scene(block, tcp, opening=1.0, rpy=(0, 0, 0.3)):
    red = Block('red block', 'red', 0.04, Pose.from_xyz_rpy(block, rpy))
    return Scene(0, (red,), BIN, Pose.from_xyz_rpy(tcp), opening)


@given(tasks, st.data())
def test_a_task_is_understood_however_it_is_written(task, data):
    words = task.instruction.split()
    words = [w for w in words if w != 'the' or data.draw(st.booleans())]
    words = [data.draw(st.sampled_from((w, w.upper(), w.capitalize()))) for w in words]
    blanks = st.sampled_from((' ', '  ', '\t', ' \n '))
    text = ''.join(word + data.draw(blanks) for word in words)
    text = data.draw(st.sampled_from(('', ' '))) + text.strip()
    assert parse_instruction(text + data.draw(st.sampled_from(('', '.', ' .', ' ')))) == task


@pytest.mark.parametrize(
    ('text', 'kind'),
    [
        ('pick a red cube up', TaskKind.PICK_UP),
        ('Reach for the red cube', TaskKind.REACH),
        ('place the red block into the bin', TaskKind.PUT_IN_BIN),
    ],
)
def test_near_synonyms_are_understood(text, kind):
    assert parse_instruction(text) == SimTask(kind, 'red')


@pytest.mark.parametrize(
    'text',
    ['', 'dance', 'pick up the yellow block', 'pick the red block', 'do not reach the red block'],
)
def test_anything_else_is_refused_with_what_is_understood(text):
    with pytest.raises(PolicyError) as refusal:
        parse_instruction(text)
    for part in (repr(text), 'put the <colour> block in the bin', 'red or green or blue'):
        assert part in str(refusal.value)


def test_only_colours_that_exist_are_understood():
    with pytest.raises(PolicyError, match='where <colour> is red'):
        parse_instruction('reach the blue block', ('red',))


def test_all_instructions_are_understood():
    instructions = all_instructions(load_layout(load_embodiment('widowx')))
    assert len(set(instructions)) == 9
    assert [parse_instruction(text).instruction for text in instructions] == list(instructions)


@given(
    st.tuples(*[st.floats(-0.06, 0.06)] * 3),
    st.sampled_from([(0.0, 0.0), (0.3, 0.0), (0.0, 1.2), (np.pi / 2, 0.0)]),
)
def test_reached_is_near_a_block_that_lies_flat(offset, tilt):
    block = np.array([0.3, 0.0, 0.02])
    distance = np.linalg.norm(offset)
    assume(abs(distance - 0.025) > 1e-9)  # there, rounding decides
    near = distance < 0.025
    flat = tilt in [(0.0, 0.0), (np.pi / 2, 0.0)]
    where = scene(block, block + offset, rpy=(*tilt, 0.4))
    assert succeeded(SimTask(TaskKind.REACH, 'red'), where) == (near and flat)


def test_a_block_in_the_air_is_not_reached_but_picked_up():
    held = scene((0.3, 0.0, 0.12), (0.3, 0.0, 0.13), opening=0.4)
    assert not succeeded(SimTask(TaskKind.REACH, 'red'), held)
    assert succeeded(SimTask(TaskKind.PICK_UP, 'red'), held)


@pytest.mark.parametrize('height', [0.02, 0.069])
def test_picked_up_needs_five_centimetres(height):
    low = scene((0.3, 0.0, height), (0.3, 0.0, height), opening=0.4)
    assert not succeeded(SimTask(TaskKind.PICK_UP, 'red'), low)


def test_picked_up_needs_the_block_at_the_gripper():
    thrown = scene((0.3, 0.0, 0.2), (0.3, 0.05, 0.2))
    assert not succeeded(SimTask(TaskKind.PICK_UP, 'red'), thrown)


@pytest.mark.parametrize(
    ('block', 'tcp', 'opening', 'done'),
    [
        ((0.4, 0.2, FLOOR), (0.4, 0.2, 0.15), 1.0, True),
        ((0.45, 0.17, FLOOR), (0.4, 0.2, 0.15), 0.9, True),
        ((0.4, 0.2, FLOOR), (0.4, 0.2, 0.15), 0.5, False),  # the gripper is not open
        ((0.4, 0.2, FLOOR), (0.4, 0.2, FLOOR), 1.0, False),  # still around the block
        ((0.4, 0.2, FLOOR + 0.02), (0.4, 0.2, 0.15), 1.0, False),  # in the air
        ((0.4, 0.27, FLOOR), (0.4, 0.2, 0.15), 1.0, False),  # beyond the wall
        ((0.2, 0.0, 0.02), (0.4, 0.2, 0.15), 1.0, False),  # on the table
    ],
)
def test_in_the_bin_is_resting_inside_and_let_go(block, tcp, opening, done):
    task = SimTask(TaskKind.PUT_IN_BIN, 'red')
    assert succeeded(task, scene(block, tcp, opening)) == done


def test_a_block_in_the_bin_can_be_reached():
    assert succeeded(SimTask(TaskKind.REACH, 'red'), scene((0.4, 0.2, FLOOR), (0.4, 0.2, 0.03)))


def test_a_block_that_does_not_exist_cannot_be_judged():
    with pytest.raises(UnknownNameError, match='Known: red'):
        succeeded(SimTask(TaskKind.REACH, 'blue'), scene((0.3, 0, 0.02), (0.3, 0, 0.02)))
