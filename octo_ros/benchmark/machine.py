# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from octo_ros.benchmark.variant import ENGINES, Device
from octo_ros.policy.engines.manifest import Precision


@dataclass(frozen=True)
class Machine:
    """A machine while something was measured.

    Attributes:
        processor: Name of its CPU, or of its GPU if that computes.
        cores: CPU cores that this process may use.
        threads: CPU threads that engines and peak were given.
        device: Where they ran.
        peak_gflops: Best matrix product reached, by precision [GFLOP/s].
        load_average: Processes that ran or waited, over the last minute: before and after.
        versions: Of Python and the engines' libraries.
    """

    processor: str
    cores: int
    threads: int
    device: Device
    peak_gflops: Mapping[Precision, float]
    load_average: tuple[float, float]
    versions: Mapping[str, str]


def processor(device: Device) -> str:
    """The name by which it is sold; a virtual machine may hide it."""
    if device == 'cuda':
        import torch

        return str(torch.cuda.get_device_name())
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith(('model name', 'Model')):
            return line.partition(':')[2].strip()
    return platform.machine()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def load_average() -> float:
    """Processes that run or wait, over the last minute."""
    return os.getloadavg()[0]


def versions() -> dict[str, str]:
    """Of Python and of the engines' libraries that are installed."""
    found = {'python': platform.python_version()}
    for name in ENGINES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # onnxruntime-gpu goes by another name
            continue
    return found
