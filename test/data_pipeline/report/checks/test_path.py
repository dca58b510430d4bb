# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.path import check_path_angle, check_path_distance


@pytest.mark.parametrize(('mm', 'told'), [(1.0, False), (1.01, True)])
def test_distance(make, found, mm, told):
    episodes = [make.episode(path_error_mm=mm)]
    expected = [('path_distance', 'error')] if told else []
    assert found(check_path_distance, episodes) == expected
    assert found(check_path_distance, episodes, action_source='command_delta') == []


@pytest.mark.parametrize(('degrees', 'told'), [(0.1, False), (0.11, True)])
def test_angle(make, found, degrees, told):
    episodes = [make.episode(path_error_deg=degrees)]
    assert found(check_path_angle, episodes) == ([('path_angle', 'error')] if told else [])


def test_joint_actions_have_no_path(make, found):
    episodes = [make.episode(path_error_mm=None, path_error_deg=None)]
    assert found(check_path_distance, episodes) == []
