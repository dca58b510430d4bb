# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.checks.finite import check_finite


def test_numbers_are_fine(make, found):
    assert found(check_finite) == []


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf])
def test_one_bad_number_is_an_error(make, bad):
    spoilt = make.part()
    spoilt.actions[3, 2] = bad
    episodes = [make.episode('0'), make.episode('1', parts=[spoilt])]
    (finding,) = check_finite(make.measured(episodes))
    assert finding.severity.value == 'error'
    assert finding.places == ('run_7 1',)
    assert finding.sentence.startswith('1 numbers')


def test_states_count_too(make, found):
    proprio = make.proprio()
    part = make.part(proprio)
    proprio[0, 0] = np.nan
    assert found(check_finite, [make.episode(parts=[part])]) == [('not_finite', 'error')]
