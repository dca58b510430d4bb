# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.checks.step_size import check_rotation, check_translation


def with_action(make, first, value):
    part = make.part()
    # The largest of three numbers is not their length.
    part.actions[7, first : first + 3] = value / np.sqrt(3.0)
    return make.episode(parts=[part])


@pytest.mark.parametrize(('length', 'told'), [(0.0999, False), (0.1001, True)])
def test_translation(make, found, length, told):
    expected = [('large_translation', 'error')] if told else []
    assert found(check_translation, [with_action(make, 0, length)]) == expected


@pytest.mark.parametrize(('angle', 'told'), [(0.499, False), (0.501, True)])
def test_rotation(make, found, angle, told):
    expected = [('large_rotation', 'error')] if told else []
    assert found(check_rotation, [with_action(make, 3, angle)]) == expected


def test_the_step_is_named(make):
    (finding,) = check_translation(make.measured([with_action(make, 0, 0.2)]))
    assert finding.places == ('run_7 0 step 7',)
    assert '0.200 m' in finding.sentence


def test_joint_actions_are_no_displacements(make, found):
    episodes = [with_action(make, 0, 2.0)]
    assert found(check_translation, episodes, action_source='joint') == []
