# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Durations by kind."""

import time

from octo_ros.benchmark.stopwatch import Stopwatch


def test_calls_are_timed_in_milliseconds_by_kind():
    watch = Stopwatch()
    assert watch.time('a', lambda: 5) == 5
    watch.time('b', lambda: time.sleep(0.02))
    watch.time('a', lambda: None)
    assert [len(watch.durations[kind]) for kind in 'ab'] == [2, 1]
    assert 20 <= watch.durations['b'][0] < 5000
