# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json

import pytest

from octo_ros.demo.dataset import make_dataset
from octo_ros.demo.reader import read_story
from octo_ros.demo.summary import summarise
from octo_ros.embodiment import load_embodiment

ROBOT = load_embodiment('widowx')


@pytest.fixture(scope='module')
def story(demo_bag):
    return read_story(demo_bag, ROBOT)


@pytest.fixture(scope='module')
def report(demo_bag, tmp_path_factory):
    return make_dataset(demo_bag, ROBOT, tmp_path_factory.mktemp('dataset'))


def test_figures_are_those_of_bag_judge_and_dataset(story, report, demo_attempts):
    summary = summarise(story, demo_attempts, report)
    first, second = summary.instructions
    assert (first.verdict, second.verdict) == ('done', 'failed')
    assert first.codes == {'OK': 20, 'REJECTED_RATE': 1}
    assert first.seconds == 1.9
    assert summary.failed == (second,)
    assert summary.latency_ms == {'median': 150.0, 'p95': 150.0}
    assert summary.recorded == '2023-11-14T22:13:20+00:00'
    assert summary.dataset.split_episodes == {'train': 1, 'val': 1}
    assert summary.dataset.steps == report.facts.steps
    assert json.loads(summary.to_json())['counters']['stops'] == 2


def test_notes_tell_what_went_wrong(story, report, demo_attempts):
    assert len(summarise(story, demo_attempts, report).notes) == 2
    calm = dataclasses.replace(story.counters, refused=0, deadline_misses=0)
    quiet = dataclasses.replace(story, counters=calm)
    assert summarise(quiet, demo_attempts, report).notes == ()
    late = dataclasses.replace(story, counters=dataclasses.replace(calm, late_ticks=300))
    (note,) = summarise(late, demo_attempts, report).notes
    assert 'Late control ticks: 300' in note
