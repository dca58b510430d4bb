# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A damaged bag is one sentence; salvaged, it gives true messages and an account of the rest."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rosbags.rosbag2 import CompressionMode, StoragePlugin

from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.mcap_scan import CHUNK_PATTERN
from octo_ros.errors import BagError

OFFER = r'is damaged: .*Messages that can be read: \d+.*over \d\.\d s; --salvage keeps them\.$'
FREQUENT = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LAYOUTS = [
    {},
    {'compression': 'zstd'},
    {'compression': 'lz4', 'crc': False},
    {'chunk': 0},
    {'summary': False},
]


@pytest.fixture
def cutting(tmp_path, second, files):
    """Where to cut what, and what makes it."""
    return tmp_path, second, files


def damaged(path, content, true, match=OFFER):
    """Check both ways of opening; what was salvaged, and what was lost."""
    with pytest.raises(BagError, match=match):
        content(path)
    found, losses, _ = content(path, salvage=True)
    assert set(found) <= set(true)
    assert losses
    return found, losses


def cut(path, size):
    path.write_bytes(path.read_bytes()[:size])


@pytest.mark.parametrize('layout', LAYOUTS, ids=str)
def test_an_mcap_file_without_its_end_keeps_all_messages(tmp_path, second, files, content, layout):
    path = files.mcap(tmp_path / 'one.mcap', second, **layout)
    true, _, _ = content(path)
    cut(path, path.stat().st_size - 20)
    found, losses = damaged(path, content, true)
    assert found == true
    assert losses.lost_messages == 0
    assert 'has no end' in losses.sentences[0]


@pytest.mark.parametrize('layout', LAYOUTS, ids=str)
def test_an_mcap_file_cut_in_the_middle_keeps_what_lies_before(
    tmp_path, second, files, content, layout
):
    path = files.mcap(tmp_path / 'one.mcap', second, **layout)
    true, _, _ = content(path)
    cut(path, path.stat().st_size // 2)
    found, losses = damaged(path, content, true)
    assert found == true[: len(found)]
    assert len(found) > len(true) // 4
    assert losses.unreadable_bytes > 0


@pytest.mark.parametrize('layout', [*LAYOUTS[:2], {'compression': 'lz4'}, LAYOUTS[-1]], ids=str)
def test_a_chunk_with_a_wrong_checksum_is_left_out_and_counted(
    tmp_path, second, files, content, layout
):
    path = files.mcap(tmp_path / 'one.mcap', second, **layout)
    true, _, _ = content(path)
    data = bytearray(path.read_bytes())
    second_chunk = list(CHUNK_PATTERN.finditer(data))[1]
    data[second_chunk.end() + 30] ^= 0xFF
    path.write_bytes(data)
    found, losses = damaged(path, content, true)
    assert len(found) + losses.lost_messages == len(true)
    assert 0 < losses.lost_messages < len(true)


def test_bytes_missing_within_a_file_lose_one_chunk(tmp_path, second, files, content):
    path = files.mcap(tmp_path / 'one.mcap', second)
    true, _, _ = content(path)
    data = path.read_bytes()
    path.write_bytes(data[:40_000] + data[41_000:])
    found, _ = damaged(path, content, true)
    assert found[0] == true[0]
    assert found[-1] == true[-1]
    assert len(found) > len(true) // 2


@pytest.mark.parametrize('share', [0.5, 0.7, 0.95])
def test_a_cut_sqlite_file_keeps_the_rows_of_its_pages(tmp_path, second, files, content, share):
    path = files.sqlite(tmp_path / 'one.db3', second)
    true, _, _ = content(path)
    cut(path, int(path.stat().st_size * share))
    found, losses = damaged(path, content, true, 'is cut off')
    assert len(found) > (share - 0.2) * len(true)
    assert losses.unreadable_bytes > 0


def test_a_sqlite_file_with_a_broken_tree_is_read_row_by_row(tmp_path, second, files, content):
    path = files.sqlite(tmp_path / 'one.db3', second)
    true, _, _ = content(path)
    root = sqlite3.connect(path).execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'messages'"
    )
    (page,) = root.fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = bytes(4096)
    path.write_bytes(data)
    found, _ = damaged(path, content, true)
    assert found == true


def test_a_page_of_a_picture_that_is_not_there_loses_that_message(
    tmp_path, second, files, content
):
    path = files.sqlite(tmp_path / 'one.db3', second)
    true, _, _ = content(path)
    data = bytearray(path.read_bytes())
    # A page that is full of a picture names the next one; let that be one far away.
    place = data.index(bytes([7]) * 4092)
    data[place - 4 : place] = b'\x7f\0\0\0'
    path.write_bytes(data)
    found, losses = damaged(path, content, true)
    assert len(found) == len(true) - 1
    assert losses.lost_messages == 1


def test_a_write_ahead_log_left_over_is_taken_in(tmp_path, second, files, content):
    whole = files.sqlite(tmp_path / 'whole.db3', second)
    true, _, _ = content(whole)
    database = sqlite3.connect(whole)
    database.execute('PRAGMA journal_mode=WAL')
    database.execute('DELETE FROM messages WHERE id > 60')
    database.commit()
    bag = tmp_path / 'bag'
    bag.mkdir()
    for suffix in ('', '-wal'):
        shutil.copy(f'{whole}{suffix}', bag / f'one.db3{suffix}')
    database.close()
    before = sorted((p.name, p.stat().st_size) for p in bag.iterdir())
    found, _ = damaged(bag, content, true, 'a write-ahead log was left beside it')
    assert found == true[:60]
    assert sorted((p.name, p.stat().st_size) for p in bag.iterdir()) == before


