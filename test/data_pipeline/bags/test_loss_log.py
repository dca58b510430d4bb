# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.losses import BagLosses


def test_nothing_lost_is_false():
    assert not BagLosses()
    assert not LossLog().losses


def test_a_damage_that_is_met_twice_counts_once():
    log = LossLog()
    log.add('here', 'One.', 2, 10)
    log.add('there', 'Two.', 1, 5)
    log.add('here', 'One.', 2, 10)
    assert log.losses == BagLosses(('One.', 'Two.'), 3, 15)
