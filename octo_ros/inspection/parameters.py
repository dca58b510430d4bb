# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How large the parts of a network are, and whether the stored arrays are its own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from octo_ros.model.blank import blank_octo
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.flax_msgpack import ArrayFile
from octo_ros.model.layout import WEIGHTS, step_folder
from octo_ros.model.parameters import ParameterCheck, checkpoint_leaves

LANGUAGE_ENCODER = 'language encoder'
_GROUP = r'(.+?)(?:_projection|_pos_embedding)?(?:/.*)?'
_PARTS = (  # path → part, the first that fits
    (re.compile(r'.*/hf_model/.*'), LANGUAGE_ENCODER),
    (re.compile(r'octo_transformer/BlockTransformer_0/.*'), 'transformer'),
    (re.compile(rf'octo_transformer/(?:observation_tokenizers|obs)_{_GROUP}'), r'observation \1'),
    (re.compile(rf'octo_transformer/(?:task_tokenizers|task)_{_GROUP}'), r'task \1'),
    (re.compile(rf'octo_transformer/readout_{_GROUP}'), r'readout \1'),
    (re.compile(r'heads_([^/]+)/.*'), r'head \1'),
)
_FLOAT32_BYTES = 4
_ITEM_BYTES = {'float16': 2, 'bfloat16': 2, 'float64': 8}


@dataclass(frozen=True)
class PartSize:
    """Size of one part of the network.

    Attributes:
        name: Which.
        arrays: Number of its arrays.
        parameters: Number of its numbers.
        bytes: Their size on disk.
    """

    name: str
    arrays: int
    parameters: int
    bytes: int


@dataclass(frozen=True)
class Parameters:
    """All parameters of a training step.

    Attributes:
        parts: Sizes, in the order of the file.
        problems: How the stored arrays differ from the network of `config.json`; empty if they
            fit. Sizes of a checkpoint in orbax's newer layout are those of `config.json`.
        stored: Whether the sizes were read from the weights' file.
    """

    parts: tuple[PartSize, ...]
    problems: tuple[str, ...]
    stored: bool

    @property
    def total(self) -> PartSize:
        """All parts together."""
        return _sum('total', self.parts)

    @property
    def trained(self) -> PartSize:
        """All but the frozen language encoder."""
        rest = [part for part in self.parts if part.name != LANGUAGE_ENCODER]
        return _sum('without language encoder', rest)

    @classmethod
    def of(cls, checkpoint: CheckpointDirectory, step: int | None) -> Parameters:
        """Read the headers of a step's arrays.

        Raises:
            CheckpointError: There is no such step, its file is damaged, or `config.json` asks for
                a network that nobody can build.
        """
        network = blank_octo(checkpoint.config, f'{checkpoint.path}/config.json')
        leaves = checkpoint_leaves(network)
        file = step_folder(checkpoint.path, step) / WEIGHTS
        if not file.exists():
            sizes = {p: (math.prod(leaf.shape), _FLOAT32_BYTES) for p, leaf in leaves.items()}
            return cls(_parts(sizes), (), stored=False)
        arrays = ArrayFile(file).arrays
        sizes = {
            path: (math.prod(array.shape), _ITEM_BYTES.get(array.dtype, _FLOAT32_BYTES))
            for path, array in arrays.items()
        }
        check = ParameterCheck(leaves)
        for path, array in arrays.items():
            check.take(path, array.shape, array.dtype)
        return cls(_parts(sizes), check.problems, stored=True)


def _parts(sizes: Mapping[str, tuple[int, int]]) -> tuple[PartSize, ...]:
    """From path to the count of numbers and the bytes of each."""
    parts: dict[str, list[tuple[int, int]]] = {}
    for path, size in sizes.items():
        parts.setdefault(_part(path), []).append(size)
    return tuple(
        PartSize(name, len(found), sum(n for n, _ in found), sum(n * item for n, item in found))
        for name, found in parts.items()
    )


def _part(path: str) -> str:
    for pattern, name in _PARTS:
        match = pattern.fullmatch(path)
        if match:
            return match.expand(name)
    return path.partition('/')[0]


def _sum(name: str, parts: tuple[PartSize, ...] | list[PartSize]) -> PartSize:
    return PartSize(
        name,
        sum(part.arrays for part in parts),
        sum(part.parameters for part in parts),
        sum(part.bytes for part in parts),
    )
