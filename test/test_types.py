# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The data that flows is frozen, read-only, and of the shapes that it promises."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import (
    ActionChunk,
    ActionSpec,
    Command,
    JointState,
    Observation,
    ObservationWindow,
    SafeCommand,
    Task,
)

SPEC = ActionSpec(('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper'), 'base_link', 0.2, 4)


def image(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.uint8)


def make_observation(**changes) -> Observation:
    values = {
        'stamp_ns': 5,
        'images': {'image_primary': image(8, 8, 3)},
        'proprio': np.arange(7.0),
        'skew_ns': {'image_wrist': -3},
    }
    return Observation(**{**values, **changes})


def make_window(**changes) -> ObservationWindow:
    values = {
        'images': {'image_primary': image(2, 8, 8, 3)},
        'proprio': np.zeros((2, 7)),
        'timestep_pad_mask': [False, True],
        'stamps_ns': [10, 20],
    }
    return ObservationWindow(**{**values, **changes})


def make_command(**changes) -> Command:
    values = {
        'stamp_ns': 0,
        'seq': 1,
        'frame_id': 'base_link',
        'translation': (0.01, 0.0, 0.0),
        'rotation': np.zeros(3),
        'gripper': 1.0,
        'duration': 0.1,
    }
    return Command(**{**values, **changes})


def make_safe_command(**changes) -> SafeCommand:
    values = {
        'stamp_ns': 0,
        'joint_names': ('a', 'b'),
        'positions': (0.0, 1.0),
        'velocities': (0.0, 0.0),
        'gripper': 0.0,
        'state': SafetyState.RUN,
        'code': SafetyCode.OK,
        'reasons': (SafetyCode.OK,),
        'executed_translation': np.zeros(3),
        'executed_rotation': np.zeros(3),
    }
    return SafeCommand(**{**values, **changes})


def make_chunk(**changes) -> ActionChunk:
    values = {
        'actions': np.zeros((4, 7)),
        'spec': SPEC,
        'observation_stamp_ns': 0,
        'start_ns': 0,
        'chunk_id': 0,
    }
    return ActionChunk(**{**values, **changes})


def make_joint_state() -> JointState:
    return JointState(0, np.zeros(6), np.zeros(6), 1.0)


RECORDS = (
    make_observation,
    make_window,
    make_command,
    make_safe_command,
    make_chunk,
    make_joint_state,
)


@pytest.mark.parametrize('make', RECORDS)
def test_fields_cannot_be_set(make):
    record = make()
    for name in vars(record):
        with pytest.raises(FrozenInstanceError):
            setattr(record, name, None)


@pytest.mark.parametrize('make', RECORDS)
def test_arrays_cannot_be_written(make):
    arrays = [value for value in vars(make()).values() if isinstance(value, np.ndarray)]
    assert arrays
    for array in arrays:
        with pytest.raises(ValueError, match='read-only'):
            array[...] = 1


@pytest.mark.parametrize('make', [make_observation, make_window])
def test_images_cannot_be_written_or_exchanged(make):
    images = make().images
    with pytest.raises(ValueError, match='read-only'):
        images['image_primary'][...] = 1
    with pytest.raises(TypeError):
        images['image_primary'] = image(8, 8, 3)


def test_skew_cannot_be_changed():
    with pytest.raises(TypeError):
        make_observation().skew_ns['image_wrist'] = 0


def test_arrays_are_copies():
    translation = np.zeros(3)
    command = make_command(translation=translation)
    translation[0] = 1.0
    assert command.translation[0] == 0.0


def test_arrays_have_the_promised_types():
    assert make_observation().proprio.dtype == np.float32
    window = make_window()
    assert window.proprio.dtype == np.float32
    assert window.timestep_pad_mask.dtype == np.bool_
    assert window.stamps_ns.dtype == np.int64
    assert make_command().translation.dtype == np.float64


def test_window_stamp_is_the_newest():
    assert make_window().stamp_ns == 20


@pytest.mark.parametrize(
    ('make', 'changes'),
    [
        (make_command, {'translation': np.zeros(2)}),
        (make_command, {'rotation': np.zeros((3, 1))}),
        (make_safe_command, {'positions': np.zeros(3)}),
        (make_safe_command, {'velocities': np.zeros(1)}),
        (make_safe_command, {'executed_rotation': np.zeros(4)}),
        (make_chunk, {'actions': np.zeros((4, 6))}),
        (make_chunk, {'actions': np.zeros((3, 7))}),
        (make_chunk, {'actions': np.zeros(7)}),
    ],
)
def test_wrong_shapes_are_refused(make, changes):
    with pytest.raises(ValueError, match='Expected an array of shape'):
        make(**changes)


@pytest.mark.parametrize(
    'bad',
    [image(8, 8), image(8, 8, 4), image(1, 8, 8, 3), np.zeros((8, 8, 3), np.float32)],
)
def test_what_is_not_an_rgb_image_is_refused(bad):
    with pytest.raises(ValueError, match="Image 'image_primary' has shape"):
        make_observation(images={'image_primary': bad})


def test_window_images_need_a_time_axis():
    with pytest.raises(ValueError, match='4 axes'):
        make_window(images={'image_primary': image(8, 8, 3)})


def test_task_takes_words_or_pictures():
    assert Task(1, 'pick up the block').language_instruction == 'pick up the block'
    assert 'image_primary' in Task(2, goal_images={'image_primary': image(8, 8, 3)}).goal_images


@pytest.mark.parametrize('words', [None, '', '  '])
def test_task_without_content_is_refused(words):
    with pytest.raises(ValueError, match='needs a language instruction'):
        Task(1, words)


def test_every_safety_code_is_a_sentence_of_its_own():
    sentences = [code.value for code in SafetyCode]
    assert all(sentence.endswith('.') for sentence in sentences)
    assert len(set(sentences)) == len(SafetyCode.__members__)


def test_depths_and_numbers_are_read_only_and_of_their_shapes():
    observation = make_observation(
        depths={'depth_primary': np.ones((4, 4, 1), np.float32)}, low_dim={'force': [1, 2]}
    )
    assert observation.low_dim['force'].dtype == np.float32
    for array in (*observation.depths.values(), *observation.low_dim.values()):
        with pytest.raises(ValueError, match='read-only'):
            array[0] = 1
    for wrong in (np.ones((4, 4), np.float32), np.ones((4, 4, 1))):
        with pytest.raises(ValueError, match=r"Depth 'depth_primary' has shape .*\(H, W, 1\)"):
            make_observation(depths={'depth_primary': wrong})
