# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The formulas against a table made by hand, and against what PyTorch counts."""

from dataclasses import replace

import pytest
from torch.utils.flop_counter import FlopCounterMode

from octo_ros.benchmark import flops
from octo_ros.benchmark.flops import Flops
from octo_ros.benchmark.random_checkpoint import released_config
from octo_ros.benchmark.workload import Workload
from octo_ros.policy.engines.plain_engine import PlainEngine
from octo_ros.policy.engines.slot_layout import slot_layout
from octo_ros.policy.engines.torch_network import TorchNetwork
from octo_ros.policy.engines.window_engine import WindowEngine

# GFLOP: linears, attention, stem, head, total
TABLE = {
    ('small', flops.full_window): (29.3, 8.8, 2.9, 0.06, 41),
    ('small', flops.critical_path): (13.3, 3.9, 1.46, 0.06, 18.8),
    ('base', flops.full_window): (117.2, 17.5, 3.2, 0.06, 138),
    ('base', flops.critical_path): (53.3, 7.9, 1.6, 0.06, 62.8),
}


@pytest.mark.parametrize(('size', 'work'), TABLE)
def test_released_networks(size, work):
    found = work(released_config(size))
    linear, attention, stem, head, total = TABLE[size, work]
    parts = (found.linear, found.attention, found.stem, found.total)
    assert parts == pytest.approx((linear, attention, stem, total), rel=0.015)
    assert found.head == pytest.approx(head, abs=0.012)


def test_released_networks_have_337_tokens_per_slot():
    config = released_config('base')
    assert (flops.slot_tokens(config), flops.prefix_tokens(config)) == (337, 16)
    assert flops.slot_tokens(replace(config, repeat_task_tokens=False)) == 321


def counted(call):
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() / 1e9


def test_a_full_window_is_what_pytorch_counts(octo, config):
    workload, engine = Workload(config), PlainEngine(octo, config.window_size)
    engine.set_task(engine.encode(workload.task()))
    history, newest, sampling = workload.history(), workload.frame(), workload.sampling()
    found = counted(lambda: engine.act(history, newest, sampling))
    assert found == pytest.approx(flops.full_window(config).total, rel=0.03)


def test_the_split_is_what_pytorch_counts(octo, config):
    workload = Workload(config)
    engine = WindowEngine(TorchNetwork(octo, slot_layout(config)), config.window_size)
    engine.set_task(engine.encode(workload.task()))
    history, newest, sampling = workload.history(), workload.frame(), workload.sampling()
    engine.act((), history[0], sampling)  # now its frame has been through the stems
    engine.prepare(history)
    found = counted(lambda: engine.act(history, newest, sampling))
    assert found == pytest.approx(flops.critical_path(config).total, rel=0.05)


def test_time_at_the_peak_of_each_precision():
    work = Flops(linear=20.0, attention=3.0, stem=1.0, head=0.5)
    peaks = {'fp32': 10.0, 'bf16': 40.0, 'int8': 100.0}
    assert work.seconds_at(peaks, 'int8', 'bf16') == pytest.approx(0.2 + 0.1 + 0.05)
    with pytest.raises(KeyError):
        work.seconds_at({'fp32': 1.0}, 'int8', 'fp32')
