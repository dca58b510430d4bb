# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where runtimes keep what they compile of an export."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from octo_ros.policy.engines.exported import Exported


def user_cache() -> Path:
    """Of the user who runs this program."""
    return Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'octo_ros'


def cache_folder(exported: Exported, directory: Path) -> Path:
    """A folder for this export alone, which is made if it is not there.

    Args:
        exported: The export; one whose files differ in any byte gets another folder.
        directory: Where the folders of all exports are.

    Raises:
        PolicyError: Nothing can be written there.
    """
    folder = directory.expanduser() / exported.manifest.digest[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f'{folder} cannot be made ({error.strerror}); give another cache_dir.'
        raise PolicyError(msg) from None
    if not os.access(folder, os.W_OK):
        msg = f'Nothing can be written into {folder}; give another cache_dir.'
        raise PolicyError(msg)
    return folder
