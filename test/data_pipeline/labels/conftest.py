# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.conversion.request import Topics
from octo_ros.data.labels.labels import labels_for
from octo_ros.embodiment import load_embodiment

from .commands import TypedTopics


@pytest.fixture(scope='session')
def robot():
    return load_embodiment('widowx')


@pytest.fixture
def make(robot):
    """Checked labels of a source that have taken commands."""

    def make(source, kind=None, messages=(), **topics):
        labels = labels_for(source, robot, Topics(**topics))
        labels.check(TypedTopics({labels.topics[0]: kind} if kind else {}))
        for message in messages:
            labels.add(message)
        return labels

    return make
