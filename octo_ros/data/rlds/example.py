# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One episode → one tf.train.Example, in pieces: its pictures are never held all at once.

Everything but the pictures goes through tensorflow-datasets' own serializer. Features stand in the
order of their names, so that equal episodes are equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.rlds.features import STATE
from octo_ros.data.rlds.spool import wire, wire_size
from octo_ros.data.rlds.wire import (
    FIRST,
    bytes_list_header,
    entry_header,
    float_list_header,
    varint,
)
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.data.rlds.features import DatasetLayout
    from octo_ros.data.rlds.record import EpisodeRecord

MAX_EXAMPLE_BYTES = 2**31 - 1  # protobuf refuses messages of 2 GiB
OBSERVATION = 'steps/observation/'


class ExampleWriter:
    """Serialises the episodes of one dataset.

    Args:
        layout: What they hold.
    """

    def __init__(self, layout: DatasetLayout) -> None:
        from tensorflow_datasets.core.example_serializer import ExampleSerializer

        self._layout = layout
        specs = layout.features().get_serialized_info()
        observation = {
            key: spec
            for key, spec in specs['steps']['observation'].items()
            if key not in layout.pictures
        }
        self._serializer = ExampleSerializer(
            {**specs, 'steps': {**specs['steps'], 'observation': observation}}
        )

    def serialise(self, record: EpisodeRecord, episode_id: int) -> tuple[int, Iterator[bytes]]:
        """Size and bytes of the Example, in pieces.

        Raises:
            DatasetError: A number in it is not finite, a key is missing, or it is too large.
        """
        self._check(record)
        example = self._serializer.get_tf_example(_values(record, episode_id))
        small = {
            name: feature.SerializeToString(deterministic=True)
            for name, feature in example.features.feature.items()
        }
        pictures: dict[str, tuple[Sequence[bytes], bool]] = {}
        for framed, columns in ((True, record.images), (False, record.depths)):
            for key, values in columns.items():
                pictures[f'{OBSERVATION}{key}'] = values, framed
        heads = {name: entry_header(name, len(data)) for name, data in small.items()}
        sizes = {name: len(heads[name]) + len(data) for name, data in small.items()}
        for name, (values, framed) in pictures.items():
            body = wire_size(values, framed=framed)
            inside = bytes_list_header(body) if framed else float_list_header(body)
            heads[name] = entry_header(name, len(inside) + body) + inside
            sizes[name] = len(heads[name]) + body
        features = sum(sizes.values())
        head = FIRST + varint(features)
        size = len(head) + features
        if size > MAX_EXAMPLE_BYTES:
            msg = (
                f'Episode {record.name!r} of {record.file_path} takes {size / 2**30:.2f} GiB, '
                'more than the 2 GiB that a record can hold. Cut it into shorter episodes.'
            )
            raise DatasetError(msg)
        return size, _pieces(head, heads, small, pictures)

    def _check(self, record: EpisodeRecord) -> None:
        numbers = [record.actions, record.proprio, *record.observations.values()]
        if not all(bool(np.isfinite(values).all()) for values in numbers):
            msg = (
                f'Episode {record.name!r} of {record.file_path} holds numbers that are not finite.'
            )
            raise DatasetError(msg)
        lengths = {
            STATE: len(record.proprio),
            **{key: len(values) for key, values in record.images.items()},
            **{key: len(values) for key, values in record.depths.items()},
            **{key: len(values) for key, values in record.observations.items()},
        }
        expected = {STATE, *self._layout.pictures, *self._layout.observations}
        if lengths != dict.fromkeys(expected, record.steps):
            found = ', '.join(f'{count} of {key}' for key, count in lengths.items())
            msg = (
                f'Episode {record.name!r} of {record.file_path} has {record.steps} actions but '
                f'{found}; every one of {", ".join(sorted(expected))} needs one value per action.'
            )
            raise DatasetError(msg)


def _pieces(
    head: bytes,
    heads: Mapping[str, bytes],
    small: Mapping[str, bytes],
    pictures: Mapping[str, tuple[Sequence[bytes], bool]],
) -> Iterator[bytes]:
    yield head
    for name in sorted(heads):
        yield heads[name]
        if name in small:
            yield small[name]
        else:
            values, framed = pictures[name]
            yield from wire(values, framed=framed)


def _values(record: EpisodeRecord, episode_id: int) -> dict[str, Any]:
    steps = record.steps
    done = record.is_terminal and record.success is not False
    first, last = np.zeros(steps, np.bool_), np.zeros(steps, np.bool_)
    first[0], last[-1] = True, True
    return {
        'steps': {
            'observation': {STATE: record.proprio, **record.observations},
            'action': record.actions,
            'language_instruction': [record.instruction.encode()] * steps,
            'is_first': first,
            'is_last': last,
            'is_terminal': last & done,
            'reward': (last & done).astype(np.float32),
            'discount': np.ones(steps, np.float32),
        },
        'episode_metadata': {
            'file_path': record.file_path,
            'episode_id': episode_id,
            'episode_name': record.name,
            'success': record.success is not False,
            'action_source': record.action_source,
            'embodiment': record.embodiment,
            'hz': record.hz,
        },
    }
