# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from io import StringIO

from rich.console import Console

from octo_ros.data.report.episode_report import SkippedEpisode
from octo_ros.data.report.report import build_report


def test_findings_come_with_the_worst_first(make):
    bad = make.part()
    bad.actions[4, 0] = 0.4
    episodes = [make.episode(parts=[bad], success=False, instruction='pick_up')]
    report = build_report(make.facts(episodes))
    ranks = [finding.severity.rank for finding in report.findings]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}
    assert [finding.code for finding in report.errors] == ['large_translation']


def test_a_good_dataset_has_no_errors(make):
    assert build_report(make.facts()).errors == ()


def test_both_files_are_written(make, tmp_path):
    report = build_report(make.facts())
    report.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {'report.json', 'report.html'}
    assert json.loads((tmp_path / 'report.json').read_text())['embodiment'] == 'widowx'
    assert (tmp_path / 'report.html').read_text() == report.to_html()


def printed(report):
    console = Console(file=StringIO(), width=120)
    console.print(report.table())
    return console.file.getvalue()


def test_the_console_does_not_grow_with_the_data(make):
    episodes = [
        make.episode(str(i), instruction='x' * 50_000, unusable_messages={f'/t{i}: odd': 1})
        for i in range(60)
    ]
    reasons = ['discarded when recorded'] * 50 + ['too short']
    skipped = tuple(
        SkippedEpisode('bags/run_8', str(i), reason, 'unusable' if i == 50 else 'discarded')
        for i, reason in enumerate(reasons)
    )
    report = build_report(make.facts(episodes, skipped=skipped))
    text = printed(report)
    assert f'and {len(report.findings) - 20} more findings, see report.html' in text
    assert 'and 20 more episodes, see report.html' in text
    assert 'and 31 more that are not in the dataset, see report.html' in text
    assert 'too short' in text
    assert len(text.splitlines()) < 500


def test_the_table_shows_what_was_kept_dropped_skipped_and_found(make):
    parts = [make.part(make.proprio(30)), make.part(make.proprio(12))]
    episode = make.episode(
        'pick',
        parts,
        instruction='pick up the [red] cup',
        dropped_ticks={'image_wrist: too old': 9},
        path_error_mm=None,
        path_error_deg=None,
        skews={},
    )
    skipped = (SkippedEpisode('bags/run_8', '0', 'discarded when recorded', 'discarded'),)
    text = printed(build_report(make.facts([episode], skipped=skipped)))
    for words in (
        '42 steps at 5 Hz',
        'run_7 pick',
        '30 + 12',
        '[red]',
        'run_8 0',
        'discarded',
        'error',
        'dropped_ticks: run_7 pick',
        '17.6 % of the ticks',
    ):
        assert words in text
