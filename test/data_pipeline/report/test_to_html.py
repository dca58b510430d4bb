# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from octo_ros.data.report import to_html
from octo_ros.data.report.episode_report import SkippedEpisode
from octo_ros.data.report.finding import Finding, Severity
from octo_ros.data.report.report import build_report
from octo_ros.data.report.to_html import choose_thumbnails, worst_by_place

VOID = {'meta', 'br', 'wbr', 'img', 'link', 'input', 'hr'}


class Structure(HTMLParser):
    """Checks that tags are closed in order, and collects addresses, ids and links."""

    def __init__(self, page):
        super().__init__()
        self.open, self.addresses, self.ids, self.links = [], [], set(), set()
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.addresses += [values[k] for k in ('src', 'href') if k in values]
        self.ids |= {values['id']} if 'id' in values else set()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def faulty(make):
    """A dataset with something in every part of the page."""
    jumped = make.part(thumbnails=3)
    jumped.actions[4, 0] = 0.4
    episodes = [
        make.episode('good', parts=[make.part(thumbnails=3)]),
        make.episode('jump', parts=[jumped], instruction='pick_up <block>'),
        make.episode(
            'holes',
            parts=[make.part(thumbnails=3), make.part(make.proprio(9), thumbnails=3)],
            dropped_ticks={'image_wrist: too old': 9},
            details={'image_wrist: too old': 'image_wrist was 143 ms old.'},
            unusable_messages={'Joint states lack elbow.': 4},
            pictures={'image_primary': make.pictures(300, 90, 1.5)},
            success=False,
        ),
    ]
    topics = [
        make.topic,
        replace(
            make.topic,
            topic='/joint_states',
            latency_median_ms=None,
            drift_ms_per_min=None,
            clock=make.clock('receive', 'The type has no header.', 2_500_000),
            jumps=(make.jump(0, -0.5, 'receive'),),
        ),
    ]
    losses = make.losses(('Chunk 3 is cut off.',), 120, 4096)
    skipped = (SkippedEpisode('bags/run_8', '0', 'fewer than 2 steps'),)
    return make.facts(episodes, topics, losses, skipped=skipped)


def test_the_page_is_whole_and_needs_nothing_else(faulty):
    page = build_report(faulty).to_html()
    structure = Structure(page)
    outside = [
        a for a in structure.addresses if not a.startswith(('#', 'data:image/jpeg;base64,'))
    ]
    assert outside == []
    assert not re.search(r'https?://|@import|url\(|<script', page)
    anchors = {a[1:] for a in structure.addresses if a.startswith('#')}
    assert anchors <= structure.ids
    assert 'episode-2' in anchors


def test_it_tells_everything(faulty):
    page = build_report(faulty).to_html()
    for words in (
        'Not fit for training as it is',
        'An action moves the TCP by 0.400 m in one step.',
        'error above 0.1 m per step',
        'pick_up &lt;block&gt;',
        'snake_case',
        'image_wrist was 143 ms old.',
        'Joint states lack elbow.',
        'Chunk 3 is cut off.',
        '33.3 · 36.0 · 48.0',
        '22.0 · 25.0 · 40.0',
        'The type has no header.',
        '2.5 ms earlier',
        'clock went -0.5 s',
        'fewer than 2 steps',
        '30 + 9 steps',
        '1 outlier',
    ):
        assert words in page, words
    assert page.count('data:image/jpeg') == 3 + 3 + 6
    assert page.count('class="recorded"') == 2 * (1 + 1 + 2)
    assert page.count('Histogram of') == 7


def test_a_good_and_an_empty_dataset_have_a_page_too(make):
    good = make.facts([make.episode(parts=[make.part(make.proprio(100))])])
    assert 'All checks passed' in build_report(good).to_html()
    empty = make.facts([], [], bags=(), split_episodes={})
    Structure(build_report(empty).to_html())


def test_joint_actions_have_a_page(make):
    episode = make.episode(path_error_mm=None, path_error_deg=None)
    page = build_report(make.facts([episode], action_source='joint')).to_html()
    Structure(page)
    assert 'Joint actions are not compared' in page
    assert 'class="integrated"' not in page


