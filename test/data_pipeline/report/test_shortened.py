# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.shortened import in_few, shortened


def test_long_texts_are_cut_and_their_length_is_told():
    assert shortened('pick up', 7) == 'pick up'
    assert shortened('pick up the cup', 7) == 'pick up … (15 characters)'


def test_many_parts_are_summed():
    assert in_few((30, 12)) == '30 + 12'
    assert in_few((10,) * 9) == '90 in 9 parts'
