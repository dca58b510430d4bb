# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.dropped_ticks import check_dropped_ticks


@pytest.mark.parametrize(
    ('dropped', 'severity'), [(2, None), (3, 'warning'), (10, 'warning'), (11, 'error')]
)
def test_share_of_a_hundred_ticks(make, found, dropped, severity):
    part = make.part(make.proprio(100 - dropped))
    episode = make.episode(parts=[part], dropped_ticks={'image_wrist: too old': dropped})
    expected = [('dropped_ticks', severity)] if severity else []
    assert found(check_dropped_ticks, [episode]) == expected
