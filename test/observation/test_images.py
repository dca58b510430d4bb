# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every encoding becomes the same RGB image; what is not an image is refused by name."""

from __future__ import annotations

import importlib
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image as PilImage
from rosbags.typesys import Stores, get_typestore

from octo_ros.errors import ObservationError
from octo_ros.observation.images import decode, resize
from octo_ros.observation.lanczos import lanczos3

RNG = np.random.default_rng(7)
RGB = RNG.integers(0, 256, (6, 8, 3), dtype=np.uint8)
ALPHA = np.full((6, 8, 1), 17, np.uint8)
GREY = RGB[..., :1]


def message(encoding, data, *, padding=0, height=6, width=8, is_bigendian=0):
    data = np.ascontiguousarray(data)
    rows = data.reshape(data.shape[0], -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    return SimpleNamespace(
        encoding=encoding,
        height=height,
        width=width,
        step=rows.shape[1],
        is_bigendian=is_bigendian,
        data=rows.reshape(-1),
    )


EXACT = {
    'rgb8': RGB,
    'bgr8': RGB[..., ::-1],
    'rgba8': np.concatenate([RGB, ALPHA], axis=2),
    'bgra8': np.concatenate([RGB[..., ::-1], ALPHA], axis=2),
    'rgb16': RGB.astype(np.uint16) * 257,
    'bgr16': RGB[..., ::-1].astype(np.uint16) * 257,
    'rgba16': np.concatenate([RGB, ALPHA], axis=2).astype(np.uint16) * 257,
    'bgra16': np.concatenate([RGB[..., ::-1], ALPHA], axis=2).astype(np.uint16) * 257,
}


@pytest.mark.parametrize('padding', [0, 6])
@pytest.mark.parametrize('encoding', EXACT)
def test_colour_encodings_give_the_same_rgb(encoding, padding):
    decoded = decode(message(encoding, EXACT[encoding], padding=padding))
    np.testing.assert_allclose(decoded.astype(int), RGB, atol=int('16' in encoding))
    assert decoded.dtype == np.uint8


@pytest.mark.parametrize(
    ('encoding', 'dtype', 'scale'), [('mono8', 'u1', 1), ('mono16', '<u2', 257)]
)
def test_grey_becomes_three_equal_channels(encoding, dtype, scale):
    decoded = decode(message(encoding, GREY.astype(dtype) * np.array(scale, dtype)))
    np.testing.assert_allclose(decoded.astype(int), np.repeat(GREY, 3, axis=2), atol=1)


def test_big_endian_samples_are_swapped():
    big = (GREY.astype('>u2') * np.array(257, '>u2')).astype('>u2')
    decoded = decode(message('mono16', big, is_bigendian=1))
    np.testing.assert_allclose(decoded[..., 0].astype(int), GREY[..., 0], atol=1)


@pytest.mark.parametrize(
    ('pattern', 'red_at'), [('rggb', (0, 0)), ('bggr', (1, 1)), ('gbrg', (1, 0)), ('grbg', (0, 1))]
)
@pytest.mark.parametrize('bits', [8, 16])
def test_bayer_patterns_put_red_where_it_is(pattern, red_at, bits):
    mosaic = np.zeros((8, 8), f'<u{bits // 8}')
    mosaic[red_at[0] :: 2, red_at[1] :: 2] = 200 if bits == 8 else 200 * 257
    decoded = decode(message(f'bayer_{pattern}{bits}', mosaic, height=8))
    centre = decoded[2:6, 2:6].reshape(-1, 3).mean(axis=0)
    assert centre[0] > 150
    assert centre[1] < 10
    assert centre[2] < 10


def red_yuv(encoding):
    """Red is Y 82, U 90, V 240 in BT.601."""
    if encoding in ('nv12', 'nv21'):
        chroma = [90, 240] if encoding == 'nv12' else [240, 90]
        return np.concatenate([np.full((6, 8), 82), np.tile(chroma, (3, 4))]).astype(np.uint8)
    pair = [90, 82, 240, 82] if encoding in ('yuv422', 'uyvy') else [82, 90, 82, 240]
    return np.tile(np.array(pair, np.uint8), (6, 4))


@pytest.mark.parametrize('encoding', ['yuv422', 'uyvy', 'yuv422_yuy2', 'yuyv', 'nv12', 'nv21'])
@pytest.mark.parametrize('padding', [0, 8])
def test_yuv_red_is_red(encoding, padding):
    decoded = decode(message(encoding, red_yuv(encoding), padding=padding))
    assert decoded.shape == (6, 8, 3)
    np.testing.assert_allclose(decoded.reshape(-1, 3) - [255, 0, 0], 0, atol=4)


@pytest.mark.parametrize('encoding', ['16UC1', '32FC1', '8UC3', 'nv24', 'no_such'])
def test_what_is_not_a_colour_image_is_refused_by_name(encoding):
    with pytest.raises(ObservationError, match=f"/wrist.*'{encoding}'"):
        decode(message(encoding, np.zeros((6, 96), np.uint8)), '/wrist')


@pytest.mark.parametrize('field', ['height', 'step', 'width'])
def test_a_size_that_does_not_fit_the_data_is_refused(field):
    wrong = message('rgb8', RGB)
    setattr(wrong, field, {'height': 7, 'step': 5, 'width': 9}[field])
    with pytest.raises(ObservationError, match=r"/cam .*'rgb8'.*bytes"):
        decode(wrong, '/cam')


def compressed(data, kind):
    return SimpleNamespace(format=kind, data=np.frombuffer(data, np.uint8))


def pil_bytes(image, kind, **options):
    buffer = BytesIO()
    PilImage.fromarray(image).save(buffer, kind, **options)
    return buffer.getvalue()


def test_png_is_exact():
    np.testing.assert_array_equal(decode(compressed(pil_bytes(RGB, 'PNG'), 'png')), RGB)


def test_jpeg_with_cv_bridge_suffix_keeps_red_red():
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 250
    data = pil_bytes(red, 'JPEG', quality=95)
    decoded = decode(compressed(data, 'bgr8; jpeg compressed bgr8'))
    np.testing.assert_allclose(decoded.astype(int), red, atol=4)


def test_grey_jpeg_gets_three_channels():
    decoded = decode(compressed(pil_bytes(GREY[..., 0], 'JPEG', quality=95), 'jpeg'))
    assert decoded.shape == (6, 8, 3)
    assert (decoded[..., 0] == decoded[..., 2]).all()


def test_exif_orientation_is_ignored_as_octo_does():
    exif = PilImage.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    assert decode(compressed(pil_bytes(RGB, 'JPEG', exif=exif), 'jpeg')).shape == (6, 8, 3)


@pytest.mark.parametrize('data', [b'', b'not an image', pil_bytes(RGB, 'PNG')[:40]])
def test_broken_compressed_data_is_refused(data):
    with pytest.raises(ObservationError, match=r"/cam \(format 'jpeg', \d+ bytes\)"):
        decode(compressed(data, 'jpeg'), '/cam')


def rosbags_image():
    types = get_typestore(Stores.ROS2_JAZZY).types
    stamp = types['builtin_interfaces/msg/Time'](0, 0)
    header = types['std_msgs/msg/Header'](stamp, '')
    return types['sensor_msgs/msg/Image'](header, 6, 8, 'bgr8', 0, 24, RGB[..., ::-1].reshape(-1))


def rclpy_image():
    if importlib.util.find_spec('sensor_msgs') is None:
        pytest.skip('ROS messages are not installed')
    messages = importlib.import_module('sensor_msgs.msg')
    data = np.ascontiguousarray(RGB[..., ::-1]).tobytes()
    return messages.Image(height=6, width=8, encoding='bgr8', step=24, data=data)


@pytest.mark.parametrize('make', [rosbags_image, rclpy_image])
def test_message_objects_of_rosbags_and_rclpy_decode_alike(make):
    np.testing.assert_array_equal(decode(make()), RGB)


# All that cv_bridge converts to rgb8 (vision_opencv, getEncoding), with bytes per pixel.
CV_BRIDGE = {
    **{f'{order}{bits}': len(order) * bits // 8 for order in ('rgb', 'bgr') for bits in (8, 16)},
    **{f'{order}{bits}': len(order) * bits // 8 for order in ('rgba', 'bgra') for bits in (8, 16)},
    **{'mono8': 1, 'mono16': 2, 'yuv422': 2, 'yuv422_yuy2': 2},
    **{
        f'bayer_{pattern}{bits}': bits // 8
        for pattern in ('rggb', 'bggr', 'gbrg', 'grbg')
        for bits in (8, 16)
    },
}


def noise(encoding):
    data = RNG.integers(0, 256, (32, 32 * CV_BRIDGE[encoding]), dtype=np.uint8)
    return message(encoding, data, height=32, width=32)


@pytest.mark.parametrize('encoding', CV_BRIDGE)
def test_every_encoding_of_cv_bridge_is_decoded(encoding):
    decoded = decode(noise(encoding))
    assert (decoded.shape, decoded.dtype) == ((32, 32, 3), np.uint8)


def test_decoding_equals_cv_bridge():
    bridge = pytest.importorskip('cv_bridge').CvBridge()
    messages = importlib.import_module('sensor_msgs.msg')
    for encoding in CV_BRIDGE:
        given = noise(encoding)
        same = messages.Image(
            encoding=encoding, height=32, width=32, step=given.step, data=given.data.tobytes()
        )
        expected = bridge.imgmsg_to_cv2(same, 'rgb8')
        np.testing.assert_allclose(decode(given).astype(int), expected, atol=1, err_msg=encoding)


def test_resize_is_octos():
    image = RNG.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(resize(image, 10, 20), lanczos3(image, 10, 20))


def test_resize_leaves_the_right_size_untouched():
    assert resize(RGB, 6, 8) is RGB
