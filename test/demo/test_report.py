# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from octo_ros.demo.artifacts import make_artifacts
from octo_ros.demo.output import DemoOutput
from octo_ros.demo.reader import View
from octo_ros.demo.report import contact_sheet
from octo_ros.errors import BagError

VOID = {'meta', 'img', 'br', 'link'}


class Page(HTMLParser):
    """Collects words and sources, and checks that tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.words, self.sources, self.links, self.ids = [], [], [], set()
        self._open = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.sources += [values[key] for key in ('src', 'srcset') if key in values]
        self.links += [values[key] for key in ('href',) if key in values]
        self.ids |= {values['id']} if 'id' in values else set()
        if tag == 'img':
            assert values['alt']
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return ' '.join(' '.join(self.words).split())


@pytest.fixture(scope='module')
def output(demo_bag, demo_attempts, tmp_path_factory):
    output = DemoOutput.renewed(tmp_path_factory.mktemp('out') / 'demo')
    output.bag.symlink_to(demo_bag)
    make_artifacts(Console(quiet=True), output, 'widowx', demo_attempts)
    return output


@pytest.fixture(scope='module')
def page(output):
    return Page(output.report.read_text())


def test_everything_is_there_and_nothing_half_written(output):
    names = {path.name for path in output.directory.iterdir()}
    assert names == {
        '.octo_ros_demo',
        'bag',
        'dataset',
        'demo.mp4',
        'report.html',
        'summary.json',
    }


def test_page_opens_offline(page):
    assert page.sources
    assert all(source.startswith('data:') for source in page.sources)
    assert all(link.startswith('#') for link in page.links)
    assert {link[1:] for link in page.links} <= page.ids


def test_page_holds_film_figures_and_pictures(page):
    kinds = [re.match(r'data:([^;]+)', source).group(1) for source in page.sources]
    assert kinds.count('video/mp4') == 1
    assert kinds.count('image/svg+xml') == 2 * 2 + 2
    assert kinds.count('image/jpeg') == 2 * (6 + 6) + 2 * 2


def test_page_says_who_drove_what_was_asked_and_how_to_go_on(page, output):
    for words in (
        'driven by a scripted expert',
        'Give --checkpoint to let Octo drive',
        '2 instructions: 1 done',
        'pick up the green block',
        'Commands that the safety filter refused: 2.',
        'Commands arrive faster than their durations allow',
        f'bag_to_rlds {output.bag} --embodiment widowx',
        'octo_demo_widowx/1.0.0',
    ):
        assert words in page.text


def test_a_bag_that_lacks_an_episode_is_refused(demo_bag, demo_attempts, tmp_path):
    output = DemoOutput.renewed(tmp_path / 'demo')
    output.bag.symlink_to(demo_bag)
    with pytest.raises(BagError, match='incomplete'):
        make_artifacts(Console(quiet=True), output, 'widowx', (*demo_attempts, demo_attempts[0]))
    assert not output.report.exists()


def test_contact_sheet_goes_from_start_to_end():
    stream = [View(tenth / 10, {}) for tenth in range(43)]
    assert [view.time for view in contact_sheet(stream, 4.0, 5)] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert len(contact_sheet(stream[:2], 4.0, 5)) == 1
