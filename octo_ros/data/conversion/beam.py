# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Jobs as an Apache Beam pipeline, on one machine or on a cluster.

Every job is one element, converted by the very code of the other runs in a scratch directory of
its worker; what comes of it goes through Beam's file systems to a directory that this process sees
too. Bags must be readable by every worker under the path that was given, and `octo_ros` must be
installed there. The process that was started plans, and in the end puts the dataset together: it
needs disk for all of it, in `--staging` where the output is a URL. `--append` needs an output on
this machine.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octo_ros.data.conversion.beam_module import beam_module
from octo_ros.data.conversion.converted_episode import SIDECAR
from octo_ros.data.conversion.episode_converter import EpisodeConverter
from octo_ros.data.conversion.job import EpisodeJob, JobProgress, Tell
from octo_ros.data.conversion.remote import (
    download,
    is_remote,
    read_if_there,
    remove,
    upload,
)
from octo_ros.errors import BagError, ConfigError, DatasetError, OctoRosError

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

RUNNERS = {
    'direct': 'DirectRunner',
    'dataflow': 'DataflowRunner',
    'flink': 'FlinkRunner',
    'spark': 'SparkRunner',
    'portable': 'PortableRunner',
    'prism': 'PrismRunner',
}
COMPLETE = ('DirectRunner', 'DataflowRunner')  # all their options are known before they run
REFUSED = 'refused.json'


def run_beam(
    jobs: Sequence[EpisodeJob], request: ConversionRequest, parts: Path, shared: str, tell: Tell
) -> None:
    """Convert all jobs with `request.runner`; results lie below `parts`.

    Args:
        jobs: What to do.
        request: How.
        parts: Local directory for the results.
        shared: Directory or URL that the workers write to; may be `parts` itself.
        tell: Called for every job at the end; meanwhile the runner has progress of its own.

    Raises:
        BagError: What a job raised.
        ConfigError: Apache Beam is not installed, or refuses an option.
        DatasetError: The pipeline failed.
    """
    beam = beam_module()
    options = pipeline_options(request)
    for job in jobs:
        remove(_refusal(job, shared))  # of a run before
    try:
        with beam.Pipeline(options=options) as pipeline:
            (
                pipeline
                | 'jobs' >> beam.Create(list(jobs))
                | 'spread' >> beam.Reshuffle()
                | 'convert' >> beam.Map(convert_one, request, shared)
            )
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        msg = f'The Beam pipeline failed: {lines[-1]}'
        raise DatasetError(msg) from error
    for job in jobs:
        _collect(job, parts, shared)
        tell(JobProgress(job.index, job.seconds, 0, done=True))


def take_finished(jobs: Sequence[EpisodeJob], parts: Path, shared: str) -> None:
    """Fetch what an interrupted run has left at a URL."""
    for job in jobs:
        directory = job.directory(parts)
        if not (directory / SIDECAR).exists():
            download(_place(job, shared), directory, last=SIDECAR)


def _collect(job: EpisodeJob, parts: Path, shared: str) -> None:
    """See that the result of a job lies here."""
    refused = read_if_there(_refusal(job, shared))
    if refused is not None:
        raise BagError(json.loads(refused)['text'])
    directory = job.directory(parts)
    if is_remote(shared):
        download(_place(job, shared), directory, last=SIDECAR)
    if not (directory / SIDECAR).exists():
        msg = (
            f'The Beam pipeline ended without a result for episode {job.episode.episode_id!r} of '
            f'{job.bag}; can all workers write to {shared}?'
        )
        raise DatasetError(msg)


def _place(job: EpisodeJob, shared: str) -> str:
    return f'{shared}/{job.directory(Path())}'


def _refusal(job: EpisodeJob, shared: str) -> str:
    return f'{_place(job, shared)}/{REFUSED}'


def convert_one(job: EpisodeJob, request: ConversionRequest, shared: str) -> int:
    """Convert one job on a worker and hand its result over; its index."""
    converter, scratch = _LOCAL.converter(request)
    target = _place(job, shared)
    try:
        converter.convert(job, lambda _: None)
    except OctoRosError as error:
        # To be told once, not to be tried again by the runner.
        directory = job.directory(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / REFUSED).write_text(json.dumps({'text': str(error)}))
        upload(directory, target, last=REFUSED)
        return job.index
    upload(job.directory(scratch), target, last=SIDECAR)
    return job.index


class _Local(threading.local):
    """A converter per thread of a worker, kept for the next job of the same request."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._request: ConversionRequest | None = None

    def converter(self, request: ConversionRequest) -> tuple[EpisodeConverter, Path]:
        if self._request != request:
            self._stack.close()
            self._scratch = Path(
                self._stack.enter_context(tempfile.TemporaryDirectory(prefix='octo_ros_'))
            )
            self._converter = self._stack.enter_context(EpisodeConverter(request, self._scratch))
            self._request = request
        return self._converter, self._scratch


_LOCAL = _Local()


def pipeline_options(request: ConversionRequest) -> Any:  # noqa: ANN401 - Beam has no types here
    """Apache Beam's options for a request that has a runner.

    Beam itself ignores options that it does not know. Here they are refused, except that a runner
    with a job server of its own may know more of them; there only what looks misspelt is.

    Raises:
        ConfigError: Apache Beam is not installed, or an option is not known or has a wrong value.
    """
    assert request.runner is not None
    runner = RUNNERS.get(request.runner.lower(), request.runner)
    words = [f'--runner={runner}', *request.beam_options]
    if runner == 'DirectRunner' and not any('direct_' in word for word in request.beam_options):
        words.append(f'--direct_num_workers={request.workers}')
        if request.workers > 1:
            words.append('--direct_running_mode=multi_processing')
    try:
        options = beam_module('options.pipeline_options').PipelineOptions(words)
        known = options.get_all_options()
        given = options.get_all_options(retain_unknown_options=True)
    except SystemExit as error:  # argparse inside Beam
        msg = f'Apache Beam refuses the options {" ".join(words)}.'
        raise ConfigError(msg) from error
    for name in sorted(set(given) - set(known)):
        near = get_close_matches(name, known, n=1, cutoff=0.85)
        if near or runner in COMPLETE:
            hint = f' Did you mean --{near[0]}?' if near else ''
            msg = f'--beam-option=--{name}: Apache Beam has no option of that name.{hint}'
            raise ConfigError(msg)
    return options
