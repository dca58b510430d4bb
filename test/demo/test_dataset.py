# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import cv2
import numpy as np

from octo_ros.demo.dataset import make_dataset, step_samples
from octo_ros.embodiment import load_embodiment


def test_samples_are_read_back_from_the_files(demo_bag, tmp_path):
    report = make_dataset(demo_bag, load_embodiment('widowx'), tmp_path)
    assert Path(report.facts.dataset) == tmp_path / 'octo_demo_widowx/1.0.0'
    samples = step_samples(Path(report.facts.dataset))
    assert [s.instruction for s in samples] == ['pick up the green block', 'reach the red block']
    for sample in samples:
        assert sample.index == sample.of // 2
        assert sample.action.shape == sample.state.shape == (7,)
        np.testing.assert_allclose(sample.state[:3], [0.3, 0.0, 0.15], atol=0.03)
        assert abs(sample.action[:6]).max() > 0.0
        sizes = {
            name: cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape
            for name, jpeg in sample.images.items()
        }
        assert sizes == {'primary': (256, 256, 3), 'wrist': (128, 128, 3)}
