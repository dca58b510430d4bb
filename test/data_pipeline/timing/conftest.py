# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Stamps of one topic as bags hold them: good ones, to be spoilt by a test."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.bags.stamps import TopicStamps

MS = 1_000_000
START = 1_700_000_000_000 * MS


@pytest.fixture
def good():
    """Times [ns] of n messages: headers with jitter, arrivals 20 to 26 ms later."""

    def times(n=900, period_ms=33.3, jitter_ms=1.0, seed=0):
        random = np.random.default_rng(seed)
        header_ns = START + (np.arange(n) * period_ms * MS).astype(np.int64)
        header_ns += (random.uniform(-jitter_ms, jitter_ms, n) * MS).astype(np.int64)
        received_ns = header_ns + (random.uniform(20, 26, n) * MS).astype(np.int64)
        return np.maximum.accumulate(received_ns), header_ns

    return times


@pytest.fixture
def stamps():
    """Times [ns] → TopicStamps."""

    def make(received_ns, header_ns=None):
        header_ns = None if header_ns is None else np.asarray(header_ns, np.int64)
        return TopicStamps(np.asarray(received_ns, np.int64), header_ns)

    return make
