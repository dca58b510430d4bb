# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Silence, by clock and by count."""

from octo_ros.safety.freshness import Freshness


def test_it_expires_by_the_clock():
    silence = Freshness(timeout_ns=250, period_ns=10, now_ns=1000)
    silence.tick()
    assert not silence.expired(1249)
    assert silence.expired(1250)


def test_it_expires_by_the_count_when_the_clock_stands_or_runs_back():
    for now in (1000, 0):
        silence = Freshness(timeout_ns=250, period_ns=10, now_ns=1000)
        for _ in range(24):
            silence.tick()
        assert not silence.expired(now)
        silence.tick()
        assert silence.expired(now)


def test_news_makes_it_fresh_again():
    silence = Freshness(timeout_ns=250, period_ns=10, now_ns=0)
    for _ in range(30):
        silence.tick()
    silence.renew(500)
    assert not silence.expired(500)
