# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where episodes begin and end: at the marks, or where the instruction changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from octo_ros.data.episodes.episode import Episode
from octo_ros.types import EpisodeEventKind

if TYPE_CHECKING:
    from octo_ros.data.episodes.instructions import Said
    from octo_ros.data.episodes.marks import Mark

LATE_S = 1.0  # less is the time in which nodes find each other


@dataclass(frozen=True)
class Cut:
    """A recording, cut.

    Attributes:
        episodes: In the order of time.
        remarks: What was odd, and what was made of it, as sentences.
    """

    episodes: tuple[Episode, ...]
    remarks: tuple[str, ...] = ()


def cut_at_marks(marks: Iterable[Mark], start_ns: int, end_ns: int) -> Cut:
    """Cut a recording at its marks.

    A start begins an episode, and ends one that is still open. Stop, success, failure and discard
    end the open episode; the last three may also judge one that has ended, by its id, or else the
    newest. A mark that ends something whose start was not recorded ends an episode that was open
    when the recording began. An episode that is open when the recording ends does so, too. Of
    marks from before the recording only what reaches into it is kept.

    Args:
        marks: At least one, in the order of time.
        start_ns: Begin of the recording [ns].
        end_ns: End of the recording [ns].
    """
    cutter = _Cutter(start_ns, end_ns)
    for mark in marks:
        cutter.take(mark)
    return cutter.result()


def cut_at_changes(said: Sequence[Said], start_ns: int, end_ns: int) -> Cut:
    """Cut a recording where its instruction changes; an empty one ends an episode.

    Words that never change and are never cleared make the whole recording one episode.

    Args:
        said: Changes, at least one with words, in the order of arrival.
        start_ns: Begin of the recording [ns].
        end_ns: End of the recording [ns].
    """
    first = next(i for i, change in enumerate(said) if change.words)
    changes = said[first:]
    late_s = (changes[0].time_ns - start_ns) / 1e9
    remarks = []
    if len(changes) == 1:
        episodes = [Episode('0', start_ns, end_ns, changes[0].words)]
        if late_s > LATE_S:
            remarks = [
                f'The only instruction came {late_s:.4g} s after the recording began; the whole '
                'recording got its words.'
            ]
        return Cut(tuple(episodes), tuple(remarks))
    ends = [*(change.time_ns for change in changes[1:]), end_ns]
    spans = [(change, end) for change, end in zip(changes, ends, strict=True) if change.words]
    episodes = [
        Episode(str(i), change.time_ns, end, change.words) for i, (change, end) in enumerate(spans)
    ]
    idle_s = late_s + sum(
        (end - change.time_ns) / 1e9
        for change, end in zip(changes, ends, strict=True)
        if not change.words
    )
    if idle_s > LATE_S:
        remarks = [f'{idle_s:.4g} s of the recording had no instruction and are in no episode.']
    return Cut(tuple(episodes), tuple(remarks))


class _Cutter:
    """The episodes so far, and whether the last one is still open."""

    def __init__(self, start_ns: int, end_ns: int) -> None:
        self._start_ns = start_ns
        self._end_ns = end_ns
        self._episodes: list[Episode] = []
        self._is_open = False
        self._remarks: list[str] = []

    def take(self, mark: Mark) -> None:
        """Follow one mark."""
        if mark.kind is EpisodeEventKind.START:
            self._start(mark)
            return
        index = self._meant(mark)
        if index is None:
            return
        if self._is_open and index == len(self._episodes) - 1:
            # Who ends an episode knows its words best: a task may be set just after the start.
            words = mark.instruction or self._episodes[index].instruction
            self._change(index, end_ns=mark.time_ns, instruction=words)
            self._is_open = False
        self._judge(index, mark)

    def result(self) -> Cut:
        """The episodes, without those that last no time."""
        if self._is_open:
            name = self._episodes[-1].episode_id
            self._remark(f'Episode {name!r} was open when the recording ended, and ends there.')
        kept, over = [], []
        for episode in self._episodes:
            start_ns = max(episode.start_ns, self._start_ns)
            is_early = min(episode.start_ns, episode.end_ns) < self._start_ns
            if is_early and episode.end_ns <= self._start_ns:
                over.append(repr(episode.episode_id))
            elif episode.end_ns > start_ns:
                kept.append(replace(episode, start_ns=start_ns))
            else:
                self._remark(f'Episode {episode.episode_id!r} lasts no time and was left out.')
        if over:
            self._remark(f'Over before the recording began: {", ".join(over)}.')
        return Cut(tuple(kept), tuple(self._remarks))

    def _start(self, mark: Mark) -> None:
        if self._is_open:
            self._change(-1, end_ns=mark.time_ns)
            name = self._episodes[-1].episode_id
            self._remark(f'Episode {name!r} was still open at the next start, and ends there.')
        self._open(mark, mark.time_ns)

    def _open(self, mark: Mark, start_ns: int) -> None:
        taken = {episode.episode_id for episode in self._episodes}
        wanted = name = mark.episode_id or str(len(self._episodes))
        count = 1
        while name in taken:
            count += 1
            name = f'{wanted} ({count})'
        if name != wanted:
            self._remark(f'Episode id {wanted!r} came twice; the later one is {name!r}.')
        self._episodes.append(Episode(name, start_ns, self._end_ns, mark.instruction))
        self._is_open = True

    def _meant(self, mark: Mark) -> int | None:
        """Which episode a mark ends or judges; None if it was ignored."""
        if not self._episodes:
            if mark.time_ns >= self._start_ns:
                self._remark(
                    f'The first mark is {mark.word}: its episode began before the recording, and '
                    'is taken from there on.'
                )
            self._open(mark, self._start_ns)
            return 0
        newest = len(self._episodes) - 1
        named = [i for i, e in enumerate(self._episodes) if e.episode_id == mark.episode_id]
        index = named[0] if named else newest
        if mark.episode_id and not named:
            self._remark(
                f'{self._at(mark)} names episode {mark.episode_id!r}, which was never started; it '
                f'was taken for {self._episodes[newest].episode_id!r}.'
            )
        ended = index < newest or not self._is_open
        if ended and mark.kind is EpisodeEventKind.STOP:
            name = self._episodes[index].episode_id
            self._remark(f'{self._at(mark)} found episode {name!r} ended, and was ignored.')
            return None
        return index

    def _judge(self, index: int, mark: Mark) -> None:
        if mark.kind is EpisodeEventKind.STOP:
            return
        episode = self._episodes[index]
        if mark.kind is EpisodeEventKind.DISCARD:
            self._change(index, discarded=True)
            return
        success = mark.kind is EpisodeEventKind.SUCCESS
        if episode.discarded or episode.success not in (None, success):
            was = 'discarded' if episode.discarded else 'judged otherwise'
            kept = 'it stays so' if episode.discarded else 'the last word counts'
            self._remark(
                f'{self._at(mark)} judges episode {episode.episode_id!r}, which was {was}; {kept}.'
            )
        self._change(index, success=success)

    def _at(self, mark: Mark) -> str:
        return f'{mark.word} at {(mark.time_ns - self._start_ns) / 1e9:.3f} s'

    def _change(self, index: int, **changes: object) -> None:
        self._episodes[index] = replace(self._episodes[index], **changes)  # type: ignore[arg-type]

    def _remark(self, sentence: str) -> None:
        self._remarks.append(sentence)
