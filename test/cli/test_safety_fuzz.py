# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`safety_fuzz`: a short run, its table, its JSON, and what it does with a violation."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from octo_ros.cli import safety_fuzz
from octo_ros.cli.main import main
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety_codes import SafetyState


def test_json_has_every_invariant(capsys):
    assert main(['safety_fuzz', '--robot', 'widowx', '--ticks', '300', '--json']) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result['robot'], result['seed'], result['violations']) == ('widowx', 1, 0)
    assert result['ticks'] >= 300
    rows = {row['name']: row for row in result['invariants']}
    assert {f'I{k}' for k in range(1, 15)} <= {name.split()[0] for name in rows}
    assert rows['I1']['checked'] >= 300
    assert set(result['tick_ms']) == {'p50', 'p99', 'p99.9', 'max'}
    assert sum(result['states'].values()) == pytest.approx(1.0)
    assert result['first'] == []


def test_a_table_and_status_zero_or_one(capsys):
    assert main(['safety_fuzz', '--robot', 'franka', '--ticks', '300', '--seed', '2']) == 0
    said = capsys.readouterr().out
    assert 'franka, seed 2' in said
    assert 'joints inside their range less the margin' in said
    assert 'OK' in said
    assert 'p99.9' in said


class Reckless(SafetyFilter):
    """Sends all positions a little off while it runs."""

    def tick(self, *arguments, **named):
        sent = super().tick(*arguments, **named)
        off = 2e-3 if sent.state is SafetyState.RUN else 0.0
        return replace(sent, positions=sent.positions + off)


def test_a_violation_is_told_kept_and_status_one(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr('octo_ros.safety.fuzz.campaign.SafetyFilter', Reckless)
    arguments = ['safety_fuzz', '--robot', 'franka', '--ticks', '300', '--save', str(tmp_path)]
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert 'first at tick' in said
    assert 'kept in' in said
    kept = sorted(tmp_path.glob('franka_I2_j_1_*.json'))
    assert len(kept) == 1
    values = json.loads(kept[0].read_text())
    assert values['invariant'] == 'I2 j'
    assert 'seed 1, tick' in values['origin']


def test_the_inputs_do_not_depend_on_who_runs_them(capsys, monkeypatch):
    monkeypatch.setattr(safety_fuzz, 'BATCH', 200)
    results = []
    for workers in ('1', '2'):
        main(['safety_fuzz', '--robot', 'ur5', '--ticks', '400', '--workers', workers, '--json'])
        results.append(json.loads(capsys.readouterr().out))
    assert results[0]['codes'] == results[1]['codes']
    assert results[0]['ticks'] == results[1]['ticks']
    assert results[0]['invariants'] == results[1]['invariants']


@pytest.mark.parametrize(
    'wrong', [(), ('--robot', 'ur5', '--ticks', '0'), ('--robot', 'ur5', '--workers', 'x')]
)
def test_wrong_usage(wrong):
    with pytest.raises(SystemExit) as end:
        main(['safety_fuzz', *wrong])
    assert end.value.code == 2


def test_an_unknown_robot_is_one_sentence(capsys):
    assert main(['safety_fuzz', '--robot', 'frank']) == 1
    assert "Did you mean 'franka'" in capsys.readouterr().err
