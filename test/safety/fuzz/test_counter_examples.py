# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What once broke an invariant must not break one again; and counter-examples survive JSON."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import SafetyError
from octo_ros.limits import Obstacle
from octo_ros.safety.fuzz.campaign import Campaign
from octo_ros.safety.fuzz.counter_example import CounterExample
from octo_ros.safety.fuzz.inputs import (
    FOLLOWING,
    UNLOCKED,
    AddObstacle,
    Deactivate,
    Episode,
    Measured,
    RemoveObstacle,
    Reset,
    TickInput,
)
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command, JointCommand, Locks

FILES = sorted((Path(__file__).parents[2] / 'data/safety').glob('*.json'))


def test_there_are_some():
    assert FILES


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_it_does_not_break_again(path):
    example = CounterExample.from_dict(json.loads(path.read_text()))
    campaign = Campaign(load_embodiment(example.robot), 0, time.perf_counter_ns)
    assert campaign.reproduce(example.episode) == []


def equal(first, second):
    """Deeply, with arrays by value and NaN equal to itself."""
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second, equal_nan=True)
    if hasattr(first, '__dataclass_fields__'):
        return type(first) is type(second) and all(
            equal(getattr(first, name), getattr(second, name))
            for name in first.__dataclass_fields__
        )
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(equal, first, second))
    return first == second or (first != first and second != second)  # noqa: PLR0124 - NaN


def test_json_keeps_everything():
    box = Obstacle(name='box', size=(0.1, 0.2, 0.3), xyz=(0.4, 0.0, 0.1), rpy=(0.1, 0.2, 0.3))
    bad = Command(2**63 - 1, -5, 'frame', [np.nan, np.inf, 5e-324], np.zeros(3), 0.1, 0.1)
    joints = JointCommand(3, 4, ('a', 'b'), np.array([0.1, -np.inf]), 0.5, 0.1)
    locks = Locks(('e_stop',), ('deadman',), 'fault', SafetyCode.STOP_CLOCK_JUMP)
    inputs = [
        TickInput(10, bad),
        TickInput(10, joints, None),
        TickInput(-50, None, Measured(np.array([0.1, 0.2]), -7, 1, 0.3, 0.9), locks),
        TickInput(10),
        TickInput(10, actions=(Deactivate(), Reset(Measured(speed=1.0), locks), Reset())),
        TickInput(10, actions=(AddObstacle(box), RemoveObstacle('box'))),
    ]
    example = CounterExample('ur5', 'I1', 'here', Episode(5, np.array([0.1, 0.2]), 0.3, inputs))
    text = json.dumps(example.to_dict())
    again = CounterExample.from_dict(json.loads(text))
    assert equal(example, again)
    assert again.episode.inputs[3].measured is FOLLOWING
    assert again.episode.inputs[3].locks is UNLOCKED
    assert '"3"' not in text  # a tick in which nothing happens


def test_another_version_is_refused():
    with pytest.raises(SafetyError, match='version 7; 1 is needed'):
        CounterExample.from_dict({'version': 7})
