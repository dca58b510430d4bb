# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.safety.watchdog import Watchdog, WatchState

SENDER = 7
MS = 1_000_000
TIMEOUT, PERIOD = 200 * MS, 20 * MS
BEAT = 20 * MS


@pytest.fixture
def watchdog():
    return Watchdog(TIMEOUT, PERIOD)


def run(watchdog, start, end, count=None):
    """Check every period; beat with increasing counts where a first count is given."""
    for now in range(start, end, PERIOD):
        if count is not None:
            watchdog.heard(now, SENDER, count)
            count += 2
        watchdog.check(now)
    return count


def test_waits_for_the_first_tick_however_long(watchdog):
    run(watchdog, 0, 3600 * 1000 * MS // 10)
    assert watchdog.state is WatchState.WAITING
    watchdog.heard(0, SENDER, 0)
    assert watchdog.check(10_000 * MS) is WatchState.WAITING


def test_watches_as_long_as_the_count_increases(watchdog):
    run(watchdog, 0, 10_000 * MS, count=1)
    assert watchdog.state is WatchState.WATCHING
    assert watchdog.reason == ''


def test_trips_at_the_first_check_after_the_timeout_and_says_why(watchdog):
    run(watchdog, 0, 1000 * MS, count=1)
    last = 980 * MS
    run(watchdog, last + PERIOD, last + TIMEOUT)
    assert watchdog.state is WatchState.WATCHING
    assert watchdog.check(last + TIMEOUT) is WatchState.TRIPPED
    assert watchdog.reason == 'The safety filter has not ticked for 0.20 s.'


@pytest.mark.parametrize('count', [9, 10])
def test_a_count_that_does_not_increase_is_no_sign_of_life(watchdog, count):
    """As of a filter that hangs while its middleware repeats, or of one that was started anew."""
    watchdog.heard(0, SENDER, 10)
    for now in range(0, 400 * MS, PERIOD):
        watchdog.heard(now, SENDER, count)
        watchdog.check(now)
    assert watchdog.state is WatchState.TRIPPED


def test_a_clean_deactivation_ends_the_watch_and_the_next_tick_begins_it(watchdog):
    count = run(watchdog, 0, 1000 * MS, count=1)
    watchdog.heard(1000 * MS, SENDER, 0)
    run(watchdog, 1000 * MS, 5000 * MS)
    assert watchdog.state is WatchState.WAITING
    watchdog.heard(5000 * MS, SENDER, count)
    assert watchdog.state is WatchState.WATCHING
    run(watchdog, 5000 * MS, 5400 * MS)
    assert watchdog.state is WatchState.TRIPPED


def test_a_filter_that_was_started_anew_counts_from_one(watchdog):
    watchdog.heard(0, SENDER, 100_000)
    watchdog.heard(BEAT, SENDER, 0)
    watchdog.heard(2 * BEAT, SENDER, 1)
    assert watchdog.state is WatchState.WATCHING


@pytest.mark.parametrize('count', [0, 1, 10**12])
def test_a_filter_that_comes_back_takes_nothing_back(watchdog, count):
    watchdog.heard(0, SENDER, 1)
    run(watchdog, 0, 500 * MS)
    reason = watchdog.reason
    watchdog.heard(500 * MS, SENDER, count)
    assert watchdog.check(500 * MS) is WatchState.TRIPPED
    assert watchdog.reason == reason


def test_reset_waits_for_the_next_tick(watchdog):
    watchdog.heard(0, SENDER, 5)
    run(watchdog, 0, 500 * MS)
    watchdog.reset()
    assert (watchdog.check(520 * MS), watchdog.reason) == (WatchState.WAITING, '')
    watchdog.heard(540 * MS, SENDER, 1)
    assert watchdog.state is WatchState.WATCHING


def test_a_watchdog_that_was_held_up_reads_its_messages_first(watchdog):
    run(watchdog, 0, 1000 * MS, count=1)
    late = 2000 * MS
    assert watchdog.check(late) is WatchState.WATCHING
    watchdog.heard(late + 1, SENDER, 10_000)
    assert watchdog.check(late + PERIOD) is WatchState.WATCHING


def test_being_held_up_again_and_again_is_no_excuse(watchdog):
    watchdog.heard(0, SENDER, 1)
    watchdog.check(0)
    assert watchdog.check(1000 * MS) is WatchState.WATCHING
    assert watchdog.check(2000 * MS) is WatchState.TRIPPED


EVENTS = st.lists(
    st.tuples(st.integers(0, 300 * MS), st.one_of(st.none(), st.integers(0, 50))), max_size=60
)


@given(EVENTS)
def test_whatever_comes_in(events):
    """Checked against the rules themselves, by the whole history instead of a state machine."""
    watchdog = Watchdog(TIMEOUT, PERIOD)
    now = 0
    armed_count = ticked = None  # highest count since the last 0, and when it was heard
    tripped = late_excuse = False
    checked = None
    for gap, count in events:
        now += gap
        if count is not None:
            watchdog.heard(now, SENDER, count)
            if tripped:
                pass
            elif count == 0:
                armed_count = ticked = None
            elif armed_count is None or count > armed_count:
                armed_count, ticked, late_excuse = count, now, False
        state = watchdog.check(now)
        silent = ticked is not None and now - ticked >= TIMEOUT
        late = checked is not None and now - checked > 2 * PERIOD
        checked = now
        if tripped:
            assert state is WatchState.TRIPPED
        elif silent and (late_excuse or not late):
            assert state is WatchState.TRIPPED
            tripped = True
        else:
            late_excuse = late_excuse or silent
            assert state is (WatchState.WAITING if ticked is None else WatchState.WATCHING)


@given(st.lists(st.integers(1, 8), min_size=1, max_size=50), st.integers(0, PERIOD - 1))
def test_trips_in_time_after_any_history(gaps, phase):
    """No later than one period after the time-out, and never before it."""
    watchdog = Watchdog(TIMEOUT, PERIOD)
    beats, now = {}, phase
    for count, gap in enumerate(gaps, 1):
        beats[now] = count
        now += gap * BEAT
    last = max(beats)
    pending = sorted(beats)
    for check in range(0, last + 2 * TIMEOUT, PERIOD):
        while pending and pending[0] <= check:
            beat = pending.pop(0)
            watchdog.heard(beat, SENDER, beats[beat])
        state = watchdog.check(check)
        if check < last + TIMEOUT:
            assert state is not WatchState.TRIPPED
        if check >= last + TIMEOUT + PERIOD:
            assert state is WatchState.TRIPPED


def test_an_idle_second_filter_neither_disarms_nor_hides_the_end_of_the_watched_one(watchdog):
    for beat in range(10):
        watchdog.heard(beat * BEAT, SENDER, beat + 1)
        watchdog.heard(beat * BEAT, SENDER + 1, 0)
        assert watchdog.check(beat * BEAT) is WatchState.WATCHING
    for beat in range(10, 60):
        watchdog.heard(beat * BEAT, SENDER + 1, 1000 + beat)
        watchdog.check(beat * BEAT)
    assert watchdog.state is WatchState.TRIPPED


def test_after_a_clean_end_another_filter_is_watched(watchdog):
    watchdog.heard(0, SENDER, 500)
    watchdog.heard(BEAT, SENDER, 0)
    watchdog.heard(2 * BEAT, SENDER + 1, 1)
    assert watchdog.check(2 * BEAT) is WatchState.WATCHING
