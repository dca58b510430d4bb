# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.verification.variants import VARIANTS, OutputName, readings


def variant_scene(inputs, variant):
    return next(readings(inputs, variant)).scene


@pytest.mark.parametrize(
    ('name', 'variant', 'local'),
    [
        ('transformer/obs/tokens', '', 'transformer/obs/tokens'),
        ('window1/transformer/obs/tokens', 'window1', 'transformer/obs/tokens'),
        ('no_goal/readout_action/tokens', 'no_goal', 'transformer/readout_action/tokens'),
        ('primary_only/task/mask', 'primary_only', 'transformer/task/mask'),
        ('correct_attention/attention_mask', 'correct_attention', 'attention_mask'),
        ('goal_variant/l1/mean_all_steps', 'goal_variant', 'l1/mean_all_steps'),
        ('no_goal_wrist/eps/eps_pred', 'no_goal_wrist', 'eps/eps_pred'),
        ('elsewhere/readout_action/tokens', '', 'elsewhere/readout_action/tokens'),
    ],
)
def test_names(name, variant, local):
    assert OutputName.parse(name) == OutputName(variant, local)


def equal(scene, base, *but):
    assert scene.arrays.keys() == base.keys()
    for name, array in base.items():
        if name not in but:
            np.testing.assert_array_equal(scene.arrays[name], array)


def test_goal_variant_hides_the_instruction(lang):
    flag = 'task/pad_mask_dict/language_instruction'
    scene = variant_scene(lang.inputs, 'goal_variant')
    equal(scene, lang.inputs, flag)
    assert scene.arrays[flag].tolist() == [False, False]


def test_padded_first_pads_the_first_step_and_changes_no_input(lang):
    name = 'observation/timestep_pad_mask'
    scene = variant_scene(lang.inputs, 'padded_first')
    equal(scene, lang.inputs, name)
    assert scene.arrays[name].tolist() == [[False, True]] * 2
    assert lang.inputs[name].all()


def test_window1_is_the_last_frame_and_its_noise(lang):
    base, arrays = lang.inputs, variant_scene(lang.inputs, 'window1').arrays
    for name in base:
        if name.startswith('observation/'):
            np.testing.assert_array_equal(arrays[name], base[name][:, 1:])
        elif name.startswith('task/'):
            np.testing.assert_array_equal(arrays[name], base[name])
    assert arrays['eps/noisy_actions'].shape == (5, 2, 1, 28)
    assert arrays['eps/mixed_time'].shape == (2, 1, 1)
    assert arrays['sample/initial_noise'].shape == (2, 1, 28)
    step_noise = base['sample/step_noise'][:, :, 1:]
    np.testing.assert_array_equal(arrays['sample/step_noise'], step_noise)
    assert arrays['sample/embodiment_action_dim'].shape == ()


def test_primary_only_has_one_camera_and_no_pad_masks_but_keeps_the_joints(aloha):
    arrays = variant_scene(aloha.inputs, 'primary_only').arrays
    observed = {name for name in arrays if name.startswith('observation/')}
    assert observed == {
        'observation/image_primary',
        'observation/proprio',
        'observation/timestep_pad_mask',
    }


def test_no_goal_keeps_the_instruction(goal):
    arrays = variant_scene(goal.inputs, 'no_goal').arrays
    assert 'task/image_primary' not in arrays
    assert 'task/language_instruction/input_ids' in arrays


def test_correct_attention_changes_the_network_only(goal):
    scene = variant_scene(goal.inputs, 'correct_attention')
    equal(scene, goal.inputs)
    assert scene.correct_attention


@pytest.mark.parametrize('variant', VARIANTS)
def test_stored_inputs_of_a_variant_replace_the_rule(lang, variant):
    mask = np.zeros((2, 2), np.bool_)
    own = {f'{variant}/observation/timestep_pad_mask': mask}
    scene = variant_scene({**lang.inputs, **own}, variant)
    assert scene.arrays['observation/timestep_pad_mask'] is mask
    base = variant_scene({**lang.inputs, **own}, '')
    equal(base, lang.inputs)


def test_one_goal_may_be_missing(lang):
    arrays = variant_scene(lang.inputs, 'no_goal_wrist').arrays
    assert set(lang.inputs) - set(arrays) == {'task/image_wrist'}


def test_padding_has_readings_only_where_they_differ(lang):
    name, camera = 'observation/timestep_pad_mask', 'observation/pad_mask_dict/image_wrist'
    mixed = {**lang.inputs, name: np.array([[True, True], [True, False]])}
    shown = {n: a for n, a in mixed.items() if not n.startswith(camera.rpartition('/')[0])}
    masks = [reading.scene.arrays[name].tolist() for reading in readings(shown, 'padded_first')]
    assert masks == [[[False, True], [False, False]], [[False, True], [False, True]]]
    labels = [reading.label for reading in readings(mixed, 'padded_first')]
    assert labels == ['', 'with no other padding', 'with no other padding and all cameras']
    own = {**mixed, f'padded_first/{name}': masks[0]}
    own = {n: np.asarray(a) for n, a in own.items()}
    assert all(
        reading.scene.arrays[name].tolist() == masks[0]
        for reading in readings(own, 'padded_first')
    )


def test_a_goal_may_come_with_the_empty_instruction(lang):
    first, second = readings(lang.inputs, 'goal_variant')
    name = 'task/language_instruction/input_ids'
    np.testing.assert_array_equal(first.scene.arrays[name], lang.inputs[name])
    assert second.scene.arrays[name][:, 0].tolist() == [1, 1]
    assert not second.scene.arrays[name][:, 1:].any()
    assert not second.scene.arrays['task/pad_mask_dict/language_instruction'].any()
