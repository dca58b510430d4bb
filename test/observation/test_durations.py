# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.observation.durations import in_words, to_ns


def test_seconds_become_whole_nanoseconds():
    assert to_ns(0.1) == 100_000_000
    assert to_ns(1 / 3) == 333_333_333


@pytest.mark.parametrize(
    ('ns', 'words'),
    [(250_000_000, '250 ms'), (-33_400_000, '-33 ms'), (1_240_000_000, '1.2 s')],
)
def test_words_have_the_unit_that_reads_best(ns, words):
    assert in_words(ns) == words
