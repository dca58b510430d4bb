# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from octo_ros.benchmark.variant import Device
from octo_ros.policy.engines.manifest import Precision

CPUINFO = Path('/proc/cpuinfo')
_INSTRUCTIONS = {  # of x86 and of ARM, as /proc/cpuinfo names them
    'flags': ('avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_int8', 'amx_bf16'),
    'Features': ('asimddp', 'i8mm', 'bf16'),
}
_LIBRARIES = ('torch', 'onnxruntime', 'onnxruntime-gpu', 'openvino')


@dataclass(frozen=True)
class Machine:
    """A machine while something was measured.

    Attributes:
        processor: Name of its CPU, or of its GPU if that computes.
        instructions: Whether the CPU has those that make small numbers fast.
        cores: CPU cores that this process may use.
        threads: CPU threads that engines and peak were given.
        device: Where they ran.
        peak_gflops: Best matrix product reached, by precision [GFLOP/s].
        load_average: Processes that ran or waited, over the last minute: before and after.
        versions: Of Python and the engines' libraries.
    """

    processor: str
    instructions: Mapping[str, bool]
    cores: int
    threads: int
    device: Device
    peak_gflops: Mapping[Precision, float]
    load_average: tuple[float, float]
    versions: Mapping[str, str]

    @classmethod
    def now(
        cls, threads: int, device: Device, peaks: Mapping[Precision, float], load_before: float
    ) -> Machine:
        """This one, after measuring.

        Args:
            threads: CPU threads that were given.
            device: Where it was computed.
            peaks: See `peak_gflops`.
            load_before: What `load_average` was before.
        """
        return cls(
            processor=_processor(device),
            instructions=_instructions(),
            cores=cores(),
            threads=threads,
            device=device,
            peak_gflops=peaks,
            load_average=(load_before, load_average()),
            versions=_versions(),
        )

    @property
    def emulates_bf16(self) -> bool:
        """Whether products in bfloat16 are made of others, because the CPU has none."""
        return self.device == 'cpu' and not any(
            there for name, there in self.instructions.items() if 'bf16' in name
        )


def _processor(device: Device) -> str:
    """The name by which it is sold; a virtual machine may hide it."""
    if device == 'cuda':
        import torch

        if torch.cuda.is_available():
            return str(torch.cuda.get_device_name())
    return _cpuinfo().get('model name') or platform.machine()


def _instructions() -> dict[str, bool]:
    """Names of instruction sets to whether the CPU has them."""
    told = _cpuinfo()
    return {
        name: name in told[field].split()
        for field, names in _INSTRUCTIONS.items()
        if field in told
        for name in names
    }


def _cpuinfo() -> dict[str, str]:
    """Of one core, as the kernel tells it."""
    lines = CPUINFO.read_text().splitlines()
    parts = (line.partition(':') for line in lines)
    return {name.strip(): value.strip() for name, _, value in parts}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def load_average() -> float:
    """Processes that run or wait, over the last minute."""
    return os.getloadavg()[0]


def _versions() -> dict[str, str]:
    """Of Python and of the engines' libraries that are installed."""
    found = {'python': platform.python_version()}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
