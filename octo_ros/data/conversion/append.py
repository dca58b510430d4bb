# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a conversion may be added to a dataset that exists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.data.conversion.contract_file import check_contract
from octo_ros.data.conversion.fingerprint import BagIdentity, model_digest
from octo_ros.data.conversion.history import Conversion, read_history
from octo_ros.data.rlds.existing import ExistingDataset
from octo_ros.data.rlds.stored import stored_episodes
from octo_ros.data.rlds.tfrecord import check_records
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.rlds.features import DatasetLayout


def check_append(
    request: ConversionRequest, layout: DatasetLayout, target: Path, scratch: Path
) -> tuple[Conversion, ...]:
    """Check that what is to be added fits.

    Args:
        request: What is to be added.
        layout: Of its steps.
        target: The dataset.
        scratch: An empty directory, or one that does not exist.

    Returns:
        The conversions that the dataset is made of.

    Raises:
        DatasetError: It does not fit, is in there already, or there is no such dataset, or that
            is damaged; the message says what differs.
    """
    existing = ExistingDataset.read(target, request.name)
    history = read_history(target)
    check_contract(request.contract, target)
    scratch.mkdir(parents=True, exist_ok=True)
    layout.features().save_config(str(scratch))
    existing.check_features(scratch / 'features.json')
    for path in existing.paths:
        check_records(path)
    (first,) = (next(stored_episodes([path]), None) for path in existing.paths[:1])
    source = first.metadata['action_source'] if first else request.action_source
    if source != request.action_source:
        msg = (
            f'The actions of {target} were made by --action {source}; those of '
            f'{request.action_source} mean something else and cannot be added.'
        )
        raise DatasetError(msg)
    model = model_digest(request)
    if any(model and c.model and c.model != model for c in history):
        msg = (
            f'The poses of {target} were computed with another model of {request.embodiment.name} '
            f'than {request.embodiment.model.file} is now. Make a dataset of its own with another '
            '--name.'
        )
        raise DatasetError(msg)
    known = {identity.files: identity.path for c in history for identity in c.bags}
    for path in request.bags:
        files = BagIdentity.of(path).files
        if files in known:
            msg = f'{path} is in {target} already; every bag can be added once.'
            raise DatasetError(msg)
    return history
