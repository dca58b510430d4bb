# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What came of an episode, written and read back; nothing that is unfinished is taken for done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.data.bags.losses import BagLosses
from octo_ros.data.conversion.converted_episode import (
    ARRAYS,
    SIDECAR,
    ConvertedEpisode,
    ConvertedRecord,
)
from octo_ros.data.report.episode_report import EpisodeReport, Skew, SkippedEpisode
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.spool import Spool
from octo_ros.errors import DatasetError
from octo_ros.observation.repeats import PictureCounts

REPORT = EpisodeReport(
    *('bag', 'a', (), (2,), 'wave', True, {'gone': 1}, {'gone': 'image_wrist: gone'}, {}),
    skews={'image_wrist': Skew(1.0, 2.0, 3.0)},
    path_error_mm=0.5,
    path_error_deg=None,
)


@pytest.fixture
def converted(tmp_path):
    with (
        Spool(tmp_path / 'image_primary') as images,
        Spool(tmp_path / 'd', framed=False) as depths,
    ):
        for i in range(4):
            images.append(b'jpeg%d' % i)
            depths.append(bytes([i]) * 8)
        record = EpisodeRecord(
            *('bag', 'a', 'wave', True, True, 'joint'),
            proprio=np.arange(14, dtype=np.float32).reshape(2, 7),
            actions=np.arange(6, dtype=np.float32).reshape(2, 3),
            images={'image_primary': images.pictures()[1:3]},
            depths={'d': depths.pictures()[1:3]},
            observations={'force': np.ones((2, 6), np.float32)},
            embodiment='widowx',
            hz=10.0,
        )
        rest = (
            {'image_primary': PictureCounts(9, 1, 0.5)},
            {'odd': 2},
            {'doubtful': 2},
            BagLosses(('a chunk',), 1, 10),
        )
        return ConvertedEpisode((ConvertedRecord(record, (7, 8), (b'x', b'yz')),), REPORT, *rest)


def test_all_of_it_comes_back(converted, tmp_path):
    converted.save(tmp_path)
    again = ConvertedEpisode.load(tmp_path)
    assert (again.report, again.pictures, again.remarks, again.warnings, again.losses) == (
        converted.report,
        converted.pictures,
        converted.remarks,
        converted.warnings,
        converted.losses,
    )
    (old,), (new,) = converted.records, again.records
    assert (new.stamps_ns, new.thumbnails) == ((7, 8), (b'x', b'yz'))
    assert list(new.record.images['image_primary']) == [b'jpeg1', b'jpeg2']
    assert list(new.record.depths['d']) == [bytes([1]) * 8, bytes([2]) * 8]
    for name in ('proprio', 'actions'):
        np.testing.assert_array_equal(getattr(new.record, name), getattr(old.record, name))
    np.testing.assert_array_equal(new.record.observations['force'], np.ones((2, 6)))
    same = ('proprio', 'actions', 'images', 'depths', 'observations')
    plain = dict.fromkeys(same)
    assert replace(new.record, **plain) == replace(old.record, **plain)


def test_everything_is_on_the_disk_before_it_counts_as_finished(converted, tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(
        'octo_ros.data.conversion.converted_episode.sync',
        lambda path: synced.append((path, (tmp_path / SIDECAR).exists())),
    )
    converted.save(tmp_path)
    before = [path.name for path, is_finished in synced if not is_finished]
    assert {'image_primary', 'd', ARRAYS, f'{SIDECAR}.partial', tmp_path.name} == set(before)
    assert [path for path, is_finished in synced if is_finished] == [tmp_path, tmp_path.parent]


def test_a_skipped_one_comes_back_with_its_reason(tmp_path):
    skipped = ConvertedEpisode((), SkippedEpisode('bag', 'a', 'too short'))
    skipped.save(tmp_path)
    assert ConvertedEpisode.load(tmp_path) == skipped


@pytest.mark.parametrize('name', [SIDECAR, ARRAYS])
@pytest.mark.parametrize('content', [None, b'', b'{}'])
def test_what_is_not_finished_or_damaged_is_refused(converted, tmp_path, name, content):
    converted.save(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=r'is no converted episode, .* start anew'):
        ConvertedEpisode.load(tmp_path)


def test_pictures_that_are_missing_are_noticed(converted, tmp_path):
    converted.save(tmp_path)
    (tmp_path / 'd').write_bytes(bytes(20))
    with pytest.raises(DatasetError, match='d ends at byte 20 instead of 24'):
        ConvertedEpisode.load(tmp_path)
