# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy as the node runs it, on a real engine."""

from dataclasses import replace

import pytest

from octo_ros.benchmark.policy_loop import PolicyLoop
from octo_ros.benchmark.stopwatch import Stopwatch
from octo_ros.errors import PolicyError
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.policy.base import CacheCounts
from octo_ros.policy.engines.torch_engine import torch_engine


@pytest.fixture
def checkpoint(subject):
    return CheckpointDirectory.read(subject.path)


def test_every_tick_but_the_first_is_timed_and_found_prepared(octo, checkpoint):
    engine = torch_engine(octo)
    loop, stopwatch = PolicyLoop(checkpoint, engine), Stopwatch()
    for turn in (1, 2):  # a new task each: what was prepared before is of no use
        loop.run(stopwatch, range(4))
        assert len(stopwatch.durations['policy']) == len(stopwatch.durations['resize']) == 3 * turn
        assert engine.counts == CacheCounts(hits=4 * turn)
    assert min(stopwatch.durations['policy']) > 0


def test_a_checkpoint_without_tokenizer_is_refused(octo, checkpoint, tmp_path):
    nowhere = replace(checkpoint, path=tmp_path)
    with pytest.raises(PolicyError, match='names no tokenizer'):
        PolicyLoop(nowhere, torch_engine(octo))
