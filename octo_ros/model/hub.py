# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds a checkpoint directory: on this machine, or by its name on the Hugging Face hub."""

from __future__ import annotations

import os
import re
from pathlib import Path

import huggingface_hub
from huggingface_hub import constants

from octo_ros.errors import CheckpointError
from octo_ros.model.layout import latest_step, stored_steps

_SMALL_FILES = (
    'config.json',
    'dataset_statistics.json',
    'example_batch.msgpack',
    't5_config.json',
    'tokenizer/*',
)
_NEEDED = ('config.json', 'dataset_statistics.json', 'example_batch.msgpack')
_NAME = r'[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*'


def find_checkpoint(
    name: str | Path, step: int | None = None, revision: str | None = None
) -> Path:
    """The directory of a checkpoint.

    A directory of that name wins. What looks like a path is never asked of the hub, and of the hub
    what is cached is taken as it is: a robot starts with the weights of yesterday, and without a
    network. Only what is missing is fetched, and of several training steps only the wanted one.

    Args:
        name: A directory, or a name like `rail-berkeley/octo-small-1.5`, with or without the
            original's `hf://` before it.
        step: Training step; None takes the latest of the cache or, if none is there, of the hub.
        revision: Branch, tag or commit on the hub; None takes its default branch.

    Raises:
        CheckpointError: There is no such directory, or the hub's files are neither on this machine
            nor could they be fetched.
    """
    text = os.fspath(name)
    asked = re.fullmatch(r'hf:/{1,2}(.+)', text)  # a Path makes one slash of two
    if asked is None and text:  # an empty Path is the working directory
        local = Path(text).expanduser()
        if _is_directory(local):
            return local
        _refuse_path(text, local)
    repo = asked[1] if asked else text
    if not re.fullmatch(_NAME, repo) or '--' in repo or '..' in repo:
        msg = (
            f'{text!r:.200} is neither a directory here nor a name on the Hugging Face hub, like '
            'rail-berkeley/octo-small-1.5.'
        )
        raise CheckpointError(msg)
    return _cached(repo, step, revision) or _fetched(repo, step, revision)


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # too long a name, or no right to look
        return False


def _refuse_path(text: str, local: Path) -> None:
    """Refuse what can only be meant as a path: `./x`, `/x`, `~/x`, `a/b/c`, `here/x`, a file."""
    if text.startswith(('.', '/', '~')) or text.count('/') > 1 or _exists(local.parts[:1]):
        what = 'a file, not a checkpoint directory' if _exists((text,)) else 'not there'
        msg = (
            f'There is no checkpoint directory {local}: it is {what}. Give the directory that '
            'holds config.json, or a name on the Hugging Face hub.'
        )
        raise CheckpointError(msg)


def _exists(parts: tuple[str, ...]) -> bool:
    return bool(parts) and os.path.lexists(Path(*parts).expanduser())


def _cached(repo: str, step: int | None, revision: str | None) -> Path | None:
    """The snapshot in the hub's cache, if it holds what is needed."""
    try:
        folder = Path(
            huggingface_hub.snapshot_download(
                repo, revision=revision, allow_patterns=[*_NEEDED], local_files_only=True
            )
        )
    except (OSError, ValueError):  # nothing of it, or not all
        return None
    steps = stored_steps(folder)
    complete = all((folder / name).exists() for name in _NEEDED)
    return folder if complete and (step in steps or (step is None and steps)) else None


def _fetched(repo: str, step: int | None, revision: str | None) -> Path:
    wanted = repo if step is None else f'{repo} (step {step})'
    try:
        if step is None:
            step = latest_step(huggingface_hub.HfApi().list_repo_files(repo, revision=revision))
        if step is None:
            msg = f'{repo} on the Hugging Face hub holds no <step>/default/checkpoint.'
            raise CheckpointError(msg)
        folder = Path(
            huggingface_hub.snapshot_download(
                repo, revision=revision, allow_patterns=[*_SMALL_FILES, f'{step}/*']
            )
        )
        if step not in stored_steps(folder):  # without network the client gives what it has
            msg = f'step {step} is not there'
            raise FileNotFoundError(msg)
    except CheckpointError:
        raise
    except Exception as error:  # of the network, its protocols and the hub: dozens of kinds
        reason = next(iter(str(error).strip().splitlines()), '') or type(error).__name__
        at = '' if revision is None else f' --revision {revision}'
        msg = (
            f'The checkpoint {wanted} is neither a directory here nor in the cache of the Hugging '
            f'Face hub, {constants.HF_HUB_CACHE}, and it could not be fetched ({reason}). Fetch '
            f'it once where there is a network: "hf download {repo}{at}".'
        )
        raise CheckpointError(msg) from None
    return folder
