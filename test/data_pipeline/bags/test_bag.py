# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import shutil

import pytest
from rosbags.rosbag1 import Writer as Rosbag1Writer
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.bag_summary import summarise
from octo_ros.errors import BagError

MS = 1_000_000
START = 1_700_000_000_000 * MS
IMAGE = ('sensor_msgs/msg/Image',)


@pytest.mark.parametrize('plugin', list(StoragePlugin))
def test_messages_come_in_the_order_of_arrival_with_their_stamps(bag, tmp_path, plugin):
    bag.image(0, '/camera', 1, delay=50)
    bag.image(10, '/camera', 2, delay=20)
    bag.string(35, '/words', 'hello')
    with Bag(bag.write(tmp_path / 'bag', plugin)) as opened:
        assert opened.topics == {'/camera': IMAGE[0], '/words': 'std_msgs/msg/String'}
        found = [
            (m.topic, m.stamp_ns - START, m.received_ns - START)
            for m in opened.messages(opened.topics)
        ]
        assert found == [
            ('/camera', 10 * MS, 30 * MS),
            ('/words', 35 * MS, 35 * MS),
            ('/camera', 0, 50 * MS),
        ]
        assert (opened.start_ns - START, opened.end_ns - START) == (30 * MS, 50 * MS)
        assert opened.arrivals('/camera', START, START + 30 * MS) == [START + 30 * MS]


def test_a_time_range_includes_both_ends(bag, tmp_path):
    for ms in range(0, 100, 10):
        bag.string(ms, '/words', str(ms))
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        messages = opened.messages(['/words'], START + 20 * MS, START + 40 * MS)
        assert [m.value.data for m in messages] == ['20', '30', '40']


def test_types_of_other_packages_are_read_from_the_bag_itself(bag, tmp_path):
    bag.event(5, 2, 'run_1', 'wave')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        (message,) = opened.messages(['/octo/episode'])
        assert (message.value.kind, message.value.language_instruction) == (2, 'wave')


def test_a_topic_that_is_not_there_gives_nothing(bag, tmp_path):
    bag.string(0, '/words', 'x')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        assert list(opened.messages(['/none'])) == []


def test_missing_topics_and_wrong_types_are_named(bag, tmp_path):
    bag.string(0, '/words', 'x')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        with pytest.raises(BagError, match=r'no messages on /camera.* as image_primary.*/words'):
            opened.require('/camera', IMAGE, 'image_primary')
        with pytest.raises(BagError, match=r'std_msgs/msg/String; as image_primary .*Image'):
            opened.require('/words', IMAGE, 'image_primary')


def test_a_missing_bag_is_refused(tmp_path):
    with pytest.raises(BagError, match='no bag at'), Bag(tmp_path / 'none'):
        pass


def test_an_empty_bag_is_refused(tmp_path):
    with Writer(tmp_path / 'bag', version=9) as writer:
        store = get_typestore(Stores.ROS2_JAZZY)
        writer.add_connection('/words', 'std_msgs/msg/String', typestore=store)
    with pytest.raises(BagError, match='holds no message'), Bag(tmp_path / 'bag'):
        pass


def test_a_ros1_bag_is_refused_by_name(tmp_path):
    store = get_typestore(Stores.ROS1_NOETIC)
    path = tmp_path / 'old.bag'
    with Rosbag1Writer(path) as writer:
        connection = writer.add_connection('/words', 'std_msgs/msg/String', typestore=store)
        text = store.types['std_msgs/msg/String']('x')
        writer.write(connection, 1, store.serialize_ros1(text, 'std_msgs/msg/String'))
    disguised = tmp_path / 'without_suffix'
    shutil.copy(path, disguised)
    for name in (path, disguised):
        with pytest.raises(BagError, match='ROS 1 bag'), Bag(name):
            pass


