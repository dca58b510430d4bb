# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One pass over every record of a dataset."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.inspection.flags import flag_problems
from octo_ros.data.inspection.problems import Problems
from octo_ros.data.inspection.vectors import VectorScan, vector_keys
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.rlds.dataset import RldsDataset
    from octo_ros.data.rlds.episode import RecordedEpisode


@dataclass
class SplitScan:
    """What was read of one split.

    Attributes:
        num_bytes: Of its records.
        lengths: Steps of every episode.
    """

    num_bytes: int = 0
    lengths: list[int] = field(default_factory=list)


class DatasetScan:
    """Reads a dataset to its end, past damaged files, and gathers what people ask about it.

    Args:
        dataset: The dataset.
        every_picture: Decode all pictures, rather than the first one of every episode.
        progress: Called after every episode.

    Attributes:
        splits: Split name to what was read of it.
        unique_steps: Steps, of each episode once in whatever splits it is.
        vectors: Actions and states, each episode once.
        instructions: Words to number of episodes, each once.
        success: How many went well, badly, and are not judged, each once.
        rates: Steps per second that episodes name, to how many do.
        action_source: How actions were made, as the first episode says.
        contents: Digest of every episode's words and numbers, to its first place.
        repeated: First and further place of episodes whose words and numbers occur again.
        padding: Key to the number of pictures of no bytes, of those looked at.
        problems: What is wrong.
    """

    def __init__(
        self,
        dataset: RldsDataset,
        *,
        every_picture: bool = False,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._dataset = dataset
        self._every_picture = every_picture
        self.splits = {name: SplitScan() for name in dataset.splits}
        self.vectors = VectorScan(vector_keys(dataset.schema))
        self.instructions: Counter[str] = Counter()
        self.success: Counter[bool | None] = Counter()
        self.rates: Counter[float] = Counter()
        self.repeated: list[tuple[str, str]] = []
        self.padding: Counter[str] = Counter()
        self.unique_steps = 0
        self.problems = Problems()
        self.action_source = ''
        self.contents: dict[bytes, str] = {}
        self._identities: set[bytes] = set()
        done = 0
        for split in dataset.splits.values():
            for shard in split.shards:
                try:
                    for episode in dataset.shard_episodes(split.name, shard):
                        self._add(episode)
                        done += 1
                        progress(done)
                except DatasetError as error:
                    self.problems.add('unreadable', str(error))

    @property
    def unique_episodes(self) -> int:
        """Episodes, each counted once in whatever splits it is."""
        return len(self._identities)

    def _add(self, episode: RecordedEpisode) -> None:
        split = self.splits[episode.place.split]
        split.num_bytes += episode.num_bytes
        split.lengths.append(episode.steps)
        for code, sentence in flag_problems(episode):
            self.problems.add(code, sentence)
        self._check_values(episode)
        self._check_pictures(episode)
        content = self._digest(episode)
        first = self.contents.setdefault(content, str(episode.place))
        if first != str(episode.place):
            self.repeated.append((first, str(episode.place)))
        identity = content + repr(sorted(episode.metadata.items())).encode()
        if identity in self._identities:
            return
        self._identities.add(identity)
        self.action_source = self.action_source or episode.action_source
        self.unique_steps += episode.steps
        self.vectors.add(episode)
        self.instructions[episode.instruction] += 1
        self.success[episode.success] += 1
        if episode.rate is not None:
            self.rates[episode.rate] += 1

    def _check_values(self, episode: RecordedEpisode) -> None:
        if not episode.steps:
            self.problems.add('empty', f'{episode.place} has no steps.')
        for key in vector_keys(self._dataset.schema):
            if not episode.has(key):
                self.problems.add(f'absent {key}', f'{episode.place}: {key} is not stored.')
            elif not np.isfinite(episode.array(key)).all():
                self.problems.add(
                    f'not finite {key}',
                    f'{episode.place}: {key} holds numbers that are no number.',
                )
        words = self._dataset.schema.instruction
        if words is not None and episode.has(words) and len(set(episode.texts(words))) > 1:
            self.problems.add('instruction', f'{episode.place}: the instruction changes within.')

    def _check_pictures(self, episode: RecordedEpisode) -> None:
        for key in self._dataset.schema.images:
            if not episode.has(key):
                self.problems.add(f'absent {key}', f'{episode.place}: {key} is not stored.')
                continue
            for step in range(episode.steps if self._every_picture else min(episode.steps, 1)):
                try:
                    if episode.encoded(key)[step]:
                        episode.picture(key, step)
                    else:
                        self.padding[key] += 1
                except DatasetError as error:
                    self.problems.add(f'picture {key}', str(error))

    def _digest(self, episode: RecordedEpisode) -> bytes:
        digest = hashlib.blake2b(digest_size=16)
        digest.update(f'{episode.steps} {episode.instruction}'.encode())
        for key in vector_keys(self._dataset.schema):
            if episode.has(key):
                digest.update(episode.array(key).tobytes())
        return digest.digest()
