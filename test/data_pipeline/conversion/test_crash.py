# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Killed anywhere, a conversion leaves the dataset as it was or as it is to be, and goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest
from octo_ros.embodiment import load_embodiment
from octo_ros.types import EpisodeEventKind as Kind

SCRIPT = Path(__file__).with_name('kill_points.py')
ROOT = Path(__file__).resolve().parents[3]


def three_episodes(bag, start_ms, path):
    bag.robot(start_ms, start_ms + 1500)
    for i in range(3):
        bag.event(start_ms + i * 500, Kind.START, f'{i}', 'wave')
    return bag.write(path)


# In the middle of an episode, between two, while shards are written, before and after the moment
# at which the dataset takes its place. All 43 and 52 points were tried by hand (`all`).
@pytest.mark.parametrize(('append', 'points'), [(False, '0.4,0.8,-3,-1'), (True, '0.7,-3,-2,-1')])
def test_killed_anywhere_it_leaves_old_or_new_and_goes_on(bag, tmp_path, append, points):
    before, scratch = tmp_path / 'before', tmp_path / 'scratch'
    before.mkdir()
    scratch.mkdir()
    path = three_episodes(bag, 0, tmp_path / 'first')
    if append:
        request = ConversionRequest((path,), load_embodiment('widowx'), before, 'robot', hz=10.0)
        convert(request)
        path = three_episodes(type(bag)(), 5000, tmp_path / 'second')
    command = [sys.executable, SCRIPT, before, scratch, points, path]
    result = subprocess.run(
        [str(word) for word in command] + ['--append'] * append,
        cwd=ROOT,
        env={'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1', 'PATH': ''},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == len(points.split(','))
    for line in lines:
        assert line['killed'], line
        assert line['state'] in ('old', 'new'), line
        assert line['again'] == 0, line
        assert line['complete'], line
    assert [line['state'] for line in lines[:-1]] == ['old'] * (len(lines) - 1) or append
    assert lines[-1]['state'] == 'new'