def test_thumbnails_are_thinned_when_they_are_too_many():
    all_three = [(b'a' * 10, b'b' * 10, b'c' * 10)] * 4
    assert choose_thumbnails(all_three, 120).thumbnails == tuple(all_three)
    chosen = choose_thumbnails(all_three, 40)
    assert chosen.thumbnails == ((b'b' * 10,),) * 4
    assert len(chosen.left_out) == 1
    chosen = choose_thumbnails(all_three, 25)
    assert chosen.thumbnails == ((b'b' * 10,),) * 2 + ((),) * 2
    assert 'thumbnails of 2 episodes are left out' in chosen.left_out[1]


def test_episodes_are_marked_by_the_worst_that_was_found():
    places = {'run_7 1', 'run_7 12'}
    findings = [
        Finding(Severity.ERROR, 'a', ('run_7 12 part 2 step 3',), ''),
        Finding(Severity.WARNING, 'b', ('image_wrist in run_7 1', 'run_7 12'), ''),
        Finding(Severity.NOTE, 'c', ('run_7 1',), ''),
        Finding(Severity.ERROR, 'd', ('/joint_states',), ''),
    ]
    assert worst_by_place(findings, places) == {'run_7 12': 'error', 'run_7 1': 'warning'}


def test_what_is_left_out_is_told(make, monkeypatch):
    monkeypatch.setattr(to_html, 'EPISODES', 2)
    facts = make.facts([make.episode(str(i)) for i in range(3)])
    page = build_report(facts).to_html()
    assert 'The first 2 of 3 episodes are shown' in page
    assert page.count('<details class="card') == 1 + 2


def test_the_page_does_not_grow_with_what_was_skipped(make):
    reasons = {'discarded': 'discarded when recorded', 'unusable': 'fewer than 2 steps'}
    skipped = tuple(
        SkippedEpisode('run_8', str(i), reasons[kind], kind)
        for i, kind in enumerate(['discarded'] * 20_000 + ['unusable'])
    )
    page = build_report(make.facts(skipped=skipped)).to_html()
    assert len(page) < 100_000
    assert 'The first 300 of 20001 episodes that are not in the dataset are shown' in page
    assert '<td>fewer than 2 steps</td>' in page


def test_the_page_does_not_grow_with_parts_or_words(make):
    parts = [make.part(make.proprio(30, i)) for i in range(200)]
    facts = make.facts([make.episode('0', parts, instruction='x' * 100_000)])
    page = build_report(facts).to_html()
    assert len(page) < 60_000
    assert '6000 in 200 parts steps' in page
    assert 'Of 1 episodes only the paths of the first 20 parts are drawn' in page


def test_many_paths_share_their_points(make, monkeypatch):
    monkeypatch.setattr(to_html, 'PATH_POINTS', 80)
    facts = make.facts([make.episode(str(i), [make.part(make.proprio(90))]) for i in range(4)])
    page = build_report(facts).to_html()
    assert 'Paths are drawn with about 20 points' in page
    ways = re.findall(r'class="recorded" d="(M[^"]+)"', page)
    assert [way.count('L') for way in ways] == [19] * 8


def test_findings_and_remarks_beyond_what_people_read_are_counted(make, monkeypatch):
    monkeypatch.setattr(to_html, 'FINDINGS', 1)
    monkeypatch.setattr(to_html, 'SENTENCES', 2)
    facts = make.facts([make.episode(instruction='')], remarks=['one', 'two', 'three'])
    report = build_report(facts)
    page = report.to_html()
    assert f'The first 1 of {len(report.findings)} findings are shown' in page
    assert '<p>two</p>' in page
    assert 'And 1 more remarks' in page
    assert '<p>three</p>' not in page


def test_a_hundred_episodes_are_quick_and_light(make, tmp_path):
    jpegs = make.part(thumbnails=3).thumbnails
    parts = [replace(make.part(make.proprio(100, i)), thumbnails=jpegs) for i in range(100)]
    facts = make.facts([make.episode(str(i), parts=[part]) for i, part in enumerate(parts)])
    begun = time.process_time()
    build_report(facts).write(tmp_path)
    assert time.process_time() - begun < 5.0
    assert (tmp_path / 'report.html').stat().st_size < 3_000_000
