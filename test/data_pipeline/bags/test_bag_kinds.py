# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever stock recorders write is read, and nothing is written to it."""

from __future__ import annotations

import random
import tempfile

import pytest
import yaml
from rosbags.rosbag2 import CompressionMode, StoragePlugin

from octo_ros.data.bags.bag import Bag
from octo_ros.errors import BagError

MODES = (None, CompressionMode.FILE, CompressionMode.MESSAGE)
MS = 1_000_000
START = 1_700_000_000_000 * MS
IDL = """================================================================================
IDL: lab_msgs/msg/Force
module lab_msgs { module msg { struct Force {
  std_msgs::msg::Header header;
  sequence<double> data;
}; }; };
"""


def state(directory):
    return [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(directory.iterdir())]


def truth(second):
    return [(topic, received_ns) for received_ns, topic, _, _ in second]


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where temporary files go."""
    folder = tmp_path / 'scratch'
    folder.mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(folder))
    return folder


@pytest.mark.parametrize('kind', [(p, m) for p in StoragePlugin for m in MODES])
def test_storage_and_compression_of_rosbag2(scratch, second, files, content, kind):
    path = files.packed(scratch.parent / 'bag', second, *kind)
    before = state(path)
    found, losses, notes = content(path)
    assert [m[:2] for m in found] == truth(second)
    assert (not losses, notes) == (True, ())
    assert state(path) == before
    assert not list(scratch.iterdir())


def test_packed_files_are_unpacked_once_for_all_who_share(tmp_path, second, files):
    path = files.packed(tmp_path / 'bag', second, mode=CompressionMode.FILE)
    shared = tmp_path / 'shared'
    made = []
    for _ in range(2):
        with Bag(path, scratch=shared) as opened:
            assert opened.message_count == len(second)
        (unpacked,) = shared.rglob('*.*')
        made.append((unpacked.name, unpacked.stat().st_ino, unpacked.stat().st_mtime_ns))
    assert made == [made[0]] * 2


@pytest.mark.parametrize(
    'layout',
    [
        {},
        {'compression': 'lz4'},
        {'compression': 'zstd'},
        {'chunk': 0},
        {'chunk': 0, 'summary': False},
        {'summary': False},
        {'index': False},
        {'crc': False, 'compression': 'lz4'},
    ],
    ids=str,
)
def test_layouts_of_mcap(tmp_path, second, files, content, layout):
    path = files.mcap(tmp_path / 'one.mcap', second, **layout)
    found, losses, _ = content(path)
    assert [m[:2] for m in found] == truth(second)
    assert not losses


@pytest.mark.parametrize('kind', [(1, False), (2, True), (3, False), (3, True)])
def test_sqlite_of_old_recorders_without_definitions(tmp_path, second, files, content, kind):
    path = files.sqlite(tmp_path / 'one.db3', second, *kind)
    assert [m[:2] for m in content(path)[0]] == truth(second)


def test_old_type_names_are_spelled_anew(tmp_path, second, files):
    old = [(t, topic, kind.replace('/msg/', '/'), data) for t, topic, kind, data in second]
    with Bag(files.sqlite(tmp_path / 'one.db3', old)) as opened:
        assert opened.topics['/camera'] == 'sensor_msgs/msg/CompressedImage'
        assert len(list(opened.messages(['/camera']))) == 20
        assert opened.counts == {'/camera': 20, '/joint_states': 50, '/words': 2}


def test_definitions_in_idl(tmp_path, second, files):
    kind = 'lab_msgs/msg/Force'
    joints = next(m for m in second if m[1] == '/joint_states')
    # Header, then a sequence of doubles, as a message of two doubles would be laid out.
    data = joints[3][:12] + b'\1\0\0\0\0\0\0\0' + b'\1\0\0\0' + bytes(12)
    path = files.mcap(
        tmp_path / 'one.mcap',
        [(START, '/force', kind, data)],
        definitions={kind: ('ros2idl', IDL)},
    )
    with Bag(path) as opened:
        (message,) = opened.messages(['/force'])
        assert message.value.data.tolist() == [0.0]
        assert opened.stamps('/force').header_ns.tolist() == [message.stamp_ns]


def test_a_type_that_nothing_defines_is_named(tmp_path, second, files):
    strange = [(t, topic, 'lab_msgs/msg/Odd', data) for t, topic, _, data in second[:3]]
    path = files.sqlite(tmp_path / 'one.db3', [*strange, *second[3:]])
    with Bag(path) as opened:
        topic = strange[0][1]
        assert len(opened.stamps(topic).received_ns)
        with pytest.raises(BagError, match=f'{topic} has type lab_msgs/msg/Odd which neither'):
            list(opened.messages([topic]))


def test_own_messages_need_no_definition(tmp_path, bag, files, monkeypatch):
    monkeypatch.delenv('AMENT_PREFIX_PATH', raising=False)
    bag.event(5, 2, 'run_1', 'wave')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        (raw,) = [data for _, _, data in opened._storage.messages({'/octo/episode'})]
    message = (START, '/octo/episode', 'octo_ros_msgs/msg/EpisodeEvent', bytes(raw))
    with Bag(files.sqlite(tmp_path / 'one.db3', [message])) as opened:
        (event,) = opened.messages(['/octo/episode'])
        assert event.value.language_instruction == 'wave'


@pytest.mark.parametrize('suffix', ['db3', 'mcap'])
def test_rows_in_any_order_are_sorted(tmp_path, second, files, content, suffix):
    shuffled = random.Random(3).sample(second, len(second))
    path = files.plain(tmp_path / f'one.{suffix}', shuffled)
    assert [m[:2] for m in content(path)[0]] == truth(second)


@pytest.mark.parametrize('suffix', ['db3', 'mcap'])
def test_topics_stored_one_after_another_are_woven(tmp_path, second, files, content, suffix):
    late = [(t + 5000 * MS, topic, kind, data) for t, topic, kind, data in second]
    by_topic = sorted([*second, *late], key=lambda m: (m[1], m[0]))
    path = files.plain(tmp_path / f'one.{suffix}', by_topic)
    assert [m[1] for m in content(path)[0]] == sorted(m[0] for m in by_topic)


@pytest.mark.parametrize('suffix', ['db3', 'mcap'])
def test_what_follows_a_clock_that_was_set_back_stays_after(
    tmp_path, second, files, content, suffix
):
    back = [(t - 3000 * MS, topic, kind, data) for t, topic, kind, data in second]
    path = files.plain(tmp_path / f'one.{suffix}', [*second, *back])
    found, _, _ = content(path)
    assert [m[:2] for m in found] == [*truth(second), *truth(back)]
    with Bag(path) as opened:
        assert opened.start_ns == back[0][0]


@pytest.mark.parametrize('plugin', list(StoragePlugin))
def test_split_files_that_overlap_are_merged(tmp_path, second, files, plugin, content):
    suffix = 'mcap' if plugin == StoragePlugin.MCAP else 'db3'
    bag = tmp_path / 'bag'
    bag.mkdir()
    for number, part in enumerate((second[:40:2], second[1:40:2], second[40:])):
        made = files.packed(tmp_path / f'part{number}', part, plugin, None)
        (made / f'part{number}.{suffix}').rename(bag / f'bag_{number}.{suffix}')
    found, _, notes = content(bag)
    assert [m[:2] for m in found] == truth(second)
    assert len(notes) == 1
    assert 'has no metadata.yaml' in notes[0]


def test_a_time_range_reads_its_part_only(tmp_path, second, files):
    path = files.mcap(tmp_path / 'one.mcap', second)
    for one in (path, files.sqlite(tmp_path / 'one.db3', second)):
        with Bag(one) as opened:
            first, last = START + 200 * MS, START + 422 * MS
            found = [(m.topic, m.received_ns) for m in opened.messages(opened.topics, first, last)]
            assert found == [m for m in truth(second) if first <= m[1] <= last]
            assert found[-1] == ('/camera', last)


@pytest.mark.parametrize('version', range(4, 12))
def test_versions_of_metadata(tmp_path, second, files, content, version):
    path = files.packed(tmp_path / 'bag', second, StoragePlugin.MCAP, None)
    whole = yaml.safe_load((path / 'metadata.yaml').read_text())
    whole['rosbag2_bagfile_information']['version'] = version
    if version < 5:
        del whole['rosbag2_bagfile_information']['files']
        whole['rosbag2_bagfile_information']['relative_file_paths'] = ['bag/bag.mcap']
    (path / 'metadata.yaml').write_text(yaml.safe_dump(whole))
    found, _, notes = content(path)
    assert (len(found), notes) == (len(second), ())


def test_the_files_win_over_wrong_metadata(tmp_path, second, files, content):
    path = files.packed(tmp_path / 'bag', second, StoragePlugin.SQLITE3, None)
    whole = yaml.safe_load((path / 'metadata.yaml').read_text())
    info = whole['rosbag2_bagfile_information']
    info['message_count'] = 7
    info['starting_time']['nanoseconds_since_epoch'] += 10**9
    info['duration']['nanoseconds'] = 5
    info['relative_file_paths'] = ['other.db3']
    info['topics_with_message_count'][0]['topic_metadata']['type'] = 'std_msgs/msg/Bool'
    info['topics_with_message_count'].pop()
    (path / 'metadata.yaml').write_text(yaml.safe_dump(whole))
    found, losses, notes = content(path)
    assert ([m[:2] for m in found], bool(losses)) == (truth(second), False)
    said = ' '.join(notes)
    for part in ('other.db3', '7 messages (there are 72)', '+1.000 s', '0.000 s (it is', 'Bool'):
        assert part in said
    assert 'nothing of' in said


def test_metadata_that_is_no_yaml_is_told(tmp_path, second, files, content):
    path = files.packed(tmp_path / 'bag', second, StoragePlugin.MCAP, None)
    (path / 'metadata.yaml').write_text('rosbag2_bagfile_information: [')
    found, _, notes = content(path)
    assert len(found) == len(second)
    assert 'cannot be understood' in notes[0]
