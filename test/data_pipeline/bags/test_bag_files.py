# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.bags.bag_files import find_files
from octo_ros.errors import BagError

LISTED = """rosbag2_bagfile_information:
  version: 5
  storage_identifier: {storage}
  relative_file_paths: [{names}]
"""


@pytest.fixture
def folder(tmp_path):
    """Makes empty files, and metadata that lists files."""

    def make(names, listed='', storage='mcap'):
        for name in names.split():
            (tmp_path / name).touch()
        if listed:
            text = LISTED.format(storage=storage, names=', '.join(listed.split()))
            (tmp_path / 'metadata.yaml').write_text(text)
        return tmp_path

    return make


def names(found):
    return [path.name for path in found.paths]


def test_numbers_are_counted_not_spelled(folder):
    assert names(find_files(folder('b_10.mcap b_9.mcap b_0.mcap'))) == [
        'b_0.mcap', 'b_9.mcap', 'b_10.mcap',
    ]  # fmt: skip


def test_the_listed_order_is_kept_and_what_is_missing_is_named(folder):
    found = find_files(folder('a.mcap b.mcap', 'b.mcap c.mcap a.mcap'))
    assert (names(found), found.missing) == (['b.mcap', 'a.mcap'], ('c.mcap',))


def test_renamed_files_are_read(folder):
    found = find_files(folder('new.mcap', 'old.mcap'))
    assert (names(found), found.missing) == (['new.mcap'], ())
    assert 'lists old.mcap' in found.notes[0]


def test_a_file_of_another_storage_is_left_out(folder):
    found = find_files(folder('a.mcap a.db3', 'a.mcap'))
    assert names(found) == ['a.mcap']
    assert 'a.db3 left out' in found.notes[0]


def test_two_kinds_of_storage_and_no_metadata_are_refused(folder):
    with pytest.raises(BagError, match='one kind'):
        find_files(folder('a.mcap a.db3'))


def test_a_file_that_was_being_packed_is_read_plain(folder):
    found = find_files(folder('a.db3 a.db3.zstd', 'a.db3.zstd', 'sqlite3'))
    assert (names(found), found.missing) == (['a.db3'], ())
    assert 'a.db3.zstd is left out' in found.notes[0]


def test_a_directory_without_storage_is_no_bag(folder):
    with pytest.raises(BagError, match=r'holds no storage file.*lists a.mcap'):
        find_files(folder('readme.txt', 'a.mcap'))


def test_another_file_is_no_bag(folder):
    with pytest.raises(BagError, match='is no bag'):
        find_files(folder('readme.txt') / 'readme.txt')
