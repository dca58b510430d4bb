# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.frames import check_frame, frame_name
from octo_ros.errors import BagError


def test_a_leading_slash_is_no_difference():
    assert frame_name('/base_link') == frame_name('base_link') == 'base_link'
    assert check_frame('/c', '/base_link', 'base_link')
    assert check_frame('/c', 'base_link', '/base_link')


def test_no_frame_is_told_from_the_base_frame():
    assert not check_frame('/c', '', 'base_link')


def test_another_frame_is_refused():
    with pytest.raises(BagError, match=r"/c .*frame 'tool0'; expected the base frame 'base_link'"):
        check_frame('/c', 'tool0', 'base_link')
