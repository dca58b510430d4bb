# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The filter says when nobody watches it."""

import pytest
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from octo_ros.nodes.watchdog_watch import PATIENCE, STATUS_TOPIC, WatchdogWatch

from .fake_node import FakeNode

pytestmark = pytest.mark.ros


@pytest.fixture
def node():
    return FakeNode()


def say(node, state):
    node.publisher_counts[STATUS_TOPIC] = 1
    node.heard[STATUS_TOPIC](DiagnosticStatus(values=[KeyValue(key='state', value=state)]))


def test_an_absent_one_is_told_at_once_and_logged_once(node):
    watch = WatchdogWatch(node)
    told = {watch.look() for _ in range(PATIENCE - 1)}
    assert not node.logger.lines
    for _ in range(3 * PATIENCE):
        told.add(watch.look())
    (text,) = told
    assert text.startswith('No octo_watchdog runs')
    assert node.logger.lines == [text]


@pytest.mark.parametrize('state', ['WAITING', 'WATCHING'])
def test_one_that_watches_is_no_news(node, state):
    watch = WatchdogWatch(node)
    say(node, state)
    assert {watch.look() for _ in range(2 * PATIENCE)} == {''}
    assert not node.logger.lines


def test_one_that_tripped_or_left_is_told_again(node):
    watch = WatchdogWatch(node)
    say(node, 'TRIPPED')
    assert 'until its ~/reset' in watch.look()
    say(node, 'WAITING')
    assert watch.look() == ''
    node.publisher_counts[STATUS_TOPIC] = 0
    assert watch.look().startswith('No octo_watchdog runs')
    # Another one that was not heard yet is not the one of before.
    node.publisher_counts[STATUS_TOPIC] = 1
    assert 'has not said yet' in watch.look()
