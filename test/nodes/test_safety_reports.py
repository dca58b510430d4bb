# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The bits and counts of the status, and what the diagnostics make of them."""

from types import SimpleNamespace

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus

from octo_ros.embodiment import load_embodiment
from octo_ros.nodes.executed_actions import ExecutedActions
from octo_ros.nodes.safety_reports import BITS, SafetyReports
from octo_ros.nodes.tick_times import TickTimes
from octo_ros.safety.report import MotionReport, NearestPair
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import Locks, SafeCommand
from octo_ros_msgs.msg import SafetyStatus

from .fake_node import FakeNode

pytestmark = pytest.mark.ros
ROBOT = load_embodiment('ur5e')
SECOND = 1_000_000_000


class FakeFilter:
    latch = None
    obstacles = (SimpleNamespace(name='post'),)

    def __init__(self):
        self.asked = 0

    def report(self):
        self.asked += 1
        pair = NearestPair('hand', 'table', 0.05, 0.03, np.zeros(3), np.ones(3))
        return MotionReport(0.4, 0.2, 0.5, 0.6, pair, np.zeros((1, 3)), 0.3)


class Made:
    def __init__(self):
        self.node, self.filter = FakeNode(), FakeFilter()
        self.now = 0
        self.unwatched = ''
        self.actions = ExecutedActions(self.node, 'base')
        self.times = TickTimes(SECOND // 100)
        self.reports = SafetyReports(
            self.node,
            ROBOT,
            safety=self.filter,
            actions=self.actions,
            times=self.times,
            clock=lambda: self.now,
            watched=lambda: self.unwatched,
        )
        self.sent = self.node.publishers['~/status'].sent

    def tick(self, *reasons, state=SafetyState.RUN, speed=0.0, locks=None):
        n = len(ROBOT.joints)
        safe = SafeCommand(
            stamp_ns=self.now,
            joint_names=ROBOT.joints,
            positions=np.zeros(n),
            velocities=np.full(n, speed),
            gripper=1.0,
            state=state,
            code=reasons[0],
            reasons=reasons,
            executed_translation=np.zeros(3),
            executed_rotation=np.zeros(3),
        )
        self.now += SECOND // 100
        self.reports.ticked(safe, None, locks or Locks())

    def diagnostics(self):
        ((_, publish),) = self.node.timers
        publish()
        return self.node.publishers['/diagnostics'].sent[-1].status[0]


@pytest.fixture
def made():
    return Made()


def test_the_message_names_the_bit_of_every_code():
    names = [name for name in dir(SafetyStatus) if name.startswith('BIT_')]
    told = {name.removeprefix('BIT_'): 1 << getattr(SafetyStatus, name) for name in names}
    assert told == {code.name: bit for code, bit in BITS.items()}
    assert max(BITS.values()) < 1 << 64


def test_the_message_names_every_state():
    assert {state.name: getattr(SafetyStatus, state.name) for state in SafetyState} == {
        state.name: int(state) for state in SafetyState
    }


def test_a_status_is_sent_ten_times_per_second_and_when_the_state_changes(made):
    for _ in range(100):
        made.tick(SafetyCode.OK)
    assert len(made.sent) == 10
    made.tick(SafetyCode.STOP_TRACKING, state=SafetyState.STOPPING)
    assert len(made.sent) == 11
    for _ in range(10):
        made.tick(SafetyCode.STOP_TRACKING, state=SafetyState.STOPPING)
    assert len(made.sent) == 12
    # The report is dear: never asked for without need.
    assert made.filter.asked == 12


def test_all_of_the_report_is_in_the_status(made):
    locks = Locks(latched=('emergency_stop',), held=('deadman',), robot_fault='It is off.')
    made.filter.latch = 'emergency_stop is set.'
    codes = (SafetyCode.STOP_EMERGENCY, SafetyCode.REJECTED_STATE)
    made.tick(*codes, state=SafetyState.LATCHED, locks=locks)
    (status,) = made.sent
    assert (status.code, status.latch) == ('STOP_EMERGENCY', 'emergency_stop is set.')
    assert list(status.active) == ['STOP_EMERGENCY', 'REJECTED_STATE']
    assert status.active_mask == BITS[codes[0]] | BITS[codes[1]]
    assert list(status.locks) == ['emergency_stop', 'deadman']
    assert status.robot_fault == 'It is off.'
    assert list(status.obstacles) == ['post']
    assert (status.min_joint_margin, status.smallest_singular_value) == (0.4, 0.2)
    assert (status.linear_scale, status.angular_scale) == (0.5, 0.6)
    assert list(status.nearest) == ['hand', 'table']
    assert (status.nearest_distance, status.nearest_clearance) == (0.05, 0.03)
    assert status.stop_duration == 0.3
    assert status.time_since_command == -1.0


def test_refusals_are_counted_each_and_what_lasts_is_counted_once(made):
    for _ in range(4):
        made.tick(SafetyCode.REJECTED_STALE, SafetyCode.LIMITED_BY_COLLISION)
    made.tick(SafetyCode.OK)
    made.tick(SafetyCode.LIMITED_BY_COLLISION)
    made.tick(SafetyCode.STOP_TRACKING, state=SafetyState.STOPPING)
    status = made.sent[-1]
    assert dict(zip(status.codes, status.counts, strict=True)) == {
        'OK': 1,
        'LIMITED_BY_COLLISION': 2,
        'REJECTED_STALE': 4,
        'STOP_TRACKING': 1,
    }
    assert status.stops == 1


def test_times_of_motion_and_of_commands(made):
    made.actions.accepted = 1
    made.tick(SafetyCode.OK, speed=0.1)
    assert (made.sent[-1].time_at_rest, made.sent[-1].time_since_command) == (0.0, 0.0)
    for _ in range(60):
        made.tick(SafetyCode.OK)
    assert made.sent[-1].time_at_rest == pytest.approx(0.6)
    assert made.sent[-1].time_since_command == pytest.approx(0.6)


@pytest.mark.parametrize(
    ('state', 'locks', 'level'),
    [
        (SafetyState.RUN, Locks(), DiagnosticStatus.OK),
        (SafetyState.HOLD, Locks(held=('deadman',)), DiagnosticStatus.WARN),
        (SafetyState.HOLD, Locks(robot_fault='It is off.'), DiagnosticStatus.WARN),
        (SafetyState.STOPPING, Locks(), DiagnosticStatus.WARN),
        (SafetyState.LATCHED, Locks(), DiagnosticStatus.ERROR),
    ],
)
def test_the_level_of_the_diagnostics(made, state, locks, level):
    made.tick(SafetyCode.STOP_LOCKED, state=state, locks=locks)
    told = made.diagnostics()
    assert told.level == level
    assert told.hardware_id == 'ur5e'
    assert told.name == 'left/octo_safety: safety filter'
    values = {item.key: item.value for item in told.values}
    assert values['state'] == state.name
    assert values['STOP_LOCKED'] == '1'


def test_a_filter_that_nobody_watches_warns_and_goes_on(made):
    made.unwatched = 'No octo_watchdog runs.'
    made.tick(SafetyCode.OK)
    told = made.diagnostics()
    assert told.level == DiagnosticStatus.WARN
    assert told.message.endswith('No octo_watchdog runs.')
    made.tick(SafetyCode.STOP_OUTPUT, state=SafetyState.LATCHED)
    assert made.diagnostics().level == DiagnosticStatus.ERROR


def test_before_the_first_tick_it_is_inactive(made):
    assert made.diagnostics().level == DiagnosticStatus.WARN
    made.tick(SafetyCode.OK)
    made.reports.inactive()
    assert made.sent[-1].state == SafetyStatus.INACTIVE
    assert made.sent[-1].code == 'IDLE'
