# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the safety filter stands, and why it did what it did, with a sentence for each."""

from __future__ import annotations

from enum import Enum, IntEnum


class SafetyState(IntEnum):
    """Where the safety filter stands; the numbers are those of `SafetyStatus.msg`."""

    INACTIVE = 0
    HOLD = 1
    RUN = 2
    STOPPING = 3
    LATCHED = 4


class SafetyCode(Enum):
    """Why a command was changed or refused; the most restrictive one is reported first.

    The value is the sentence for people. Listed from harmless to severe.
    """

    OK = 'The command was executed as asked.'
    IDLE = 'No command yet; the arm holds its position.'
    LIMITED_BY_ACCELERATION = (
        'The joints need time to take up other speeds; the motion follows a little later.'
    )
    LIMITED_BY_SINGULARITY = (
        'The arm is nearly stretched or its axes line up; the blocked motion was damped.'
    )
    SCALED_FOR_STEP = 'The step was longer than its cap and was shortened, keeping its direction.'
    SCALED_FOR_VELOCITY = (
        'A joint or the TCP would have moved faster than its limit; the motion was slowed down.'
    )
    PROJECTED_ON_WORKSPACE = (
        'The target lay outside the workspace; the motion slides along its boundary.'
    )
    LIMITED_BY_JOINT_POSITION = (
        'A joint is near the end of its range; the motion towards it was limited.'
    )
    LIMITED_BY_TILT = 'The gripper would have leaned out of its cone; the motion slides along it.'
    LIMITED_BY_COLLISION = (
        'The arm is near itself, the table or an obstacle; the motion towards it was slowed.'
    )
    LIMITED_BY_LATE_TICK = 'A control tick came late; the arm slowed down for one period.'
    LIMITED_BY_VERIFIED_STOP = (
        'The arm could not have been stopped within all limits after this step; it braked instead.'
    )
    REJECTED_STATE = 'The filter is stopping or latched; commands are ignored until it holds.'
    REJECTED_RATE = 'Commands arrive faster than their durations allow; this one was dropped.'
    REJECTED_GRIPPER = 'The gripper opening is outside 0..1.'
    REJECTED_SHAPE = 'The command has the wrong frame or a duration that is not allowed.'
    REJECTED_NOT_FINITE = 'The command holds a value that is not finite.'
    REJECTED_OUTLIER = 'The step was several times longer than its cap and was refused.'
    REJECTED_STALE = 'The command is too old, from the future, or out of order.'
    STOP_BLOCKED = 'No step could be verified for a while; the arm was stopped and holds.'
    STOP_COMMAND_TIMEOUT = 'No command arrived in time; the arm was stopped and holds.'
    STOP_DEACTIVATED = 'The filter is being deactivated; the arm was stopped first.'
    STOP_REFUSALS = 'Several commands in a row could not be understood; the arm was stopped.'
    STOP_LOCKED = 'A lock is set, or silent; the arm was stopped.'
    STOP_LOST = 'Commands stopped coming in the middle of a motion; a reset is needed to go on.'
    STOP_NOT_FINITE = 'Several commands in a row were not finite; a reset is needed to go on.'
    STOP_OUTLIERS = 'Too many commands were absurdly long; a reset is needed to go on.'
    STOP_CLOCK_JUMP = 'The clock jumped, or the filter stood still; a reset is needed to go on.'
    STOP_OBSTACLE = 'An obstacle was put where the arm could not stop before it.'
    STOP_STATE_TIMEOUT = 'Joint states are missing, incomplete or too old; the arm was stopped.'
    STOP_TRACKING = 'The arm does not follow its commands; it was stopped.'
    STOP_ROBOT_FAULT = 'The robot reports a fault; the arm was stopped.'
    STOP_EMERGENCY = 'The emergency stop was pressed, or fell silent; a reset is needed to go on.'
    STOP_DUPLICATE_PUBLISHER = 'More than one publisher sends commands; the arm was stopped.'
    STOP_SOLVER = 'The motion could not be solved within all limits; the arm was stopped.'
    STOP_OUTPUT = 'The result failed the last check before sending; the arm holds until a reset.'
