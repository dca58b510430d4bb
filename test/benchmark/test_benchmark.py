# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Real engines on a real, tiny network, each in its own process."""

import json

import pytest

from octo_ros.benchmark.benchmark import run
from octo_ros.benchmark.entrant import Options
from octo_ros.benchmark.variant import Variant


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_runtime_side_by_side(subject, tmp_path):
    wanted = (
        Variant('torch', 'fp32'),
        Variant('torch', 'int8'),
        Variant('onnxruntime', 'int8'),
        Variant('openvino', 'int8'),
    )
    steps = []
    result = run([subject], wanted, Options(1, ticks=2, rounds=2), tmp_path, steps.append)
    by_name = {f'{row.engine} {row.precision}': row for row in result.rows}
    assert list(by_name) == [str(variant) for variant in wanted]
    assert 'does not run int8' in by_name.pop('torch int8').problem
    assert [row.problem for row in by_name.values()] == [None] * 3
    for name, row in by_name.items():
        assert row.critical_p50_ms > 0
        assert row.policy_p50_ms > 0
        assert 0 < row.share_of_peak < 1
        assert row.action_error_max.keys() == {'x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper'}
        exact = 'fp32' in name
        assert 0 < row.max_action_error < (1e-4 if exact else 0.5)
        assert exact or row.max_action_error > 1e-4
    rounds = [step for step in steps if 'round' in step]
    turns = [name for _ in range(2) for name in by_name]
    assert [step.split(': ')[1].split(',')[0] for step in rounds] == turns
    assert steps.count('peak of the machine') == 2
    assert json.loads(json.dumps(result.to_dict()))['rows'][1]['problem']


def test_what_cannot_run_costs_no_time(subject, tmp_path):
    steps = []
    result = run([subject], [Variant('torch', 'int8')], Options(1), tmp_path, steps.append)
    assert [row.problem is None for row in result.rows] == [False]
    assert steps == []
