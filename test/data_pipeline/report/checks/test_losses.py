# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.checks.losses import check_losses


def test_what_a_salvaged_bag_lost_is_told(make):
    assert not list(check_losses(make.measured()))
    losses = make.losses(('Chunk 3 is cut off.',), 120, 4096)
    (finding,) = check_losses(make.measured(losses=losses))
    assert finding.places == ('run_7',)
    assert '120 messages and 4096 bytes' in finding.sentence
    assert 'Chunk 3 is cut off.' in finding.sentence