def test_a_cut_off_bag_is_one_sentence(bag, tmp_path):
    bag.image(0, '/camera', 1)
    path = bag.write(tmp_path / 'bag')
    storage = next(path.glob('*.mcap'))
    storage.write_bytes(storage.read_bytes()[:200])
    with pytest.raises(BagError, match=str(path)), Bag(path) as opened:
        list(opened.messages(opened.topics))


def test_a_topic_with_two_types_is_told(bag, tmp_path, serialised, files):
    bag.string(0, '/words', 'x')
    bag.string(5, '/words', 'y')
    (first, second) = serialised()
    bag.joints(10, ['a'], [1.0], '/words')
    path = files.sqlite(tmp_path / 'one.db3', [first, second])
    other = files.sqlite(tmp_path / 'two.db3', [m for m in serialised() if 'Joint' in m[2]])
    folder = tmp_path / 'bag'
    folder.mkdir()
    for file in (path, other):
        file.rename(folder / file.name)
    with Bag(folder) as opened:
        assert opened.topics == {'/words': 'std_msgs/msg/String'}
        assert 'not those of sensor_msgs/msg/JointState (1 messages)' in ' '.join(opened.notes)
        assert [m.value.data for m in opened.messages(['/words'])] == ['x', 'y']
        assert len(opened.stamps('/words').received_ns) == opened.counts['/words'] == 2


@pytest.mark.parametrize('kind', ['', 'Image', 'a/b:\n    1/0', '../../x'])
def test_a_type_without_a_proper_name_is_one_sentence(bag, tmp_path, serialised, files, kind):
    bag.string(0, '/words', 'x')
    messages = [*serialised(), (START + 5, '/odd', kind, b'{}')]
    path = files.mcap(tmp_path / 'one.mcap', messages, definitions={kind: ('', 'int8 a')})
    summary = summarise(path)
    assert [topic.timing.messages for topic in summary.topics] == [1, 1]
    with Bag(path) as opened:
        assert len(list(opened.messages(['/words']))) == 1
        with pytest.raises(BagError, match=r'/odd has type .*no name of a message type'):
            list(opened.messages(['/odd']))


@pytest.mark.parametrize('spare', [8, 12])
def test_bytes_that_rclpy_leaves_after_a_message_are_counted(
    bag, tmp_path, serialised, files, spare
):
    bag.joints(0, ['a'], [1.0])
    ((time_ns, topic, kind, data),) = serialised()
    messages = [(time_ns, topic, kind, data), (time_ns + 1, topic, kind, data + b'\x55' * spare)]
    with Bag(files.mcap(tmp_path / 'one.mcap', messages)) as opened:
        assert [m.value.name for m in opened.messages([topic])] == [['a']] * 2
        ((sentence, count),) = opened.remarks.items()
        assert (sentence.startswith(topic), count) == (True, 1)
    longer = [(time_ns, topic, kind, data + b'\x55' * 13)]
    path = files.mcap(tmp_path / 'two.mcap', longer)
    with Bag(path) as opened, pytest.raises(BagError, match='13 bytes more than its type'):
        list(opened.messages([topic]))


def test_a_definition_that_contradicts_itself_is_one_sentence(tmp_path, files):
    messages = [(START, '/odd', 'a/msg/B', b'\0\1\0\0\0')]
    definitions = {'a/msg/B': ('ros2msg', 'int8 a\nint8 a')}
    path = files.mcap(tmp_path / 'one.mcap', messages, definitions=definitions)
    with Bag(path) as opened, pytest.raises(BagError, match='cannot be understood'):
        list(opened.messages(['/odd']))


def test_a_disk_that_fails_is_one_sentence(bag, tmp_path, monkeypatch):
    bag.string(0, '/words', 'x')
    with Bag(bag.write(tmp_path / 'bag')) as opened:

        def fail(*_):
            raise OSError(5, 'Input/output error')

        monkeypatch.setattr('os.pread', fail)
        for read in (lambda: list(opened.messages(['/words'])), lambda: opened.stamps('/words')):
            with pytest.raises(BagError, match=r'cannot be read: .*Input/output error'):
                read()
