# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import numpy as np
import pytest

from octo_ros.errors import PolicyError
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.text import load_text_tokenizer
from octo_ros.policy.calibration import calibration_tick

DATA = Path(__file__).resolve().parents[1] / 'data'


def checkpoint(name):
    return CheckpointDirectory.read(DATA / name / 'checkpoint')


def images(value, **sizes):
    return {f'image_{key}': np.full((*size, 3), value, np.uint8) for key, size in sizes.items()}


def test_frames_are_resized_and_unknown_cameras_left_out():
    lang = checkpoint('octo_tiny_lang')
    sizes = {key: c.image_size for c in lang.config.cameras for key in c.image_keys}
    frames = [images(v, primary=(90, 120), wrist=(50, 50), side=(9, 9)) for v in (10, 20)]
    tick = calibration_tick('pick', frames, lang.config, load_text_tokenizer(lang))
    assert len(tick.history) == 1
    found = {key: image.shape[:2] for key, image in tick.newest.images.items()}
    assert found == sizes
    assert (tick.history[0].images['image_primary'] == 10).all()
    assert (tick.newest.images['image_primary'] == 20).all()
    assert tick.task.language.input_ids.shape == (1, 16)


def test_what_does_not_fit_is_refused():
    lang, aloha = checkpoint('octo_tiny_lang').config, checkpoint('octo_tiny_aloha').config
    with pytest.raises(PolicyError, match=r"has the cameras \['image_side'\]; this network reads"):
        calibration_tick('pick', [images(0, side=(9, 9))], lang, None)
    with pytest.raises(PolicyError, match='reads proprio'):
        calibration_tick('pick', [images(0, primary=(9, 9))], aloha, None)
