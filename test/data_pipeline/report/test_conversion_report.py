# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from io import StringIO

from rich.console import Console

from octo_ros.data.report.conversion_report import ConversionReport
from octo_ros.data.report.episode_report import EpisodeReport, Skew, SkippedEpisode

REPORT = ConversionReport(
    dataset='/data/robot/1.0.0',
    embodiment='widowx',
    hz=5.0,
    action_source='achieved_pose',
    split_episodes={'train': 2},
    episodes=(
        EpisodeReport(
            bag='bags/run_7',
            episode='pick',
            splits=('train',),
            steps=(30, 12),
            instruction='pick up the [red] cup',
            success=True,
            dropped_ticks={'image_wrist: too old': 3},
            details={},
            unusable_messages={},
            skews={'image_wrist': Skew.of([-2_000_000, 4_000_000])},
            path_error_mm=0.25,
            path_error_deg=0.125,
        ),
    ),
    skipped=(SkippedEpisode('bags/run_8', '0', 'discarded when recorded'),),
)


def test_skews_are_distances():
    assert Skew.of([-2_000_000, 4_000_000]) == Skew(3.0, 3.9, 4.0)


def test_json_holds_everything():
    values = json.loads(REPORT.to_json())
    assert values['episodes'][0]['steps'] == [30, 12]
    assert values['episodes'][0]['skews']['image_wrist']['max_ms'] == 4.0
    assert values['skipped'][0]['reason'] == 'discarded when recorded'


def test_the_table_shows_what_was_kept_dropped_and_skipped():
    console = Console(file=StringIO(), width=100)
    console.print(REPORT.table())
    text = console.file.getvalue()
    for words in ('42 steps at 5 Hz', 'run_7 pick', '30 + 12', '[red]', 'run_8 0', 'discarded'):
        assert words in text
