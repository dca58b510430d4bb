# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A dataset that is to lie where only Apache Beam can write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.data.conversion.remote import file_systems, upload
from octo_ros.data.rlds.writer import dataset_directory
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

INFO = 'dataset_info.json'  # a directory without it is no dataset to tensorflow-datasets


def remote_dataset(request: ConversionRequest) -> str:
    """URL of the dataset, including its version."""
    assert request.remote_output is not None
    below = dataset_directory(Path(), request.name)
    return f'{request.remote_output.rstrip("/")}/{below.as_posix()}'


def remote_parts(request: ConversionRequest, fingerprint: str) -> str:
    """URL for what workers have finished of this request."""
    folder, _, version = remote_dataset(request).rpartition('/')
    return f'{folder}/.{version}.work/{fingerprint[:16]}'


def other_parts(request: ConversionRequest, fingerprint: str) -> list[str]:
    """URLs of what workers have finished of other requests for the same dataset."""
    own = remote_parts(request, fingerprint)
    folder = own.rpartition('/')[0]
    found = [m.path for m in file_systems().match([f'{folder}/*/*/*'])[0].metadata_list]
    return sorted({path.rsplit('/', 2)[0] for path in found} - {own})


def check_remote(request: ConversionRequest) -> None:
    """Check that no dataset is there yet.

    Raises:
        ConfigError: Apache Beam is not installed.
        DatasetError: One is there.
    """
    place = remote_dataset(request)
    if file_systems().exists(f'{place}/{INFO}'):
        msg = f'{place} exists already. Remove it, or choose another --name or --output.'
        raise DatasetError(msg)


def send_dataset(request: ConversionRequest, directory: Path, target: Path) -> None:
    """Send a complete directory away; what makes it a dataset comes last."""
    del target  # it lies elsewhere
    upload(directory, remote_dataset(request), last=INFO)
