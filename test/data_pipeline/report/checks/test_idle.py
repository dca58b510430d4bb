# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.idle import check_idle


@pytest.mark.parametrize(
    ('still', 'severity'), [(10, None), (11, 'note'), (20, 'note'), (21, 'warning')]
)
def test_share_of_forty_motions(make, found, still, severity):
    proprio = make.proprio(41)
    proprio[41 - still :] = proprio[40 - still]
    episode = make.episode(parts=[make.part(proprio)])
    assert found(check_idle, [episode]) == ([('idle', severity)] if severity else [])
