# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An episode that cannot be written is left out by name; the others are written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.converted_episode import ConvertedEpisode
from octo_ros.data.conversion.request import ConversionRequest
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import DatasetError
from octo_ros.types import EpisodeEventKind as Kind


@pytest.fixture
def request_of(bag, tmp_path):
    bag.robot(0, 1000)
    for i in range(2):
        bag.event(i * 500, Kind.START, str(i), 'wave')
    path = bag.write(tmp_path / 'bag')
    return ConversionRequest(
        (path,), load_embodiment('widowx'), tmp_path / 'out', 'robot', hz=10.0
    )


def spoil(monkeypatch, names):
    """Let results of some episodes come back with a number that is not finite."""
    load = ConvertedEpisode.load

    def spoiled(directory):
        episode = load(directory)
        if episode.report.episode not in names:
            return episode
        (converted,) = episode.records
        actions = np.full_like(converted.record.actions, np.inf)
        record = replace(converted.record, actions=actions)
        return replace(episode, records=(replace(converted, record=record),))

    monkeypatch.setattr(ConvertedEpisode, 'load', spoiled)


def test_it_is_left_out_and_named(request_of, monkeypatch):
    spoil(monkeypatch, ['1'])
    report = convert(request_of)
    assert [episode.report.episode for episode in report.facts.episodes] == ['0']
    (skipped,) = report.facts.skipped
    assert skipped.episode == '1'
    assert 'not finite' in skipped.reason
    assert 'episode_unwritable' in [finding.code for finding in report.errors]


def test_if_there_is_no_other_it_is_a_sentence_and_nothing_is_kept(request_of, monkeypatch):
    spoil(monkeypatch, ['0', '1'])
    with pytest.raises(DatasetError, match=r'No episode could be converted.*not finite'):
        convert(request_of)
    assert not (request_of.output / 'robot').exists()
