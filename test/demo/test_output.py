# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import pytest

from octo_ros.demo.output import DemoOutput
from octo_ros.errors import ConfigError


def test_a_new_directory_is_made_with_its_parents(tmp_path):
    output = DemoOutput.renewed(tmp_path / 'a/b')
    assert output.directory.is_dir()
    assert output.report.parent == output.directory


def test_what_an_earlier_demo_left_is_removed(tmp_path):
    output = DemoOutput.renewed(tmp_path / 'demo')
    for path in (output.bag, output.dataset / 'x', output.logs):
        path.mkdir(parents=True)
    (output.bag / 'bag.mcap').write_text('old')
    output.report.write_text('old')
    (output.directory / '.demo.partial.mp4').write_text('killed while filming')
    again = DemoOutput.renewed(tmp_path / 'demo')
    assert [path.name for path in again.directory.iterdir()] == ['.octo_ros_demo']


def test_foreign_files_are_refused_and_stay(tmp_path):
    (tmp_path / 'thesis.tex').write_text('years of work')
    with pytest.raises(ConfigError, match=r'thesis\.tex'):
        DemoOutput.renewed(tmp_path)
    assert (tmp_path / 'thesis.tex').read_text() == 'years of work'


def test_names_like_ours_are_foreign_without_our_mark(tmp_path):
    (tmp_path / 'dataset').mkdir()
    with pytest.raises(ConfigError, match='dataset'):
        DemoOutput.renewed(tmp_path)


def test_a_foreign_file_in_our_directory_is_refused(tmp_path):
    output = DemoOutput.renewed(tmp_path / 'demo')
    output.report.write_text('ours')
    (output.directory / 'notes.txt').write_text('mine')
    with pytest.raises(ConfigError, match=r'notes\.txt'):
        DemoOutput.renewed(tmp_path / 'demo')
    assert output.report.exists()


def test_links_are_removed_but_not_followed(tmp_path):
    kept = tmp_path / 'kept'
    kept.mkdir()
    (kept / 'file').write_text('x')
    output = DemoOutput.renewed(tmp_path / 'demo')
    output.bag.symlink_to(kept)
    DemoOutput.renewed(tmp_path / 'demo')
    assert (kept / 'file').exists()


def test_a_file_is_refused(tmp_path):
    (tmp_path / 'demo').write_text('')
    with pytest.raises(ConfigError, match='is a file'):
        DemoOutput.renewed(tmp_path / 'demo')
