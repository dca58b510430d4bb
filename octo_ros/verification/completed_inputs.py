# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Inputs that follow from others: the robot's action dimensions, normalised proprioception."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from octo_ros.model.config import OctoConfig
from octo_ros.policy.statistics import DatasetStatistics, Normalization
from octo_ros.verification.reference import Arrays

_DIM = 'sample/embodiment_action_dim'
_PROPRIO, _RAW = 'observation/proprio', 'proprio_raw'


def with_action_dim(
    inputs: Arrays, outputs: Arrays, statistics: Mapping[str, DatasetStatistics]
) -> Arrays:
    """The inputs with `sample/embodiment_action_dim` as one integer.

    If it is not there, it is the last axis of the masked actions in robot units, or else what the
    statistics have.
    """
    if _DIM in inputs:
        values = np.unique(inputs[_DIM])
        whole = values.dtype.kind in 'iuf' and len(values) == 1 and values[0] == int(values[0])
        return {**inputs, _DIM: np.array(int(values[0]))} if whole else inputs
    masked = 'sample/masked_actions_unnormalized'
    dims = {
        array.shape[-1] for name, array in outputs.items() if name.endswith(masked) and array.ndim
    }
    dims = dims or {each.action.dim for each in statistics.values()}
    return {**inputs, _DIM: np.array(dims.pop())} if len(dims) == 1 else inputs


def needs_proprio(inputs: Arrays, config: OctoConfig) -> bool:
    """Whether the network reads proprioception that is there only in the robot's units."""
    return 'proprio' in config.low_dim_keys and _RAW in inputs and _PROPRIO not in inputs


def with_proprio(inputs: Arrays, config: OctoConfig, statistics: DatasetStatistics) -> Arrays:
    """The inputs with proprioception normalised as for training, where `needs_proprio`.

    The raw values may be flat, one row per step of all windows.
    """
    proprio, raw = statistics.proprio, inputs[_RAW]
    if proprio is None or raw.dtype.kind not in 'fiu' or raw.shape[-1:] != (proprio.dim,):
        return inputs  # that the network lacks tokens is said with every array
    if raw.ndim == 2:
        names = [f'observation/{key}' for key in config.observation_keys]
        names += ['observation/timestep_pad_mask']
        lead = next((inputs[name].shape[:2] for name in names if name in inputs), (-1, 1))
        if lead[0] * lead[1] not in (len(raw), -1):
            return inputs
        raw = raw.reshape(*lead, proprio.dim)
    values = proprio.normalize(raw, Normalization.NORMAL).astype(np.float32)
    return {**inputs, _PROPRIO: values}
