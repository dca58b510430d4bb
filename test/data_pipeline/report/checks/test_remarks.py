# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

from octo_ros.data.report.checks import remarks


def test_the_converters_own_warnings_are_findings(make):
    (finding,) = remarks.check_warnings(make.measured(warnings=('There is only one episode.',)))
    assert finding.sentence == 'There is only one episode.'


def test_odd_marks_are_warned_of_with_their_bag(make):
    sentence = "Episode '3' was open when the recording ended, and ends there."
    (finding,) = remarks.check_recording_remarks(make.measured(remarks=[sentence]))
    assert (finding.severity.value, finding.places) == ('warning', ('run_7',))
    assert finding.sentence == f'Remarks on marks and instructions: 1. {sentence}'


def test_odd_files_are_noted(make):
    (bag,) = make.facts().bags
    bags = (bag, replace(bag, path='bags/run_8', notes=('It has no metadata.yaml.',)))
    (finding,) = remarks.check_file_notes(make.measured(bags=bags))
    assert (finding.severity.value, finding.places) == ('note', ('run_8',))
    assert finding.sentence == 'Notes on files of bags: 1. It has no metadata.yaml.'


def test_remarks_on_labels_are_summed_over_episodes(make):
    sentence = 'gripper from the measured opening'
    episodes = [
        make.episode('0'),
        make.episode('1', remarks={sentence: 30}),
        make.episode('2', remarks={sentence: 40}),
    ]
    (finding,) = remarks.check_label_remarks(make.measured(episodes))
    assert finding.sentence == 'gripper from the measured opening (70 times).'
    assert finding.places == ('run_7 2', 'run_7 1')
    assert finding.severity.value == 'note'


def test_what_makes_actions_doubtful_is_warned_of(make):
    sentence = 'if they are velocities, choose --action command_velocity'
    episodes = [make.episode('0', warnings={sentence: 30})]
    (finding,) = remarks.check_label_remarks(make.measured(episodes))
    assert (finding.severity.value, finding.sentence) == ('warning', f'{sentence} (30 times).')
