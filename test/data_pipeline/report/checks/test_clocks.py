# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest

from octo_ros.data.report.checks import clocks

NO_HEADER = {'latency_median_ms': None, 'latency_p95_ms': None, 'latency_max_ms': None}


def test_arrivals_instead_of_stamps_are_told_where_there_are_stamps(make, found):
    arrivals = replace(make.topic, clock=make.clock('receive', 'Stamps are 0.'))
    check = clocks.check_clock_fallback
    assert found(check, topics=[arrivals]) == [('clock_fallback', 'warning')]
    assert found(check, topics=[replace(arrivals, **NO_HEADER)]) == []
    never = replace(arrivals, **NO_HEADER, unstamped=600)
    assert found(check, topics=[never]) == [('clock_fallback', 'warning')]
    assert found(check, topics=[make.topic]) == []


def test_the_largest_jump_is_told(make):
    jumps = (make.jump(0, 0.5, 'receive'), make.jump(1, -3600.0, 'header'))
    topic = replace(make.topic, jumps=jumps)
    (finding,) = clocks.check_clock_jumps(make.measured(topics=[make.topic, topic]))
    assert 'jumped 2 times' in finding.sentence
    assert '-3.6e+03 s (that of the driver)' in finding.sentence


def test_a_clock_ahead_of_the_recorder_is_told_with_its_figure(make, found):
    check = clocks.check_clock_ahead
    ahead = replace(make.topic, latency_median_ms=-150.0)
    (finding,) = check(make.measured(topics=[make.topic, ahead]))
    assert finding.severity.value == 'warning'
    assert 'is 150.0 ms ahead of the recorder' in finding.sentence
    assert 'Synchronise the clocks' in finding.remedy
    assert found(check, topics=[replace(ahead, latency_median_ms=-0.9)]) == []
    assert found(check, topics=[replace(ahead, clock=make.clock('receive', ''))]) == []


@pytest.mark.parametrize(
    ('check', 'change', 'code'),
    [
        (clocks.check_odd_stamps, {'unstamped': 1}, 'odd_stamps'),
        (clocks.check_odd_stamps, {'far_off': 1}, 'odd_stamps'),
        (clocks.check_stamp_order, {'duplicates': 1}, 'stamp_order'),
        (clocks.check_stamp_order, {'out_of_order': 1}, 'stamp_order'),
        (clocks.check_gaps, {'gaps': 1}, 'gaps'),
    ],
)
def test_one_is_enough_for_a_note(make, found, check, change, code):
    assert found(check, topics=[make.topic]) == []
    assert found(check, topics=[replace(make.topic, **change)]) == [(code, 'note')]


def test_one_finding_per_topic_names_the_worst_bag_first(make):
    some, many = (replace(make.topic, gaps=1, period_max_ms=ms) for ms in (200.0, 900.0))
    (bag,) = make.facts(topics=[some]).bags
    bags = (bag, replace(bag, path='bags/run_8', topics=(many,)))
    (finding,) = clocks.check_gaps(make.measured(bags=bags))
    assert finding.places == ('/cam/image_raw in run_8', '/cam/image_raw in run_7')
    assert finding.sentence == '1 gap between messages, the longest 900 ms.'
