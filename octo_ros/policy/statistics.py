# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Dataset statistics, and the only place where numbers are normalised with them and brought back.

Written by the converter and read with every checkpoint, in Octo's `dataset_statistics.json` form.
The formulas are Octo's to the letter: normalising divides by std + 1e-8 or by p99 - p01 + 1e-8,
the way back uses the bare numbers and clips nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import DatasetError, PolicyError, UnknownNameError
from octo_ros.geometry import readonly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from octo_ros.geometry import Array

FIELDS = ('mean', 'std', 'min', 'max', 'p01', 'p99')
_EPSILON = 1e-8


class Normalization(Enum):
    """How numbers were scaled for training; the values are those of the training configuration."""

    NORMAL = 'normal'
    BOUNDS = 'bounds'


@dataclass(frozen=True)
class FieldStatistics:
    """Statistics of one vector over all steps of a dataset; every array has shape (D,).

    Attributes:
        mean: Mean.
        std: Population standard deviation.
        min: Smallest value; -inf where a checkpoint does not say. Nothing is computed from it.
        max: Largest value; likewise inf.
        p01: First percentile; -inf in checkpoints of Octo 1.0, which lack it.
        p99: 99th percentile; likewise inf.
        mask: bool; True where the dimension is normalised. An action's gripper is not.
    """

    mean: Array
    std: Array
    min: Array
    max: Array
    p01: Array
    p99: Array
    mask: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for name in FIELDS:
            object.__setattr__(self, name, readonly(getattr(self, name), np.shape(self.mean)))
        mask = np.array(self.mask, dtype=np.bool_)
        mask.setflags(write=False)
        object.__setattr__(self, 'mask', mask)

    @classmethod
    def of(cls, values: ArrayLike, mask: ArrayLike | None = None) -> FieldStatistics:
        """Compute them.

        Args:
            values: Shape (N, D), one row per step.
            mask: Shape (D,); all True by default.
        """
        rows = np.asarray(values, dtype=np.float64)
        p01, p99 = np.quantile(rows, [0.01, 0.99], axis=0)
        return cls(
            mean=rows.mean(axis=0),
            std=rows.std(axis=0),
            min=rows.min(axis=0),
            max=rows.max(axis=0),
            p01=p01,
            p99=p99,
            mask=np.ones(rows.shape[1], np.bool_) if mask is None else np.asarray(mask),
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FieldStatistics:
        """Read Octo's form; all but mean and std may be absent, as in Octo 1.0.

        Raises:
            KeyError: Mean or std is absent.
        """
        size = len(values['mean'])
        unbounded = {
            **dict.fromkeys(('min', 'p01'), [-np.inf] * size),
            **dict.fromkeys(('max', 'p99'), [np.inf] * size),
            'mask': [True] * size,
        }
        return cls(**{name: ({**unbounded, **values})[name] for name in (*FIELDS, 'mask')})

    @property
    def dim(self) -> int:
        """Number of dimensions D."""
        return len(self.mask)

    def normalize(self, values: ArrayLike, how: Normalization) -> Array:
        """Robot units, shape (..., D), to what a network is trained on.

        Raises:
            PolicyError: The last axis is not D, or `how` needs percentiles that are absent.
        """
        x = self._checked(values)
        if how is Normalization.NORMAL:
            scaled = (x - self.mean) / (self.std + _EPSILON)
        else:
            p01, p99 = self._percentiles()
            scaled = np.clip(2 * (x - p01) / (p99 - p01 + _EPSILON) - 1, -1, 1)
        return np.where(self.mask, scaled, x)

    def unnormalize(self, values: ArrayLike, how: Normalization) -> Array:
        """What a network predicts, shape (..., M) with M >= D, to robot units, shape (..., D).

        The dimensions beyond D are padding that this dataset's robot does not have.

        Raises:
            PolicyError: As for `normalize`.
        """
        x = self._checked(np.asarray(values)[..., : self.dim])
        if how is Normalization.NORMAL:
            scaled = x * self.std + self.mean
        else:
            p01, p99 = self._percentiles()
            scaled = (x + 1) * (p99 - p01) / 2 + p01
        return np.where(self.mask, scaled, x)

    def _checked(self, values: ArrayLike) -> Array:
        x = np.asarray(values, dtype=np.float64)
        if x.shape[-1:] != (self.dim,):
            msg = f'The statistics have {self.dim} dimensions, the values have shape {x.shape}.'
            raise PolicyError(msg)
        return x

    def _percentiles(self) -> tuple[Array, Array]:
        if not np.isfinite([self.p01, self.p99]).all():
            msg = 'Scaling by bounds needs p01 and p99, which these statistics lack.'
            raise PolicyError(msg)
        return self.p01, self.p99

    def to_dict(self) -> dict[str, list[float] | list[bool]]:
        """Octo's form."""
        return {name: getattr(self, name).tolist() for name in (*FIELDS, 'mask')}


@dataclass(frozen=True)
class DatasetStatistics:
    """Statistics of one dataset.

    Attributes:
        action: Of the actions.
        proprio: Of the proprioception; None if the dataset has none.
        num_transitions: Steps; 0 if the file does not say.
        num_trajectories: Episodes; likewise.
    """

    action: FieldStatistics
    proprio: FieldStatistics | None
    num_transitions: int
    num_trajectories: int

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], dataset_name: str = '') -> DatasetStatistics:
        """Read Octo's form.

        Args:
            values: Of a single dataset as fine-tuning writes it, or by dataset name as in
                pretrained checkpoints.
            dataset_name: Which one; may be empty if there is only one.

        Raises:
            UnknownNameError: There is no such dataset, or a name is needed.
            DatasetError: A part is absent.
        """
        if 'action' not in values:
            names = [dataset_name] if dataset_name else list(values)
            if len(names) != 1 or names[0] not in values:
                kind = 'dataset of the statistics'
                raise UnknownNameError(kind, dataset_name, values)
            values = values[names[0]]
        try:
            proprio = values.get('proprio')
            return cls(
                action=FieldStatistics.from_dict(values['action']),
                proprio=FieldStatistics.from_dict(proprio) if proprio else None,
                num_transitions=int(values.get('num_transitions', 0)),
                num_trajectories=int(values.get('num_trajectories', 0)),
            )
        except KeyError as error:
            msg = f'Dataset statistics lack {error}; expected the form of dataset_statistics.json.'
            raise DatasetError(msg) from None

    @classmethod
    def read(cls, path: Path, dataset_name: str = '') -> DatasetStatistics:
        """Read a `dataset_statistics.json`; see `from_dict`.

        Raises:
            UnknownNameError: There is no such dataset, or a name is needed.
            DatasetError: The file is missing or damaged.
        """
        values = _json(path)
        try:
            return cls.from_dict(values, dataset_name)
        except (AttributeError, TypeError, ValueError) as error:
            msg = f'{path} does not have the form of dataset_statistics.json: {error}.'
            raise DatasetError(msg) from None

    @classmethod
    def read_all(cls, path: Path) -> dict[str, DatasetStatistics]:
        """Every dataset of a file by name; that of a single dataset has the empty name.

        Raises:
            DatasetError: The file is missing or damaged.
        """
        values = _json(path)
        names = [''] if 'action' in values else list(values)
        return {name: cls.read(path, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Octo's form of a single dataset."""
        result: dict[str, Any] = {'action': self.action.to_dict()}
        if self.proprio is not None:
            result['proprio'] = self.proprio.to_dict()
        counts = {
            'num_transitions': self.num_transitions,
            'num_trajectories': self.num_trajectories,
        }
        return {**result, **counts}

    def write(self, path: Path) -> None:
        """Write them as JSON."""
        path.write_text(json.dumps(self.to_dict(), indent=2) + '\n')


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except OSError as error:
        msg = f'Cannot read {path} ({error.strerror}); actions get their units from it.'
    except (TypeError, ValueError) as error:
        msg = f'{path} does not have the form of dataset_statistics.json: {error}.'
    raise DatasetError(msg)
