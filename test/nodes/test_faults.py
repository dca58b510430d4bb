# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark of faults, one run each in one system."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]


def test_the_arm_rests_or_goes_on_as_it_has_to():
    wanted = ('policy_stopped_2s', 'joint_states_nan', 'joint_states_permuted')
    command = [sys.executable, str(ROOT / 'benchmarks/faults.py'), '--robot', 'widowx']
    result = subprocess.run(
        [*command, '--runs', '1', '--json', '--fault', *wanted],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stdout, result.stderr
    rows = {row['fault']: row for row in json.loads(result.stdout)['faults']}
    assert tuple(rows) == wanted
    for name in wanted:
        row = rows[name]
        assert (row['passed'], row['recovered'], row['runs']) == (1, 1, 1), row
    assert 'STOP_STATE_TIMEOUT' in next(iter(rows['joint_states_nan']['ended']))
    assert 0 < rows['policy_stopped_2s']['ticks_max'] <= 65
    assert result.returncode == 0, result.stderr
