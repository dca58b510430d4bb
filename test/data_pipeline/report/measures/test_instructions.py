# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.measures.instructions import instruction_uses


def test_the_most_used_comes_first(make):
    texts = ['push', 'pick', 'open', 'push']
    episodes = [make.episode(str(i), instruction=text) for i, text in enumerate(texts)]
    uses = instruction_uses(make.facts(episodes))
    assert [(use.text, use.episodes, use.steps) for use in uses] == [
        ('push', 2, 60),
        ('open', 1, 30),
        ('pick', 1, 30),
    ]


def test_lint_stands_with_it(make):
    (use,) = instruction_uses(make.facts([make.episode(instruction='pick_up')]))
    assert use.lint == ('snake_case',)
