# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""No loss is silent, and what is well is not called wrong."""

from __future__ import annotations

import re

import pytest

from octo_ros.embodiment import Camera
from octo_ros.observation.encoding import Encoded
from octo_ros.observation.relay import CameraRelay, Fate, RelayOptions
from octo_ros.observation.relay_report import RelayReporter

CAMERA = Camera(topic='/cam', height=64, width=48, max_age=0.25, max_skew=0.1)


def pair(**values):
    options = RelayOptions(**values)
    relay = CameraRelay(CAMERA, options)
    return relay, RelayReporter(relay, options)


def test_what_flows_is_told():
    relay, reporter = pair()
    for now in range(30):
        relay.finish(Encoded(bytes(20_000), 95), now)
    report = reporter.report(2.0)
    assert (report.rate, report.bytes_per_second, report.quality) == (15.0, 300_000.0, 95)
    assert report.text == '15.0 Hz, 0.30 MB/s are sent.'
    assert not report.problems


@pytest.mark.parametrize('fate', [Fate.THINNED, Fate.UNREAD, Fate.SENT])
def test_what_was_asked_for_is_no_problem(fate):
    relay, reporter = pair()
    relay.lose(fate)
    assert not reporter.report(1.0).problems


@pytest.mark.parametrize(
    ('fate', 'text'),
    [
        (Fate.UNREADABLE, r'^1 frame\(s\) unreadable: because$'),
        (Fate.HELD_BACK, r'1 of 1 frames were left out .* max_bytes_per_second of 1 MB'),
        (Fate.LATE, r'1 of 1 frames were dropped .* too busy for 15 Hz'),
    ],
)
def test_every_loss_is_named(fate, text):
    relay, reporter = pair()
    relay.lose(fate, 'because')
    assert re.search(text, reporter.report(1.0).text)


def test_lower_quality_is_named():
    relay, reporter = pair()
    relay.finish(Encoded(bytes(10), 70), 0)
    assert 'went down from 95 to 70' in reporter.report(1.0).text


@pytest.mark.parametrize(('kind', 'advised'), [('png', True), ('jpeg', False)])
def test_only_png_is_advised_to_become_jpeg(kind, advised):
    relay, reporter = pair(format=kind)
    relay.lose(Fate.HELD_BACK)
    assert ('format jpeg' in reporter.report(1.0).text) is advised


def test_several_problems_are_all_told():
    relay, reporter = pair()
    relay.lose(Fate.UNREADABLE, 'broken')
    relay.lose(Fate.LATE)
    assert len(reporter.report(1.0).problems) == 2


def test_a_problem_is_told_once():
    relay, reporter = pair()
    relay.lose(Fate.LATE)
    relay.finish(Encoded(b'x', 50), 0)
    assert reporter.report(1.0).problems
    assert reporter.report(1.0).problems == ()
    assert reporter.report(1.0).arrived == 0
