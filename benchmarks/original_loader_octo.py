# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The original's data pipeline on one dataset; original_loader.py starts this and reads it.

Runs in an environment of its own, which knows nothing of octo_ros.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')


def main():
    """Answer one request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--octo', type=Path, required=True)
    parser.add_argument('--dlimp', type=Path, required=True)
    parser.add_argument('request', type=Path, help='JSON; arrays are written beside it')
    arguments = parser.parse_args()
    sys.path[:0] = [str(arguments.octo), str(arguments.dlimp)]
    request = json.loads(arguments.request.read_text())

    import numpy as np
    import tensorflow as tf
    import tensorflow_datasets as tfds
    from octo.data.dataset import make_single_dataset

    def flat(tree, prefix=''):
        for key, value in tree.items():
            if isinstance(value, dict):
                yield from flat(value, f'{prefix}{key}/')
            else:
                yield f'{prefix}{key}', np.asarray(value)

    answer = {'versions': f'TensorFlow {tf.__version__}, tensorflow-datasets {tfds.__version__}'}
    for split in ('train', 'val'):
        dataset = make_single_dataset(
            {
                'name': request['name'],
                'data_dir': request['data_dir'],
                'image_obs_keys': request['images'],
                'depth_obs_keys': request['depths'],
                'proprio_obs_key': 'state',
                'language_key': 'language_instruction',
                'action_normalization_mask': request['mask'],
                'shuffle': False,
                'num_parallel_reads': 1,
            },
            train=split == 'train',
            traj_transform_kwargs={
                'window_size': request['window'],
                'action_horizon': request['horizon'],
                'goal_relabeling_strategy': 'uniform',
            },
            frame_transform_kwargs={
                'resize_size': {k: tuple(v) for k, v in request['sizes'].items()},
                'depth_resize_size': {k: tuple(v) for k, v in request['depth_sizes'].items()},
            },
        )
        statistics = dataset.dataset_statistics
        begun, steps, episodes = time.monotonic(), 0, 0
        for trajectory in dataset.iterator():
            arrays = dict(flat(trajectory))
            steps += len(arrays['action'])
            if episodes < request['episodes']:
                path = arguments.request.with_name(f'{split}_{episodes}.npz')
                # Text as fixed bytes: nothing is to be unpickled.
                np.savez(
                    path,
                    **{k: v.astype('S') if v.dtype == object else v for k, v in arrays.items()},
                )
            episodes += 1
        answer[split] = {
            'episodes': episodes,
            'steps': steps,
            'seconds': time.monotonic() - begun,
        }
    answer['statistics'] = json.loads(
        json.dumps(statistics, default=lambda value: np.asarray(value).tolist())
    )
    arguments.request.with_name('answer.json').write_text(json.dumps(answer))


if __name__ == '__main__':
    main()
