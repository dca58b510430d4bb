# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What an RLDS dataset says that it holds: its `features.json`, whoever wrote it.

The file is a tree of feature classes of tensorflow-datasets; on disk every leaf is one flat list
per episode under its path (`steps/observation/state`). Leaves of a kind that is not known here are
kept with their name, so that they can be told of, but cannot be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from octo_ros.errors import DatasetError

STEPS = 'steps'
FEATURES = 'features.json'
# Field of the tree under which a leaf of that kind describes itself.
_KINDS = {'tensor': 'tensor', 'image': 'image', 'text': 'text', 'classLabel': 'label'}
ENCODINGS = ('none', 'bytes', 'zlib')
# numpy's own; others, as bfloat16, it knows only after some library has told it of them.
_NUMBERS = {
    'bool',
    *(f'{sign}int{bits}' for sign in ('', 'u') for bits in (8, 16, 32, 64)),
    *(f'float{bits}' for bits in (16, 32, 64)),
}


class FeatureKind(Enum):
    """How a feature is stored."""

    TENSOR = 'tensor'
    IMAGE = 'image'
    TEXT = 'text'
    LABEL = 'label'
    OTHER = 'other'


@dataclass(frozen=True)
class Feature:
    """One leaf of a dataset.

    Attributes:
        key: Its path; within `steps` without that word: `observation/image_primary`.
        kind: How it is stored.
        shape: Of one step, or of the episode; None where a dimension is not fixed.
        dtype: Name as numpy has it, or `string`.
        encoding: `jpeg` or `png` of an image; `none`, `bytes` or `zlib` of a tensor.
        per_step: One value per step, rather than one per episode.
        class_name: Class of tensorflow-datasets, without its module.
    """

    key: str
    kind: FeatureKind
    shape: tuple[int, ...] | None
    dtype: str
    encoding: str
    per_step: bool
    class_name: str

    @property
    def path(self) -> str:
        """Its name in a `tf.train.Example`."""
        return f'{STEPS}/{self.key}' if self.per_step else self.key

    @property
    def size(self) -> int:
        """Numbers per step or episode; 1 where the shape is not fixed."""
        return int(np.prod(self.shape)) if self.shape else 1

    @property
    def is_numeric(self) -> bool:
        """Its values are numbers or truth values that lie in a plain list."""
        return (
            self.kind in {FeatureKind.TENSOR, FeatureKind.LABEL}
            and self.dtype != 'string'
            and self.encoding == 'none'
            and self.shape is not None
        )


@dataclass(frozen=True)
class Schema:
    """All features of a dataset.

    Attributes:
        steps: Key to feature, one value per step; sorted by key.
        episode: Key to feature, one value per episode (`episode_metadata/file_path`).
    """

    steps: Mapping[str, Feature]
    episode: Mapping[str, Feature]

    @classmethod
    def read(cls, directory: Path) -> Schema:
        """Read a dataset's `features.json`.

        Raises:
            DatasetError: It is missing, is no JSON, or describes no steps.
        """
        path = directory / FEATURES
        tree = read_json(path)
        try:
            leaves = sorted(_leaves(tree, '', (), per_step=False), key=lambda f: f.key)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            msg = f'{path} is not a feature tree of tensorflow-datasets ({error!r}).'
            raise DatasetError(msg) from None
        steps = {leaf.key: leaf for leaf in leaves if leaf.per_step}
        if not steps:
            msg = (
                f'{path} describes no "{STEPS}": this is not a dataset of episodes (RLDS). '
                f'It has {", ".join(leaf.key for leaf in leaves) or "nothing"}.'
            )
            raise DatasetError(msg)
        return cls(steps, {leaf.key: leaf for leaf in leaves if not leaf.per_step})

    @property
    def images(self) -> tuple[str, ...]:
        """Keys of everything that is stored as a picture, depth included."""
        return tuple(k for k, f in self.steps.items() if f.kind is FeatureKind.IMAGE)

    @property
    def instruction(self) -> str | None:
        """Key of the task in words; None if there is none."""
        texts = [
            key
            for key, feature in self.steps.items()
            if feature.dtype == 'string' and key.split('/')[-1].endswith('language_instruction')
        ]
        return min(texts, key=len, default=None)


def read_json(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Raises:
        DatasetError: It is missing, or holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
    except OSError as error:
        msg = f'{path} cannot be read: {error.strerror}.'
        raise DatasetError(msg) from None
    except ValueError as error:
        msg = f'{path} is not JSON: {error}.'
        raise DatasetError(msg) from None
    if not isinstance(found, dict):
        msg = f'{path} holds a {type(found).__name__}; expected a JSON object.'
        raise DatasetError(msg)
    return found


def _leaves(
    node: Mapping[str, Any], key: str, outer: tuple[int, ...] | None, *, per_step: bool
) -> Iterator[Feature]:
    """All leaves below a node; `outer` are the fixed dimensions that sequences put in front."""
    if 'featuresDict' in node:
        for name, child in node['featuresDict']['features'].items():
            inner = f'{key}/{name}' if key else name
            yield from _leaves(child, inner, outer, per_step=per_step)
    elif 'sequence' in node and key == STEPS and not per_step:
        yield from _leaves(node['sequence']['feature'], '', outer, per_step=True)
    elif 'sequence' in node:
        length = int(node['sequence'].get('length', -1))
        around = None if outer is None or length < 0 else (*outer, length)
        yield from _leaves(node['sequence']['feature'], key, around, per_step=per_step)
    else:
        yield _leaf(node, key, outer, per_step=per_step)


def _leaf(
    node: Mapping[str, Any], key: str, outer: tuple[int, ...] | None, *, per_step: bool
) -> Feature:
    field = next((name for name in _KINDS if name in node), None)
    kind = FeatureKind(_KINDS[field]) if field else FeatureKind.OTHER
    content = node[field] if field else {}
    dtype = {FeatureKind.TEXT: 'string', FeatureKind.LABEL: 'int64'}.get(kind, '')
    dtype = dtype or _dtype(content.get('dtype', ''))
    if dtype != 'string' and dtype not in _NUMBERS:
        kind = FeatureKind.OTHER
    encoding = content.get('encodingFormat' if kind is FeatureKind.IMAGE else 'encoding', 'none')
    dimensions = [int(n) for n in content.get('shape', {}).get('dimensions', ())]
    whole = kind is FeatureKind.IMAGE or encoding in {'bytes', 'zlib'}  # one entry per value
    shape = None if outer is None else (*outer, *dimensions)
    if (whole and outer) or (kind is not FeatureKind.IMAGE and min(dimensions, default=0) < 0):
        shape = None
    return Feature(
        key=key,
        kind=kind,
        shape=shape,
        dtype=dtype,
        encoding=encoding or 'none',
        per_step=per_step,
        class_name=str(node.get('pythonClassName', 'unknown')).rpartition('.')[2],
    )


def _dtype(name: str) -> str:
    return 'string' if name in {'object', 'str', 'bytes', 'string'} else str(name)
