# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One episode, read back from a dataset: numbers as arrays, pictures encoded until asked for."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from octo_ros.data.rlds.picture import decode_picture
from octo_ros.data.rlds.schema import Feature, FeatureKind, Schema
from octo_ros.errors import DatasetError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Place:
    """Where an episode lies.

    Attributes:
        split: Its split.
        index: Its number in that split, from 0.
        shard: File.
        offset: Byte at which its record begins.
    """

    split: str
    index: int
    shard: Path
    offset: int

    def __str__(self) -> str:
        return f'episode {self.index} of {self.split} ({self.shard.name}, byte {self.offset})'


class RecordedEpisode:
    """T steps of a dataset; keys are as in `Schema.steps`: `action`, `observation/state`.

    Args:
        data: Its `tf.train.Example`, serialised.
        schema: What the dataset says that it holds.
        place: Where it lies.

    Attributes:
        place: Where it lies.
        num_bytes: Length of its record.
        steps: T.

    Raises:
        DatasetError: The record is not an example, or its features differ in their steps.
    """

    def __init__(self, data: bytes, schema: Schema, place: Place) -> None:
        self.place = place
        self.num_bytes = len(data)
        self._schema = schema
        self._values = _values(data, place)
        self.steps = self._count_steps()

    @property
    def instruction(self) -> str:
        """The task in words, as the first step says it; empty if the dataset has none."""
        key = self._schema.instruction
        return self.texts(key)[0] if key and self.steps else ''

    @property
    def name(self) -> str:
        """What the recording called it, else its number."""
        found = self.metadata.get('episode_metadata/episode_name')
        return str(found) if found else str(self.place.index)

    @property
    def metadata(self) -> dict[str, Any]:
        """Everything that holds for the whole episode: key to text, number or array."""
        found = {}
        for key, feature in self._schema.episode.items():
            values = self._values.get(key, ())
            if feature.dtype == 'string' and len(values) == 1:
                found[key] = values[0].decode(errors='replace')
            elif feature.is_numeric and len(values) == feature.size:
                array = np.array(values, feature.dtype).reshape(feature.shape or ())
                found[key] = array if array.ndim else array.item()
        return found

    @property
    def success(self) -> bool | None:
        """How it went by its metadata; None where they do not say."""
        found = self.metadata.get('episode_metadata/success')
        return None if found is None else bool(found)

    @property
    def rate(self) -> float | None:
        """Steps per second by its metadata; None where they do not say."""
        return float(self.metadata.get('episode_metadata/hz') or 0) or None

    @property
    def action_source(self) -> str:
        """How its actions were made, by its metadata; empty where they do not say."""
        return str(self.metadata.get('episode_metadata/action_source', ''))

    @property
    def images(self) -> tuple[str, ...]:
        """Keys of what is stored as pictures, depth included."""
        return tuple(key for key in self._schema.images if self.has(key))

    def has(self, key: str) -> bool:
        """Whether it holds such a value per step."""
        return key in self._schema.steps and self._schema.steps[key].path in self._values

    def array(self, key: str) -> NDArray[Any]:
        """Numbers of every step, shape (T, …), in the type that the dataset declares.

        Raises:
            UnknownNameError: There is no such key.
            DatasetError: It holds no numbers, or not as many as declared.
        """
        feature = self._feature(key)
        if feature.dtype == 'string':
            self._fail(key, 'holds text, not numbers')
        if feature.shape is None or feature.kind not in {FeatureKind.TENSOR, FeatureKind.LABEL}:
            self._fail(key, f'is a {feature.class_name}, which is no array of a fixed shape')
        values = self._stored(key)
        shape = (self.steps, *feature.shape)
        if feature.encoding == 'none':
            return np.array(values, feature.dtype).reshape(shape)
        try:
            rows = [zlib.decompress(row) if feature.encoding == 'zlib' else row for row in values]
            return np.frombuffer(b''.join(rows), feature.dtype).reshape(shape).copy()
        except (ValueError, TypeError, zlib.error) as error:
            self._fail(key, f'cannot be decoded as {feature.encoding} ({error})')

    def texts(self, key: str) -> tuple[str, ...]:
        """Text of every step; bytes that are no UTF-8 become "�".

        Raises:
            UnknownNameError: There is no such key.
            DatasetError: It holds no text.
        """
        if self._feature(key).dtype != 'string':
            self._fail(key, 'holds no text')
        return tuple(value.decode(errors='replace') for value in self._stored(key))

    def encoded(self, key: str) -> Sequence[bytes]:
        """Pictures or texts of every step as they are stored.

        Raises:
            UnknownNameError: There is no such key.
            DatasetError: It holds numbers.
        """
        values = self._stored(key)
        if len(values) and not isinstance(values[0], bytes):
            self._fail(key, 'holds numbers, not pictures or text')
        return values

    def picture(self, key: str, step: int) -> NDArray[Any]:
        """The picture of one step, decoded.

        Returns:
            Shape (H, W, C): RGB uint8 for C = 3, else as the dataset declares it, depth included.

        Raises:
            UnknownNameError: There is no such key.
            DatasetError: It holds no pictures, or this one cannot be decoded to what is declared.
        """
        feature = self._feature(key)
        if feature.kind is not FeatureKind.IMAGE:
            self._fail(key, 'holds no pictures')
        try:
            return decode_picture(self._stored(key)[step], feature)
        except DatasetError as error:
            self._fail(key, f'holds in step {step} {error}')

    def _feature(self, key: str) -> Feature:
        if key not in self._schema.steps:
            raise UnknownNameError(kind='key of a step', given=key, known=self._schema.steps)
        return self._schema.steps[key]

    def _stored(self, key: str) -> Sequence[Any]:
        feature = self._feature(key)
        if feature.path not in self._values:
            self._fail(key, 'is declared but not stored')
        return self._values[feature.path]

    def _count_steps(self) -> int:
        counts = {}
        for key, feature in self._schema.steps.items():
            if feature.shape is None or feature.path not in self._values:
                continue
            stored = len(self._values[feature.path])
            as_one = feature.kind is FeatureKind.IMAGE or feature.encoding in {'bytes', 'zlib'}
            per_step = 1 if as_one else max(feature.size, 1)
            if stored % per_step:
                self._fail(key, f'holds {stored} numbers, no multiple of {per_step} per step')
            counts[key] = stored // per_step
        if not counts:
            msg = f'{self.place} of {self.place.shard.parent} holds none of the declared features.'
            raise DatasetError(msg)
        if len(set(counts.values())) > 1:
            told = ', '.join(f'{key} {count}' for key, count in counts.items())
            msg = f'{self.place} of {self.place.shard.parent} has steps that do not agree: {told}.'
            raise DatasetError(msg)
        return next(iter(counts.values()))

    def _fail(self, key: str, how: str) -> NoReturn:
        msg = f'{self.place} of {self.place.shard.parent}: {key} {how}.'
        raise DatasetError(msg)


def _values(data: bytes, place: Place) -> Mapping[str, Sequence[Any]]:
    from google.protobuf.message import DecodeError
    from tensorflow_datasets.proto import tf_example_pb2

    try:
        example = tf_example_pb2.Example.FromString(data)
    except DecodeError as error:
        msg = f'{place} of {place.shard.parent} is not a tf.train.Example: {error}.'
        raise DatasetError(msg) from None
    found = {}
    for key, feature in example.features.feature.items():
        kind = feature.WhichOneof('kind')
        found[key] = getattr(feature, kind).value if kind else ()
    return found
