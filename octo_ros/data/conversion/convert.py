# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags → an RLDS dataset: the run of a conversion, from the plan to the dataset in its place."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.data.conversion.append import check_append
from octo_ros.data.conversion.assemble import Assembly
from octo_ros.data.conversion.beam import pipeline_options, run_beam, take_finished
from octo_ros.data.conversion.converted_episode import ConvertedEpisode
from octo_ros.data.conversion.fingerprint import (
    BagIdentity,
    check_text,
    fingerprint,
    model_digest,
)
from octo_ros.data.conversion.history import HISTORY, Conversion, read_history, sources_of
from octo_ros.data.conversion.local_run import run_here
from octo_ros.data.conversion.plan import make_plan
from octo_ros.data.conversion.pool import run_pool
from octo_ros.data.conversion.remote import remove
from octo_ros.data.conversion.send import check_remote, other_parts, remote_parts
from octo_ros.data.conversion.tally import Progress, Tally
from octo_ros.data.conversion.work_directory import WorkDirectory
from octo_ros.data.conversion.writable import writable
from octo_ros.data.report.episode_report import SkippedEpisode
from octo_ros.data.rlds.publish import recover
from octo_ros.data.rlds.writer import dataset_directory
from octo_ros.errors import AlreadyConvertedError, DatasetError

if TYPE_CHECKING:
    from octo_ros.data.conversion.plan import ConversionPlan
    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.report.report import Report

# What a disk or its owner may refuse; anything else is a bug.
REFUSED = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
    *(errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ESTALE, errno.ENOLCK),
}


def convert(
    request: ConversionRequest,
    progress: Callable[[Progress], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Convert bags to one dataset.

    All bags are checked before anything is written, and the dataset appears only when it is
    complete. Episodes that an interrupted run of the same request has finished are taken over.

    Args:
        request: What and how.
        progress: Called after every episode, and now and then during one.
        say: Told in a sentence what a person should know meanwhile.

    Returns:
        The report, also stored in the dataset.

    Raises:
        AlreadyConvertedError: A run before has added all this; nothing needs to be done.
        BagError: A bag is unreadable or lacks something.
        DatasetError: The dataset exists, cannot be added to or written, or no episode gave any
            step.
        KinematicsError: The robot's model cannot be used.
    """
    target = dataset_directory(request.output, request.name)
    check_text(request.output, *request.bags)
    try:
        if request.runner is not None:
            pipeline_options(request)  # before hours of work
        if request.remote_output is not None:
            check_remote(request)
        bags = tuple(BagIdentity.of(path) for path in request.bags)
        conversion = Conversion(
            *(fingerprint(request), 0, bags, model_digest(request), sources_of(request))
        )
        with WorkDirectory(target, conversion.fingerprint, say) as work:
            _check_target(request, target, work)
            plan = make_plan(request)
            history: tuple[Conversion, ...] = ()
            if request.append:
                history = check_append(request, plan.layout, target, work.path / 'features')
            work.take_up()
            _do_jobs(request, plan, work, progress, say)
            loaded = (ConvertedEpisode.load(job.directory(work.parts)) for job in plan.jobs)
            episodes = writable(loaded, plan.layout)
            _check_not_empty(episodes, plan, work)
            report = Assembly(request, plan, work.dataset, history, conversion).run(episodes)
            if request.runner is not None and request.remote_output is not None:
                remove(remote_parts(request, work.fingerprint))
            return report
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        place = f'{target.parent} cannot be written' if error.filename is None else error.filename
        msg = f'{place}: {error.strerror}.'
        raise DatasetError(msg) from error


def _check_target(request: ConversionRequest, target: Path, work: WorkDirectory) -> None:
    """Look at what is there already; nobody else writes it meanwhile."""
    recover(target)
    if not target.exists():
        return
    completed = {conversion.fingerprint for conversion in _history(target)}
    work.sweep(completed)
    if not request.append:
        msg = (
            f'{target} exists already. Add to it with --append, remove it, or choose another '
            '--name or --output.'
        )
        raise DatasetError(msg)
    if work.fingerprint in completed:
        msg = f'{target} holds all of this already; there is nothing to add.'
        raise AlreadyConvertedError(msg)


def _history(target: Path) -> tuple[Conversion, ...]:
    """What is known of a dataset that may not be ours."""
    return read_history(target) if (target / HISTORY).exists() else ()


def _do_jobs(
    request: ConversionRequest,
    plan: ConversionPlan,
    work: WorkDirectory,
    progress: Callable[[Progress], None],
    say: Callable[[str], None],
) -> None:
    shared = str(work.parts)
    if request.runner is not None and request.remote_output is not None:
        shared = remote_parts(request, work.fingerprint)
        take_finished(plan.jobs, work.parts, shared)
        others = other_parts(request, work.fingerprint)
        if others:
            say(
                'Interrupted runs of other requests, other bags or another version have left '
                f'{", ".join(others)}; remove what nobody goes on with.'
            )
    finished = _whole(plan, work, say)
    todo = [job for job in plan.jobs if job.index not in finished]
    done = len(plan.jobs) - len(todo)
    if done:
        say(f'Taking over {done} of {len(plan.jobs)} episodes from an interrupted run.')
    tally = Tally(todo, done, progress)
    if request.runner is not None and todo:
        say(f'Apache Beam ({request.runner}) converts {len(todo)} episodes.')
        run_beam(todo, request, work.parts, shared, tally.tell)
    elif request.workers == 1 or len(todo) < 2:
        run_here(todo, request, work.parts, tally.tell)
    else:
        run_pool(todo, request, work.parts, tally.tell)


def _whole(plan: ConversionPlan, work: WorkDirectory, say: Callable[[str], None]) -> set[int]:
    """Indices of the jobs whose results are here and undamaged."""
    finished = work.finished()
    for job in plan.jobs:
        if job.index in finished:
            try:
                ConvertedEpisode.load(job.directory(work.parts))
            except DatasetError as error:
                say(f'Episode {job.episode.episode_id!r} is converted again. {error}')
                finished.remove(job.index)
    return finished


def _check_not_empty(
    episodes: Sequence[ConvertedEpisode], plan: ConversionPlan, work: WorkDirectory
) -> None:
    if any(episode.records for episode in episodes):
        return
    work.clear()
    skipped = [*plan.skipped, *(episode.report for episode in episodes)]
    reasons = '; '.join(
        f'{s.bag} {s.episode}: {s.reason}' for s in skipped if isinstance(s, SkippedEpisode)
    )
    msg = f'No episode could be converted. {reasons}'
    raise DatasetError(msg)
