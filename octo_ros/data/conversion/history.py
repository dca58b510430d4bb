# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which conversions a dataset is made of, kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from octo_ros.data.conversion.fingerprint import BagIdentity
from octo_ros.errors import DatasetError

HISTORY = 'conversions.json'


@dataclass(frozen=True)
class Conversion:
    """One run that added to a dataset.

    Attributes:
        fingerprint: Of its request.
        episodes: Recorded episodes that it converted.
        bags: Where they came from.
        model: Digest of the geometry that poses were computed with; empty if they were recorded.
    """

    fingerprint: str
    episodes: int
    bags: tuple[BagIdentity, ...]
    model: str = ''


_FORM = TypeAdapter(tuple[Conversion, ...])


def read_history(dataset: Path) -> tuple[Conversion, ...]:
    """All conversions, the first one first.

    Raises:
        DatasetError: The dataset does not say.
    """
    path = dataset / HISTORY
    try:
        return _FORM.validate_json(path.read_bytes())
    except FileNotFoundError:
        msg = f'{dataset} has no {HISTORY}, so it was not made by bag_to_rlds; it stays as it is.'
    except (OSError, ValidationError) as error:
        msg = f'{path} cannot be read: {error}.'
    raise DatasetError(msg)


def write_history(dataset: Path, conversions: tuple[Conversion, ...]) -> None:
    """Write them all."""
    (dataset / HISTORY).write_bytes(_FORM.dump_json(conversions, indent=1) + b'\n')
