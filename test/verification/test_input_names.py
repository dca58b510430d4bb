# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.verification.input_names import canonical_names, renamed

VARIANTS = ('goal_variant', 'padded_first')


@pytest.mark.parametrize(
    ('name', 'axes', 'canonical'),
    [
        ('observation/image_primary', 5, 'observation/image_primary'),
        ('task/image_primary', 4, 'task/image_primary'),
        ('tasks/image_primary', 4, 'task/image_primary'),
        ('observation/pad_mask', 2, 'observation/timestep_pad_mask'),
        ('observation/pad_mask_dict/image_primary', 2, 'observation/pad_mask_dict/image_primary'),
        ('goal_variant/image_primary', 4, 'goal_variant/task/image_primary'),
        ('goal_variant/image_primary', 5, 'goal_variant/observation/image_primary'),
        ('goal_variant/goal_image_primary', 4, 'goal_variant/task/image_primary'),
        ('goal/image_primary', 4, 'goal_variant/task/image_primary'),
        ('goals/task/image_primary', 4, 'goal_variant/task/image_primary'),
        ('padded_first/timestep_pad_mask', 2, 'padded_first/observation/timestep_pad_mask'),
        ('goal_variant/input_ids', 2, 'goal_variant/task/language_instruction/input_ids'),
        (
            'goal_variant/pad_mask_dict/language_instruction',
            1,
            'goal_variant/task/pad_mask_dict/language_instruction',
        ),
        ('observation/proprio_raw', 3, 'proprio_raw'),
        ('eps/time', 4, 'eps/time'),
        ('observation/proprio', 3, 'observation/proprio'),
    ],
)
def test_names(name, axes, canonical):
    array = np.zeros((1,) * axes, np.uint8)
    assert canonical_names({name: array}, VARIANTS) == {name: canonical}


def test_the_usual_name_wins_and_nothing_is_lost():
    usual, other = np.zeros((1, 1)), np.ones((1, 1))
    inputs = {'observation/pad_mask': other, 'observation/timestep_pad_mask': usual}
    names = canonical_names(inputs, VARIANTS)
    arrays = renamed(inputs, names)
    assert arrays['observation/timestep_pad_mask'] is usual
    assert len(arrays) == 2
