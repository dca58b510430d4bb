# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.bags.losses import BagLosses
from octo_ros.data.conversion.losses import losses_in_all, losses_since

CHUNK = BagLosses(('a chunk is broken',), 3, 300)


def test_between_two_looks_only_what_is_new_counts():
    now = BagLosses((*CHUNK.sentences, 'a message is broken'), 4, 350)
    assert losses_since(CHUNK, now) == BagLosses(('a message is broken',), 1, 50)
    assert not losses_since(CHUNK, CHUNK)


def test_what_all_have_met_is_counted_once():
    message = BagLosses(('a message is broken',), 1, 50)
    total = losses_in_all(CHUNK, [CHUNK, message, BagLosses()])
    assert total == BagLosses(('a chunk is broken', 'a message is broken'), 4, 350)
