# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
r"""Does the original's own data pipeline read our datasets, and does it see what we wrote?

Every dataset goes through `octo.data.dataset.make_single_dataset` as for fine-tuning: window of 2,
4 actions, uniform goal relabelling, both splits, pictures of 256 and 128 pixels, statistics
computed by the original. What comes out is held against the same dataset as octo_ros reads it:

    actions, states    windows and chunks, normalised by Octo's formulas
    pictures           decoded and resized here; TensorFlow decodes JPEG by a faster, coarser
                       transform, which alone makes 2 of 255 in the mean
    goals              one of the pictures from that step to the end
    words              equal
    statistics         those of dataset_statistics.json

The original needs an interpreter of its own and checkouts of octo-models/octo and kvablack/dlimp
from GitHub:

    python3.11 -m venv octo-env
    octo-env/bin/pip install tensorflow-cpu==2.15.0 tensorflow-datasets==4.9.2 \
        tensorflow-graphics==2021.12.3 tensorflow-metadata==1.15.0 'numpy==1.26.*' \
        'protobuf<5' 'setuptools<70' 'scipy<1.13' huggingface_hub einops tqdm

Run as: .venv/bin/python benchmarks/original_loader.py DATASET… --python octo-env/bin/python \
            --octo octo-source --dlimp dlimp-source [--json]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from original_loader_result import SPLITS, Finding, table
from rich.console import Console

from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.errors import DatasetError, OctoRosError
from octo_ros.observation.images import resize
from octo_ros.policy.statistics import FIELDS, DatasetStatistics, FieldStatistics

SCRIPT = Path(__file__).resolve().with_name('original_loader_octo.py')
WINDOW, HORIZON = 2, 4
SIZES = {'primary': (256, 256), 'wrist': (128, 128)}
EPSILON = 1e-8  # Octo's
PICTURE_MEAN, PICTURE_MAX = 3.0, 32  # of 255
STATISTICS_TOLERANCE = 1e-4  # of the largest value: the original sums in float32


def check(directory: Path, arguments: argparse.Namespace) -> Finding:
    """Send one dataset through the original.

    Raises:
        OctoRosError: The dataset cannot be read here, or the original refuses it.
    """
    dataset = RldsDataset(directory)
    ours = DatasetStatistics.read(dataset.directory / 'dataset_statistics.json')
    names = [key.rpartition('/')[2] for key in dataset.schema.images]
    images = {n.removeprefix('image_'): n for n in names if n.startswith('image_')}
    depths = {n.removeprefix('depth_'): n for n in names if n.startswith('depth_')}
    with tempfile.TemporaryDirectory() as folder:
        answer = _original(dataset, ours, (images, depths), Path(folder), arguments)
        finding = Finding(str(dataset.directory))
        _compare_statistics(finding, answer['statistics'], dataset, ours)
        seconds = sum(answer[split]['seconds'] for split in SPLITS)
        finding.steps = sum(answer[split]['steps'] for split in SPLITS)
        finding.steps_per_second = round(finding.steps / seconds, 1)
        for split in SPLITS:
            finding.episodes[split] = answer[split]['episodes']
            expected = dataset.splits[split].episodes
            finding.expect(
                answer[split]['episodes'] == expected,
                f'{split}: {answer[split]["episodes"]} episodes came out, not {expected}',
            )
            episodes = list(islice(dataset.episodes(split), arguments.episodes))
            for number in range(min(len(episodes), answer[split]['episodes'])):
                with np.load(Path(folder) / f'{split}_{number}.npz') as arrays:
                    theirs = dict(arrays)
                # The original works on several at once and hands out what is ready.
                episode = _like(theirs, episodes, answer['statistics'])
                episodes.remove(episode)
                _compare(finding, episode, theirs, answer['statistics'], (images, depths))
    return finding


def _original(dataset, ours, pictures, folder, arguments) -> dict:
    images, depths = pictures
    # The original writes its statistics beside the data: into links, not into the dataset.
    place = folder / 'data' / dataset.name / dataset.version
    place.mkdir(parents=True)
    for path in dataset.directory.iterdir():
        (place / path.name).symlink_to(path.resolve())
    request = {
        'name': dataset.name,
        'data_dir': str(folder / 'data'),
        'images': images,
        'depths': depths,
        'mask': ours.action.mask.tolist(),
        'window': WINDOW,
        'horizon': HORIZON,
        'sizes': {name: SIZES.get(name, SIZES['primary']) for name in images},
        'depth_sizes': {name: SIZES.get(name, SIZES['primary']) for name in depths},
        'episodes': arguments.episodes,
    }
    (folder / 'request.json').write_text(json.dumps(request))
    sources = ['--octo', str(arguments.octo), '--dlimp', str(arguments.dlimp)]
    done = subprocess.run(
        [str(arguments.python), str(SCRIPT), *sources, str(folder / 'request.json')],
        capture_output=True,
        text=True,
        check=False,
        env={name: os.environ[name] for name in os.environ if name != 'PYTHONPATH'},
    )
    if done.returncode:
        words = '\n'.join(done.stderr.splitlines()[-12:])
        msg = f'The original refuses {dataset.directory}:\n{words}'
        raise DatasetError(msg)
    return json.loads((folder / 'answer.json').read_text())


def _like(theirs, episodes, statistics):
    """The episode whose actions are nearest to those that came out."""
    first = theirs['action'][:, -1, 0]

    def distance(episode) -> float:
        if episode.steps != len(first):
            return np.inf
        expected = _normalised(episode.array('action'), statistics['action'])
        return float(np.abs(expected - first).max())

    return min(episodes, key=distance)


def _compare_statistics(finding, theirs, dataset, ours) -> None:
    episodes = sum(split.episodes for split in dataset.splits.values())
    finding.expect(theirs['num_trajectories'] == episodes, 'the number of trajectories differs')
    fields = {'action': ours.action, 'proprio': ours.proprio}
    if ours.num_trajectories < episodes:
        # One episode in both splits: the original counts it twice, which moves percentiles.
        rows = {'action': 'action', 'proprio': 'observation/state'}
        fields = {
            name: FieldStatistics.of(np.concatenate([e.array(key) for e in dataset.episodes()]))
            for name, key in rows.items()
        }
    for name, field_ in fields.items():
        for figure in FIELDS:
            said, found = np.array(theirs[name][figure]), getattr(field_, figure)
            apart = np.abs(said - found).max() / max(1e-3, np.abs(found).max())
            finding.statistics = max(finding.statistics, float(apart))
    finding.expect(finding.statistics <= STATISTICS_TOLERANCE, 'the statistics differ')


def _compare(finding, episode, theirs, statistics, pictures) -> None:
    T, (images, depths) = episode.steps, pictures
    finding.expect(theirs['action'].shape[:3] == (T, WINDOW, HORIZON), 'shape of the actions')
    if len(theirs['action']) != T:
        return
    history = np.maximum(np.arange(T)[:, None] + np.arange(1 - WINDOW, 1), 0)  # (T, W)
    chunks = np.minimum(np.arange(T)[:, None] + np.arange(HORIZON), T - 1)[history]  # (T, W, H)
    action = _normalised(episode.array('action'), statistics['action'])[chunks]
    state = _normalised(episode.array('observation/state'), statistics['proprio'])[history]
    for name, ours, found in (
        ('actions', action, theirs['action']),
        ('states', state, theirs['observation/proprio']),
    ):
        apart = float(np.abs(ours - found).max())
        setattr(finding, name, max(getattr(finding, name), apart))
        scale = max(1.0, float(np.abs(ours).max()))
        finding.expect(apart <= 1e-4 * scale, f'{episode.place}: {name} differ by {apart:g}')
    words = {text.decode() for text in theirs['task/language_instruction'].tolist()}
    finding.expect(words == {episode.instruction}, f'{episode.place}: the words are {words}')
    mask = theirs['observation/timestep_pad_mask']
    finding.expect(
        (mask == (np.arange(T)[:, None] + np.arange(1 - WINDOW, 1) >= 0)).all(),
        f'{episode.place}: timestep_pad_mask',
    )
    for name, key in depths.items():
        _compare_depths(
            finding, episode, f'observation/{key}', theirs[f'observation/depth_{name}']
        )
    for name, key in images.items():
        found = theirs[f'observation/image_{name}']
        _compare_pictures(finding, episode, f'observation/{key}', found)
        goals, steps = theirs[f'task/image_{name}'], found[:, -1]
        for t in range(T):
            finding.expect(
                any(np.array_equal(goals[t], steps[later]) for later in range(t, T)),
                f'{episode.place}: the goal of step {t} is no later picture',
            )


def _compare_depths(finding, episode, key, found) -> None:
    """In metres; the original resizes it, hence only the middle half of the values is compared."""
    ours = episode.array(key)
    same = found.shape[:2] == (episode.steps, WINDOW) and np.isfinite(found).all()
    finding.expect(same, f'{episode.place}: {key} comes out as {found.shape}')
    apart = np.abs(np.quantile(found[:, -1], [0.25, 0.75]) - np.quantile(ours, [0.25, 0.75]))
    finding.expect(apart.max() < 0.05, f'{episode.place}: {key} differs by {apart.max():.3f} m')


def _compare_pictures(finding, episode, key, found) -> None:
    T, _, height, width, _ = found.shape
    ours = np.stack([resize(episode.picture(key, t), height, width) for t in range(T)])
    apart = np.abs(ours.astype(int) - found[:, -1].astype(int))
    mean, largest = float(apart.mean()), float(apart.max())
    finding.pictures_mean = max(finding.pictures_mean, round(mean, 3))
    finding.pictures_max = max(finding.pictures_max, largest)
    finding.expect(
        mean <= PICTURE_MEAN and largest <= PICTURE_MAX,
        f'{episode.place}: {key} differs by {mean:.2f}, at most {largest:g} of 255',
    )
    before = np.maximum(np.arange(T) - 1, 0)
    finding.expect(
        np.array_equal(found[:, 0], found[before, 1]), f'{episode.place}: the window of {key}'
    )


def _normalised(values: np.ndarray, statistics: dict) -> np.ndarray:
    scaled = (values - np.array(statistics['mean'])) / (np.array(statistics['std']) + EPSILON)
    return np.where(statistics.get('mask', True), scaled, values)


def main() -> int:
    """Compare, and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('datasets', nargs='+', type=Path, metavar='DATASET', help='directories')
    add('--python', type=Path, required=True, help="the original's interpreter")
    add('--octo', type=Path, required=True, help='checkout of octo-models/octo')
    add('--dlimp', type=Path, required=True, help='checkout of kvablack/dlimp')
    add('--episodes', type=int, default=8, help='compared per split (default: %(default)s)')
    add('--json', action='store_true', help='the figures as JSON')
    arguments = parser.parse_args()
    try:
        findings = [check(path, arguments) for path in arguments.datasets]
    except OctoRosError as error:
        print(f'original_loader: {error}', file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps([asdict(each) for each in findings], indent=2))
    else:
        Console(width=110).print(table(findings))
    for each in findings:
        for sentence in each.wrong:
            print(f'{each.dataset}: {sentence}', file=sys.stderr)
    return 1 if any(each.wrong for each in findings) else 0


if __name__ == '__main__':
    sys.exit(main())
