# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.measures.path_errors import path_errors


def test_median_and_worst(make):
    pairs = [(0.1, 0.03), (0.4, 0.01), (0.2, 0.02)]
    episodes = [
        make.episode(str(i), path_error_mm=mm, path_error_deg=deg)
        for i, (mm, deg) in enumerate(pairs)
    ]
    errors = path_errors(make.facts(episodes))
    assert (errors.median_mm, errors.worst_mm, errors.worst_mm_place) == (0.2, 0.4, 'run_7 1')
    assert (errors.median_deg, errors.worst_deg, errors.worst_deg_place) == (0.02, 0.03, 'run_7 0')


def test_joint_actions_have_none(make):
    episodes = [make.episode(path_error_mm=None, path_error_deg=None)]
    assert path_errors(make.facts(episodes)) is None
