# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.inspection.version import Version


def model(horizon, **switches):
    return {'heads': {'action': {'kwargs': {horizon: 4}}}, **switches}


def test_the_first_version():
    version = Version.of(model('pred_horizon'), ['observation/pad_mask'])
    assert version.name == 'v1.0'
    assert version.reasons[-2:] == (
        'the head has pred_horizon',
        'the example batch has pad_mask',
    )


def test_the_second_version():
    switches = {'use_correct_attention': True, 'repeat_task_tokens': True}
    version = Version.of(model('action_horizon', **switches), ['observation/timestep_pad_mask'])
    assert version.name == 'v1.5'
    assert version.reasons[0] == 'config.json has use_correct_attention (True)'
    assert len(version.reasons) == 3


def test_where_the_signs_disagree_the_attention_mask_decides_and_all_are_given():
    version = Version.of(model('action_horizon', repeat_task_tokens=True), [])
    assert version.name == 'v1.0'
    assert 'the head has action_horizon' in version.reasons
    assert version.reasons[0] == 'config.json has no use_correct_attention, so it is false'
