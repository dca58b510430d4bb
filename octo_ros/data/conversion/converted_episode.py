# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What came of one recorded episode, and how it lies on disk until the dataset is put together.

A directory per episode: the cameras' spools, `arrays.npz` with the numbers, and `episode.json`,
which is written last: an episode without it was not finished.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from octo_ros.data.bags.losses import BagLosses
from octo_ros.data.report.episode_report import EpisodeReport, SkippedEpisode
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.spool import SpooledPictures
from octo_ros.durable import sync
from octo_ros.errors import DatasetError
from octo_ros.observation.repeats import PictureCounts

ARRAYS = 'arrays.npz'
SIDECAR = 'episode.json'


@dataclass(frozen=True)
class ConvertedRecord:
    """One record, and what the report shows of it; T steps.

    Attributes:
        record: What is written.
        stamps_ns: Times of the observations [ns], T of them.
        thumbnails: Small JPEGs.
    """

    record: EpisodeRecord
    stamps_ns: tuple[int, ...]
    thumbnails: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class ConvertedEpisode:
    """What came of one recorded episode.

    Attributes:
        records: To be written; none if it was skipped.
        report: What happened; its `splits` are filled in by who writes the records.
        pictures: Camera key to the pictures that it sent.
        remarks: What was odd or assumed, as sentences, to how many steps or messages it concerns.
        warnings: What makes its actions doubtful, likewise.
        losses: What the salvaged bag was found to have lost while this episode was read.
    """

    records: tuple[ConvertedRecord, ...]
    report: EpisodeReport | SkippedEpisode
    pictures: Mapping[str, PictureCounts] = field(default_factory=dict)
    remarks: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)
    losses: BagLosses = field(default_factory=BagLosses)

    @property
    def steps(self) -> int:
        """Of all records."""
        return sum(converted.record.steps for converted in self.records)

    def save(self, directory: Path) -> None:
        """Write everything but the spools, which lie there already.

        All of it is on the disk before `episode.json` appears: a power failure leaves no episode
        that looks finished and is not.
        """
        arrays: dict[str, NDArray[Any]] = {}
        entries = []
        for index, converted in enumerate(self.records):
            arrays.update(_arrays(f'{index}/', converted))
            entries.append(_entry(converted.record))
        with (directory / ARRAYS).open('wb') as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle
        report = self.report
        sidecar = _Sidecar(
            records=tuple(entries),
            report=report if isinstance(report, EpisodeReport) else None,
            skipped=report if isinstance(report, SkippedEpisode) else None,
            pictures=self.pictures,
            remarks=self.remarks,
            warnings=self.warnings,
            losses=self.losses,
        )
        partial = directory / f'{SIDECAR}.partial'
        partial.write_bytes(_FORM.dump_json(sidecar, indent=1))
        for path in (*directory.iterdir(), directory):
            sync(path)
        partial.replace(directory / SIDECAR)
        for path in (directory, directory.parent):
            sync(path)

    @classmethod
    def load(cls, directory: Path) -> ConvertedEpisode:
        """Read it back; the pictures stay on disk.

        Raises:
            DatasetError: It is not finished, or damaged.
        """
        try:
            sidecar = _FORM.validate_json((directory / SIDECAR).read_bytes())
            with np.load(directory / ARRAYS, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
        except (OSError, EOFError, ValueError, BadZipFile) as error:
            msg = (
                f'{directory} is no converted episode, for one of its files is missing or damaged '
                f'({type(error).__name__}). Remove it and start anew.'
            )
            raise DatasetError(msg) from error
        report = sidecar.report or sidecar.skipped
        assert report is not None
        records = tuple(
            _record(directory, entry, arrays, f'{index}/')
            for index, entry in enumerate(sidecar.records)
        )
        for converted in records:
            for pictures in (*converted.record.images.values(), *converted.record.depths.values()):
                assert isinstance(pictures, SpooledPictures)
                pictures.check()
        return cls(
            records,
            report,
            sidecar.pictures,
            sidecar.remarks,
            sidecar.warnings,
            sidecar.losses,
        )


@dataclass(frozen=True)
class _Entry:
    file_path: str
    name: str
    instruction: str
    success: bool | None
    is_terminal: bool
    action_source: str
    embodiment: str
    hz: float


@dataclass(frozen=True)
class _Sidecar:
    records: tuple[_Entry, ...]
    report: EpisodeReport | None = None
    skipped: SkippedEpisode | None = None
    pictures: Mapping[str, PictureCounts] = field(default_factory=dict)
    remarks: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)
    losses: BagLosses = field(default_factory=BagLosses)


_FORM = TypeAdapter(_Sidecar)
_ENTRY = tuple(_Entry.__dataclass_fields__)
_COLUMNS = ('images', 'depths')


def _entry(record: EpisodeRecord) -> _Entry:
    return _Entry(**{name: getattr(record, name) for name in _ENTRY})


def _arrays(prefix: str, converted: ConvertedRecord) -> dict[str, NDArray[Any]]:
    record = converted.record
    arrays: dict[str, NDArray[Any]] = {
        'stamps_ns': np.array(converted.stamps_ns, np.int64),
        'actions': record.actions,
        'proprio': record.proprio,
        **{f'observations/{key}': values for key, values in record.observations.items()},
        'thumbnails': np.frombuffer(b''.join(converted.thumbnails), np.uint8),
        'thumbnail_sizes': np.array([len(t) for t in converted.thumbnails], np.int64),
    }
    for kind in _COLUMNS:
        for key, pictures in getattr(record, kind).items():
            assert isinstance(pictures, SpooledPictures)
            arrays[f'{kind}/{key}'] = pictures.offsets
    return {prefix + name: values for name, values in arrays.items()}


def _record(
    directory: Path, entry: _Entry, arrays: Mapping[str, NDArray[Any]], prefix: str
) -> ConvertedRecord:
    own = {n.removeprefix(prefix): v for n, v in arrays.items() if n.startswith(prefix)}

    def below(folder: str) -> dict[str, NDArray[Any]]:
        return {n.removeprefix(folder): v for n, v in own.items() if n.startswith(folder)}

    def spooled(kind: str) -> dict[str, SpooledPictures]:
        return {
            key: SpooledPictures(directory / key, offsets, framed=kind == 'images')
            for key, offsets in below(f'{kind}/').items()
        }

    record = EpisodeRecord(
        **{name: getattr(entry, name) for name in _ENTRY},
        proprio=own['proprio'],
        actions=own['actions'],
        images=spooled('images'),
        depths=spooled('depths'),
        observations=below('observations/'),
    )
    ends = np.cumsum(own['thumbnail_sizes'])
    pieces = np.split(own['thumbnails'], ends[:-1]) if len(ends) else []
    return ConvertedRecord(
        record,
        tuple(int(stamp) for stamp in own['stamps_ns']),
        tuple(piece.tobytes() for piece in pieces),
    )