def test_a_hot_journal_is_rolled_back_in_a_copy(tmp_path, second, files, content):
    path = files.sqlite(tmp_path / 'one.db3', second)
    true, _, _ = content(path)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute('PRAGMA cache_size=1')
    database.execute('BEGIN')
    database.execute('UPDATE messages SET data = zeroblob(5000)')
    bag = tmp_path / 'bag'
    bag.mkdir()
    for suffix in ('', '-journal'):
        shutil.copy(f'{path}{suffix}', bag / f'one.db3{suffix}')
    database.execute('ROLLBACK')
    found, _ = damaged(bag, content, true, 'a journal was left beside it')
    assert found == true


def test_a_split_file_that_is_missing_is_counted(tmp_path, second, files, content):
    bag = files.packed(tmp_path / 'bag', second)
    true, _, _ = content(bag)
    whole = yaml.safe_load((bag / 'metadata.yaml').read_text())
    info = whole['rosbag2_bagfile_information']
    info['relative_file_paths'].append('bag_1.mcap')
    info['files'].append({**info['files'][0], 'path': 'bag_1.mcap', 'message_count': 9})
    (bag / 'metadata.yaml').write_text(yaml.safe_dump(whole))
    found, losses = damaged(bag, content, true, 'bag_1.mcap is missing')
    assert (found, losses.lost_messages) == (true, 9)


@pytest.mark.parametrize('suffix', ['db3', 'mcap'])
def test_a_file_without_a_byte(tmp_path, second, files, content, suffix):
    bag = tmp_path / 'bag'
    bag.mkdir()
    (bag / f'bag_1.{suffix}').touch()
    with pytest.raises(BagError, match=r'is empty.*Nothing of it can be read'):
        content(bag)
    with pytest.raises(BagError, match='no message of it can be read'):
        content(bag, salvage=True)
    true, _, _ = content(files.plain(tmp_path / f'one.{suffix}', second))
    files.plain(bag / f'bag_0.{suffix}', second)
    found, _ = damaged(bag, content, true, 'is empty')
    assert found == true


@pytest.mark.parametrize('plugin', list(StoragePlugin))
def test_a_packed_file_that_is_cut_is_told(tmp_path, second, files, content, plugin):
    bag = files.packed(tmp_path / 'bag', second, plugin, CompressionMode.FILE)
    assert len(content(bag)[0]) == len(second)
    (path,) = bag.glob('*.zstd')
    cut(path, path.stat().st_size - 40)
    with pytest.raises(BagError, match='compressed data is cut off'):
        content(bag)


def test_a_packed_message_that_is_damaged_is_lost(tmp_path, second, files):
    bag = files.packed(tmp_path / 'bag', second, StoragePlugin.SQLITE3, CompressionMode.MESSAGE)
    database = sqlite3.connect(next(bag.glob('*.db3')))
    database.execute('UPDATE messages SET data = substr(data, 1, length(data) - 9) WHERE id = 5')
    database.commit()
    database.close()
    with pytest.raises(BagError, match=r'cannot be decompressed.*--salvage'), Bag(bag) as opened:
        list(opened.messages(opened.topics))
    with Bag(bag, salvage=True) as opened:
        assert len(list(opened.messages(opened.topics))) == len(second) - 1
        assert opened.losses.lost_messages == 1


@pytest.mark.parametrize('suffix', ['db3', 'mcap'])
def test_rubbish_is_refused(tmp_path, suffix):
    path = tmp_path / f'one.{suffix}'
    path.write_bytes(b'rubbish' * 1000)
    for salvage in (False, True):
        with pytest.raises(BagError, match=str(path)), Bag(path, salvage=salvage):
            pass


@pytest.mark.parametrize('kind', ['db3', *LAYOUTS], ids=str)
@FREQUENT
@given(share=st.floats(0, 1))
def test_a_file_may_be_cut_anywhere(cutting, content, kind, share):
    tmp_path, second, files = cutting
    path = tmp_path / ('one.db3' if kind == 'db3' else 'one.mcap')
    if path.with_suffix('.whole').exists():
        shutil.copy(path.with_suffix('.whole'), path)
    else:
        files.sqlite(path, second) if kind == 'db3' else files.mcap(path, second, **kind)
        shutil.copy(path, path.with_suffix('.whole'))
    true, _, _ = content(path)
    cut(path, round(share * path.stat().st_size))
    refused = ''
    try:
        assert content(path)[0] == true
    except BagError as error:
        refused = str(error)
    assert not refused or str(path) in refused
    try:
        found, losses, _ = content(path, salvage=True)
    except BagError:
        assert refused
        return
    assert set(found) <= set(true)
    assert bool(refused) == bool(losses)
    assert refused or found == true


@pytest.mark.parametrize('suffix', ['db3', 'mcap'])
@FREQUENT
@given(
    share=st.floats(0, 0.999),
    change=st.tuples(st.integers(1, 6000), st.integers(0, 255)),
)
def test_bytes_may_be_wrong_anywhere(cutting, suffix, share, change):
    tmp_path, second, files = cutting
    length, fill = change
    path = tmp_path / f'one.{suffix}'
    if not path.with_suffix('.whole').exists():
        shutil.copy(files.plain(path, second), path.with_suffix('.whole'))
    data = bytearray(path.with_suffix('.whole').read_bytes())
    place = int(share * len(data))
    data[place : place + length] = bytes([fill]) * len(data[place : place + length])
    path.write_bytes(data)
    for salvage in (False, True):
        refused = ''
        try:
            with Bag(path, salvage=salvage) as opened:
                found = list(opened.messages(opened.topics))
                assert len(found) <= len(second)
                assert salvage or not opened.losses
        except BagError as error:
            refused = str(error)
        assert not refused or str(path) in refused or 'has type' in refused
