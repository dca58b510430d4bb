# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depths come out in metres, unknown ones as 0, and none is made up."""

from __future__ import annotations

import struct
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PilImage

from octo_ros.errors import ObservationError
from octo_ros.observation.depth import decode_depth, resize_depth

MILLIMETRES = np.array([[0, 1, 999], [1234, 10_000, 65_535]])
METRES = [[0, 0.001, 0.999], [1.234, 10, 65.535]]


def message(encoding, data, *, padding=0, is_bigendian=0):
    rows = np.ascontiguousarray(data).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    height, width = data.shape
    return SimpleNamespace(
        encoding=encoding,
        height=height,
        width=width,
        step=rows.shape[1],
        is_bigendian=is_bigendian,
        data=rows.reshape(-1),
    )


@pytest.mark.parametrize('padding', [0, 6])
@pytest.mark.parametrize(('order', 'big'), [('<', 0), ('>', 1)])
@pytest.mark.parametrize('encoding', ['16UC1', 'mono16', '32FC1'])
def test_both_encodings_give_metres(encoding, order, big, padding):
    given_in = np.array(METRES, order + 'f4') if encoding == '32FC1' else None
    if given_in is None:
        given_in = MILLIMETRES.astype(order + 'u2')
    depth = decode_depth(message(encoding, given_in, padding=padding, is_bigendian=big))
    assert depth.dtype == np.float32
    np.testing.assert_array_equal(depth, np.array(METRES, np.float32))


def test_what_is_not_a_depth_is_unknown():
    values = np.array([[np.nan, np.inf, -np.inf], [-1.0, 0.0, 2.5]], np.float32)
    assert decode_depth(message('32FC1', values)).tolist() == [[0, 0, 0], [0, 0, 2.5]]


@pytest.mark.parametrize('encoding', ['rgb8', '8UC1', '16SC1', '64FC1'])
def test_other_encodings_are_refused(encoding):
    with pytest.raises(ObservationError, match=f"/depth has encoding '{encoding}'; .*16UC1"):
        decode_depth(message(encoding, np.zeros((4, 8), np.uint8)), '/depth')


@pytest.mark.parametrize(('field', 'value'), [('height', 3), ('width', 4), ('step', 2)])
def test_a_size_that_does_not_fit_is_refused(field, value):
    wrong = message('16UC1', MILLIMETRES.astype('<u2'))
    setattr(wrong, field, value)
    with pytest.raises(ObservationError, match=r'/depth claims .* bytes'):
        decode_depth(wrong, '/depth')


def png(samples):
    buffer = BytesIO()
    PilImage.fromarray(samples.astype(np.uint16)).save(buffer, 'PNG')
    return buffer.getvalue()


def compressed(kind, data, a=0.0, b=0.0):
    header = struct.pack('<iff', 0, a, b)
    return SimpleNamespace(format=kind, data=np.frombuffer(header + data, np.uint8))


@pytest.mark.parametrize('kind', ['16UC1; compressedDepth png', '16UC1; compressedDepth', '16UC1'])
def test_compressed_millimetres_are_exact(kind):
    depth = decode_depth(compressed(kind, png(MILLIMETRES)))
    np.testing.assert_array_equal(depth, np.array(METRES, np.float32))


def test_compressed_floats_are_inverse_depths():
    """As compressed_depth_image_transport makes them with its defaults, 10 m and 100."""
    depths = np.array([[0.3, 1.0, 2.0], [5.0, 9.9, 12.0]])
    a = 100 * (100 + 1)
    b = 1 - a / 10
    samples = np.where(depths < 10, a / depths + b, 0)
    depth = decode_depth(compressed('32FC1; compressedDepth png', png(samples), a, b))
    np.testing.assert_allclose(depth[0], depths[0], rtol=1e-3)
    np.testing.assert_allclose(depth[1, :2], depths[1, :2], rtol=2e-3)
    assert depth[1, 2] == 0


@pytest.mark.parametrize(
    ('kind', 'data', 'words'),
    [
        ('16UC1; compressedDepth rvl', png(MILLIMETRES), 'format parameter set to png'),
        ('rgb8; jpeg compressed bgr8', png(MILLIMETRES), 'must be "16UC1'),
        ('16UC1; compressedDepth png', png(MILLIMETRES)[:40], 'cannot be decoded'),
        ('16UC1; compressedDepth png', b'', 'cannot be decoded'),
    ],
)
def test_other_compressions_are_refused(kind, data, words):
    with pytest.raises(ObservationError, match=words) as raised:
        decode_depth(compressed(kind, data), '/depth')
    assert '/depth' in str(raised.value)


SIZE = st.integers(1, 40)


@given(SIZE, SIZE, SIZE, SIZE)
def test_every_output_is_the_input_at_its_centre(rows, columns, height, width):
    depth = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
    resized = resize_depth(depth, height, width)
    y = ((np.arange(height) + 0.5) * rows / height + 1e-9).astype(int)
    x = ((np.arange(width) + 0.5) * columns / width + 1e-9).astype(int)
    np.testing.assert_array_equal(resized, depth[np.ix_(y, x)])
