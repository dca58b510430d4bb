# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np

from octo_ros.data.report.episode_report import EpisodeReport, SkippedEpisode
from octo_ros.data.report.report import build_report
from octo_ros.data.report.to_json import plain

KEYS = {
    'format',
    'dataset',
    'embodiment',
    'hz',
    'steps',
    'splits',
    'action',
    'episode_counts',
    'finding_counts',
    'findings',
    'bags',
    'skews',
    'dropped_ticks',
    'pictures',
    'idle',
    'actions',
    'lag_scan',
    'path_errors',
    'instructions',
    'episodes',
    'skipped',
    'warnings',
    'earlier_reports',
}


def test_keys_are_those_that_are_documented(make):
    values = json.loads(build_report(make.facts()).to_json())
    assert set(values) == KEYS
    assert values['format'] == 1
    extra = {'place', 'pictures', 'idle'}
    assert set(values['episodes'][0]) == {f.name for f in fields(EpisodeReport)} | extra
    assert values['lag_scan']['peak'] == 0


def test_figures_are_those_of_the_conversion(make):
    topic = replace(make.topic, gaps=3, jumps=(make.jump(5, -0.5, 'receive'),))
    episodes = [
        make.episode('0', dropped_ticks={'too old': 9}),
        make.episode('1', success=False, dropped_ticks={'too old': 1}),
    ]
    skipped = (
        SkippedEpisode('run_8', '0', 'too short'),
        SkippedEpisode('b', '1', 'x', 'discarded'),
    )
    facts = make.facts(episodes, [topic], skipped=skipped)
    values = json.loads(build_report(facts).to_json())
    assert values['steps'] == 60
    assert values['dropped_ticks'] == {'too old': 10}
    assert values['episode_counts'] == {
        'kept': 2,
        'failed': 1,
        'skipped': 1,
        'discarded': 1,
        'failed_left_out': 0,
    }
    (bag,) = values['bags']
    assert bag['topics'][0]['gaps'] == 3
    assert bag['topics'][0]['jumps'][0]['seconds'] == -0.5
    assert bag['topics'][0]['clock']['source'] == 'header'
    severities = [finding['severity'] for finding in values['findings']]
    assert severities[0] == 'error'
    assert values['finding_counts']['error'] == severities.count('error')


def test_numbers_that_are_none_become_null(make):
    part = make.part()
    part.actions[:, 0] = np.nan
    part.proprio[2, 1] = np.inf
    episode = make.episode(parts=[part], path_error_mm=float('nan'))
    text = build_report(make.facts([episode])).to_json()
    constants = []
    values = json.loads(text, parse_constant=constants.append)
    assert constants == []
    assert values['episodes'][0]['path_error_mm'] is None
    assert {finding['code'] for finding in values['findings']} >= {'not_finite'}


def test_values_of_numpy_are_plain():
    assert plain({'a': (np.float32(0.5), np.int64(3), np.float64('inf'), True, None)}) == {
        'a': [0.5, 3, None, True, None]
    }
