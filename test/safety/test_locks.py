# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Locks: fail closed, and never lose a push."""

import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import SafetyError
from octo_ros.safety.locks import LockMonitor, causes_of
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Locks

MS = 1_000_000
FREE = Locks()
SOURCES = {
    'emergency_stop': {'required': False, 'latching': True},
    'dead_man': {'required': True, 'latching': False},
}


@pytest.fixture
def monitor(now):
    locks = {name: {'topic': name, 'lease': 0.5, **how} for name, how in SOURCES.items()}
    return LockMonitor(load_embodiment('ur5e', {'locks': locks}), now)


def test_a_required_lock_is_set_before_it_was_heard_of(monitor, now):
    assert monitor.locks(now) == Locks(held=('dead_man',))
    monitor.heard('dead_man', now, locked=False)
    assert monitor.locks(now) == FREE


@pytest.mark.parametrize(
    ('name', 'told'),
    [
        ('emergency_stop', Locks(latched=('emergency_stop',))),
        ('dead_man', Locks(held=('dead_man',))),
    ],
)
def test_a_lock_is_what_its_last_message_says(monitor, now, name, told):
    monitor.heard('dead_man', now, locked=False)
    for _ in range(3):
        monitor.heard(name, now, locked=True)
        assert monitor.locks(now) == told
        assert monitor.locks(now) == told
        monitor.heard(name, now, locked=False)
        assert monitor.locks(now) == FREE


@pytest.mark.parametrize('name', SOURCES)
def test_a_push_between_two_ticks_is_not_lost(monitor, now, name):
    monitor.heard('dead_man', now, locked=False)
    monitor.heard(name, now, locked=True)
    monitor.heard(name, now, locked=False)
    told = monitor.locks(now)
    assert told.held + told.latched == (name,)
    assert monitor.locks(now) == FREE


def test_silence_locks_by_the_clock(monitor, now):
    monitor.heard('dead_man', now, locked=False)
    monitor.heard('emergency_stop', now + 100 * MS, locked=False)
    assert monitor.locks(now + 499 * MS) == FREE
    assert monitor.locks(now + 500 * MS) == Locks(held=('dead_man',))
    assert monitor.locks(now + 600 * MS) == Locks(('emergency_stop',), ('dead_man',))
    monitor.heard('dead_man', now + 600 * MS, locked=False)
    monitor.heard('emergency_stop', now + 600 * MS, locked=False)
    assert monitor.locks(now + 610 * MS) == FREE


def test_silence_locks_by_the_ticks_when_the_clock_stands(monitor, now):
    monitor.heard('dead_man', now, locked=False)
    assert [monitor.locks(now) for _ in range(50)] == [FREE] * 49 + [Locks(held=('dead_man',))]


def test_one_that_is_not_required_counts_from_its_first_message_on(monitor, now):
    monitor.heard('dead_man', now, locked=False)
    assert monitor.locks(now + 499 * MS).latched == ()
    monitor.heard('emergency_stop', now + 499 * MS, locked=False)
    assert monitor.locks(now + 999 * MS).latched == ('emergency_stop',)


def test_an_unknown_lock_is_an_error_that_names_those_there_are(monitor, now):
    with pytest.raises(SafetyError, match="no lock 'heart'; it has dead_man, emergency_stop"):
        monitor.heard('heart', now, locked=False)


def codes(locks, required=()):
    return [cause.code for cause in causes_of(locks, required)]


def test_causes_come_with_the_gravest_first():
    everything = Locks(('a',), ('b',), 'broken', SafetyCode.STOP_DEACTIVATED)
    assert codes(everything) == [
        SafetyCode.STOP_EMERGENCY,
        SafetyCode.STOP_ROBOT_FAULT,
        SafetyCode.STOP_DEACTIVATED,
        SafetyCode.STOP_LOCKED,
    ]
    assert codes(FREE, ('dead_man',)) == []


def test_the_sentences_name_the_locks_and_repeat_the_robot():
    texts = [cause.text for cause in causes_of(Locks(('a', 'b'), ('c',), 'Motor 3 is hot.'), ())]
    assert texts == [
        'a, b is set, or silent; release it and reset.',
        'The robot reports: Motor 3 is hot.',
        'c is set, or silent; release it to go on.',
    ]


def test_not_to_know_is_to_be_locked_where_a_lock_is_required():
    assert codes(None) == []
    assert codes(None, ('dead_man',)) == [SafetyCode.STOP_LOCKED]
    assert causes_of(None, ('dead_man', 'enable'))[0].text.startswith('dead_man, enable must be')


def test_a_cause_is_told_in_the_words_that_came_with_it():
    code = SafetyCode.STOP_DUPLICATE_PUBLISHER
    texts = [causes_of(Locks(cause=code, cause_text=text), ())[0].text for text in ('Two.', '')]
    assert texts == ['Two.', code.value]


def test_a_cause_must_be_a_stop():
    with pytest.raises(SafetyError, match='no cause to stop'):
        causes_of(Locks(cause=SafetyCode.OK), ())
