# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One engine's process: turns, the end, failures in words."""

from pathlib import Path

import numpy as np
import pytest

from octo_ros.benchmark.engine_probe import Source
from octo_ros.benchmark.entrant import Entrant, Options
from octo_ros.benchmark.variant import PLAIN, Variant

OPTIONS = Options(threads=1, ticks=5, rounds=2)


@pytest.fixture
def entrant(subject):
    made = Entrant(PLAIN, OPTIONS)
    made.source = Source(subject.path)
    yield made
    made.close()


def test_turns_add_up(entrant, subject):
    compared = subject.compared(2)
    entrant.take_turn()
    expected = entrant.actions(compared)
    entrant.take_turn()
    entrant.finish(compared, expected + np.float32(0.5))
    assert entrant.problem is None
    assert len(entrant.measurement.durations['critical']) == 6  # 5 in two equal turns
    assert entrant.measurement.error.largest == pytest.approx(0.5)
    assert entrant._remote is None


def test_a_process_that_dies_puts_it_out(entrant):
    entrant.take_turn()
    entrant._remote._process.kill()
    entrant.take_turn()
    assert 'process of plain fp32 ended with status -9' in entrant.problem
    assert entrant._remote is None


def test_what_its_process_refuses_puts_it_out(entrant):
    entrant.source = Source(Path('/none'))
    entrant.take_turn()
    assert '/none' in entrant.problem
    assert entrant.measurement is None


def test_actions_that_are_not_finite_put_it_out(entrant, subject):
    compared = subject.compared(1)
    entrant.finish(compared, np.full((1, 4, 7), np.nan, np.float32))
    assert 'not finite' in entrant.problem
    assert entrant.measurement is None


def test_what_cannot_run_is_out_from_the_start():
    assert 'does not run int8' in Entrant(Variant('torch', 'int8'), OPTIONS).problem


def test_ticks_are_shared_out_rounded_up():
    assert Options(1, ticks=7, rounds=3).ticks_per_round == 3
