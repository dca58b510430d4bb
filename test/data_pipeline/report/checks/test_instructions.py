# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks import instructions as checks


def said(make, *texts):
    return [make.episode(str(i), instruction=text) for i, text in enumerate(texts)]


@pytest.mark.parametrize(('text', 'told'), [('pick', False), ('', True), ('  ', True)])
def test_empty(make, found, text, told):
    expected = [('instruction_empty', 'error')] if told else []
    assert found(checks.check_empty_instructions, said(make, text)) == expected


def test_programmatic(make):
    episodes = said(make, 'pick up the cup', 'pick_up(cup)')
    (finding,) = checks.check_programmatic_instructions(make.measured(episodes))
    assert finding.places == ('pick_up(cup)',)
    assert 'snake_case, function call' in finding.sentence


@pytest.mark.parametrize(
    ('words', 'expected'),
    [
        (12, []),
        (13, [('instruction_perhaps_long', 'note')]),
        (15, [('instruction_perhaps_long', 'note')]),
        (16, [('instruction_long', 'warning')]),
    ],
)
def test_long(make, found, words, expected):
    episodes = said(make, ' '.join(['put'] * words))
    assert found(checks.check_long_instructions, episodes) == expected


def test_mixed_forms(make):
    episodes = said(make, 'Pick up the cup.', 'push the cup', 'pick up the cup')
    (finding,) = checks.check_mixed_forms(make.measured(episodes))
    assert set(finding.places) == {'Pick up the cup.', 'pick up the cup'}
    assert not list(checks.check_mixed_forms(make.measured(episodes[:2])))


def test_near_duplicates(make):
    episodes = said(make, 'push the cup', 'push teh cup', 'open the drawer', 'open the drawwer')
    (finding,) = checks.check_near_duplicates(make.measured(episodes))
    assert finding.places == ('open the drawer / open the drawwer',)
