# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from types import SimpleNamespace

from octo_ros.observation.stamps import message_stamp_ns


def stamped(sec, nanosec):
    return SimpleNamespace(header=SimpleNamespace(stamp=SimpleNamespace(sec=sec, nanosec=nanosec)))


def test_the_header_stamp_counts():
    assert message_stamp_ns(stamped(3, 5), 4_000_000_000) == 3_000_000_005


def test_without_a_header_or_with_stamp_zero_the_arrival_counts():
    assert message_stamp_ns(SimpleNamespace(data='x'), 42) == 42
    assert message_stamp_ns(stamped(0, 0), 42) == 42


def test_a_late_message_is_not_taken_for_a_new_one():
    assert message_stamp_ns(stamped(1, 0), 60_000_000_000) == 1_000_000_000
