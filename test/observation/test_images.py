# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every encoding becomes the same RGB image; what is not an image is refused by name."""

from __future__ import annotations

import importlib
import struct
import zlib
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image as PilImage
from rosbags.typesys import Stores, get_typestore

from octo_ros.errors import ObservationError
from octo_ros.observation.images import decode, resize
from octo_ros.observation.lanczos import lanczos3
from octo_ros.observation.pixel_formats import PIXEL_FORMATS

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


@pytest.mark.parametrize('encoding', ['16UC1', '32FC1', '8UC1', '8UC3', '16UC3', '64F', 'no_such'])
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


def test_grey_jpeg_gets_three_channels():
    decoded = decode(compressed(pil_bytes(GREY[..., 0], 'JPEG', quality=95), 'jpeg'))
    assert decoded.shape == (6, 8, 3)
    assert (decoded[..., 0] == decoded[..., 2]).all()


def test_exif_orientation_is_ignored_as_octo_does():
    exif = PilImage.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    assert decode(compressed(pil_bytes(RGB, 'JPEG', exif=exif), 'jpeg')).shape == (6, 8, 3)


@pytest.mark.parametrize(
    'data', [b'', b'not an image', pil_bytes(RGB, 'PNG')[:40], pil_bytes(RGB, 'JPEG')[:-9]]
)
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


COLOURS = ['rgb8', 'bgr8', 'rgba8', 'bgra8', 'rgb16', 'bgr16', 'rgba16', 'bgra16']
GREYS = ['mono8', 'mono16']
BAYER = [f'bayer_{p}{b}' for p in ('rggb', 'bggr', 'gbrg', 'grbg') for b in (8, 16)]
YUVS = ['yuv422', 'uyvy', 'yuv422_yuy2', 'yuyv', 'nv12', 'nv21', 'nv24']


def smooth(height=24, width=32):
    """A picture without edges, so that what is interpolated is nearly what was there."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    red, green, blue = 0.2 + 0.6 * x, 0.3 + 0.5 * y, 0.8 - 0.4 * (x + y) / 2
    return np.rint(255 * np.stack([red, green, blue], axis=-1)).astype(np.uint8)


def mosaic(rgb, pattern):
    """What a sensor behind a colour filter sees: of each pixel one colour."""
    samples = np.zeros(rgb.shape[:2], rgb.dtype)
    for i, colour in enumerate(pattern):
        y, x = divmod(i, 2)
        samples[y::2, x::2] = rgb[y::2, x::2, 'rgb'.index(colour)]
    return samples


def planes(rgb):
    """Y, Cb and Cr by the equations of BT.601, in its studio range."""
    r, g, b = np.moveaxis(rgb.astype(float) / 255, -1, 0)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    cb, cr = (b - y) / 1.772, (r - y) / 1.402
    return np.rint(16 + 219 * y), np.rint(128 + 224 * cb), np.rint(128 + 224 * cr)


def encoded(encoding, rgb):
    """The samples of a picture as they lie in memory, made without any image library."""
    bits = 16 if encoding.endswith('16') else 8
    levels = rgb.astype(np.uint16) * 257 if bits == 16 else rgb
    height, width = rgb.shape[:2]
    if encoding in COLOURS:
        order = ['rgba'.index(letter) for letter in encoding.removesuffix(str(bits))]
        alpha = np.full((height, width, 1), 17, levels.dtype)
        return np.concatenate([levels, alpha], axis=2)[..., order]
    if encoding in GREYS:
        return levels[..., :1]
    if encoding.startswith('bayer_'):
        return mosaic(levels, encoding[6:10])
    y, cb, cr = planes(rgb)
    if encoding in ('nv12', 'nv21', 'nv24'):
        step = 1 if encoding == 'nv24' else 2
        pair = [cr, cb] if encoding == 'nv21' else [cb, cr]
        chroma = np.stack([plane[::step, ::step] for plane in pair], axis=-1)
        return np.concatenate([y, chroma.reshape(-1, width)]).astype(np.uint8)
    samples = np.empty((height, width, 2), np.uint8)
    luma = 0 if encoding.startswith('yuv422_') or encoding == 'yuyv' else 1
    samples[..., luma] = y
    samples[:, 0::2, 1 - luma], samples[:, 1::2, 1 - luma] = cb[:, ::2], cr[:, ::2]
    return samples


@pytest.mark.parametrize('is_bigendian', [0, 1])
@pytest.mark.parametrize('padding', [0, 10])
@pytest.mark.parametrize('encoding', PIXEL_FORMATS)
def test_every_encoding_gives_the_picture_back(encoding, padding, is_bigendian):
    picture = smooth()
    samples = encoded(encoding, picture)
    if is_bigendian and samples.dtype == np.uint16:
        samples = samples.astype('>u2')
    if encoding == 'nv24' and padding:
        luma, chroma = samples[:24], samples[24:].reshape(24, 64)
        luma = np.pad(luma, ((0, 0), (0, padding)), constant_values=99)
        chroma = np.pad(chroma, ((0, 0), (0, 2 * padding)), constant_values=99)
        given = message(encoding, np.concatenate([luma, chroma.reshape(48, -1)]))
    else:
        given = message(encoding, samples, padding=padding)
    given.height, given.width, given.is_bigendian = 24, 32, is_bigendian
    decoded = decode(given)
    assert (decoded.shape, decoded.dtype) == (picture.shape, np.uint8)
    expected = np.repeat(picture[..., :1], 3, axis=2) if encoding in GREYS else picture
    inner = (slice(2, -2), slice(2, -2)) if encoding in BAYER else (slice(None), slice(None))
    allowed = 9 if encoding in YUVS[:-1] else 3 if encoding in ('nv24', *BAYER) else 0
    assert np.abs(decoded.astype(int) - expected)[inner].max() <= allowed


def test_encodings_are_those_that_the_tests_know():
    assert set(PIXEL_FORMATS) == {*COLOURS, *GREYS, *BAYER, *YUVS}


@pytest.mark.parametrize('encoding', ['mono16', 'rgb16', 'bgra16'])
def test_sixteen_bits_are_rounded_not_cut(encoding):
    """As cv_bridge does, by OpenCV's convertTo; 65535 is 255."""
    levels = np.arange(0, 65536, 16, dtype=np.uint16)
    channels = PIXEL_FORMATS[encoding].channels
    given = message(encoding, np.repeat(levels[None, :, None], channels, axis=2), height=1)
    given.width = len(levels)
    expected = levels / 65535 * 255
    assert np.abs(decode(given)[0, :, 0] - expected).max() <= 0.5 + 1e-9


@pytest.mark.parametrize('encoding', ['yuv422', 'nv12'])
def test_an_odd_width_where_pixels_share_colours_is_refused(encoding):
    given = message(encoding, np.zeros((6, 18), np.uint8), height=4, width=7)
    with pytest.raises(ObservationError, match=f"/cam has 4 x 7 pixels, .*'{encoding}'"):
        decode(given, '/cam')


def test_decoding_equals_cv_bridge():
    bridge = pytest.importorskip('cv_bridge').CvBridge()
    messages = importlib.import_module('sensor_msgs.msg')
    for encoding in (*COLOURS, *GREYS, *BAYER, 'yuv422', 'yuv422_yuy2'):
        pixels = PIXEL_FORMATS[encoding]
        row = 32 * pixels.channels * pixels.bits // 8
        given = message(encoding, RNG.integers(0, 256, (32, row), dtype=np.uint8), height=32)
        given.width = 32
        same = messages.Image(
            encoding=encoding, height=32, width=32, step=given.step, data=given.data.tobytes()
        )
        expected = bridge.imgmsg_to_cv2(same, 'rgb8')
        np.testing.assert_array_equal(decode(given), expected, err_msg=encoding)


# What compressed_image_transport writes, and what other programs do.
@pytest.mark.parametrize('kind', ['jpeg', 'jpg', 'rgb8; jpeg compressed', '', 'JPEG'])
@pytest.mark.parametrize('source', ['rgb8', 'bgr8', 'rgba8', 'yuv422', ''])
def test_a_jpeg_says_itself_what_is_red(source, kind):
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 250
    kind = f'{source}; jpeg compressed bgr8' if source else kind
    decoded = decode(compressed(pil_bytes(red, 'JPEG', quality=95), kind))
    np.testing.assert_allclose(decoded.astype(int), red, atol=4)


@pytest.mark.parametrize(
    'kind',
    ['png', 'rgb8; png compressed bgr8', 'bgr8; png compressed bgr8', 'rgb8; png compressed'],
)
def test_a_png_says_itself_what_is_red(kind):
    np.testing.assert_array_equal(decode(compressed(pil_bytes(RGB, 'PNG'), kind)), RGB)


def sixteen_bit_png(samples):
    """Without an image library that might cut or swap: PNG's chunks by hand."""
    height, width = samples.shape[:2]
    colours = samples.reshape(height, width, -1).shape[2]
    kind = {1: 0, 3: 2, 4: 6}[colours]
    rows = b''.join(b'\0' + row.astype('>u2').tobytes() for row in samples)

    def chunk(name, data):
        crc = struct.pack('>I', zlib.crc32(name + data))
        return struct.pack('>I', len(data)) + name + data + crc

    head = struct.pack('>IIBBBBB', width, height, 16, kind, 0, 0, 0)
    body = chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')
    return b'\x89PNG\r\n\x1a\n' + body


@pytest.mark.parametrize('kind', ['png', 'rgb16; png compressed bgr16'])
@pytest.mark.parametrize('alpha', [False, True])
def test_a_png_of_sixteen_bits_is_rounded_not_cut(kind, alpha):
    samples = RNG.integers(0, 65536, (6, 8, 3 + alpha), dtype=np.uint16)
    decoded = decode(compressed(sixteen_bit_png(samples), kind))
    assert np.abs(decoded - samples[..., :3] / 257).max() <= 0.5 + 1e-9


@pytest.mark.parametrize('kind', ['png', 'mono16; png compressed', 'mono16; png compressed '])
def test_a_grey_png_of_sixteen_bits_gets_three_channels(kind):
    samples = RNG.integers(0, 65536, (6, 8, 1), dtype=np.uint16)
    decoded = decode(compressed(sixteen_bit_png(samples), kind))
    assert np.abs(decoded - samples / 257).max() <= 0.5 + 1e-9


def test_a_png_with_transparency_or_few_colours_is_rgb():
    rgba = np.concatenate([RGB, ALPHA], axis=2)
    np.testing.assert_array_equal(decode(compressed(pil_bytes(rgba, 'PNG'), 'png')), RGB)
    few = PilImage.fromarray(RGB).quantize(8)
    buffer = BytesIO()
    few.save(buffer, 'PNG')
    decoded = decode(compressed(buffer.getvalue(), 'png'))
    np.testing.assert_array_equal(decoded, np.asarray(few.convert('RGB')))


@pytest.mark.parametrize('encoding', BAYER)
def test_a_png_of_a_mosaic_is_demosaiced(encoding):
    """compressed_image_transport stores the mosaic as it is and says so only in the format."""
    picture = smooth()
    samples = encoded(encoding, picture)
    data = sixteen_bit_png(samples[..., None]) if '16' in encoding else pil_bytes(samples, 'PNG')
    decoded = decode(compressed(data, f'{encoding}; png compressed '))
    assert np.abs(decoded.astype(int) - picture)[2:-2, 2:-2].max() <= 3


def test_a_jpeg_of_a_mosaic_is_grey_already():
    grey = pil_bytes(smooth()[..., 0], 'JPEG', quality=95)
    decoded = decode(compressed(grey, 'bayer_rggb8; jpeg compressed mono8'))
    assert (decoded[..., 0] == decoded[..., 2]).all()


@pytest.mark.parametrize('encoding', ['rgb8', 'bgr8', 'mono8'])
def test_a_tiff_of_the_transport_holds_the_array_as_it_is(encoding):
    """OpenCV's encoder takes BGR, and the transport hands it whatever it has."""
    picture = smooth()
    samples = encoded(encoding, picture)
    in_file = samples[..., ::-1] if samples.shape[2] == 3 else samples[..., 0]
    decoded = decode(compressed(pil_bytes(in_file, 'TIFF'), f'{encoding}; tiff compressed '))
    expected = picture if encoding != 'mono8' else np.repeat(picture[..., :1], 3, axis=2)
    np.testing.assert_array_equal(decoded, expected)


@pytest.mark.parametrize(
    ('kind', 'words'),
    [
        ('16UC1; png compressed ', "encoding '16UC1'.*belongs under depth_cameras"),
        ('8UC3; png compressed ', "encoding '8UC3'.*does not say what its channels are"),
        ('rgb16; tiff compressed ', 'holds 3 channels of uint8; its encoding has 3 of uint16'),
        ('lab8; tiff compressed ', "encoding 'lab8'.*it is not known"),
    ],
)
def test_numbers_that_are_no_picture_are_refused(kind, words):
    data = pil_bytes(RGB, 'TIFF' if 'tiff' in kind else 'PNG')
    with pytest.raises(ObservationError, match=f'/cam .*{words}|/cam has {words}'):
        decode(compressed(data, kind), '/cam')


def test_resize_is_octos():
    image = RNG.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(resize(image, 10, 20), lanczos3(image, 10, 20))


def test_resize_leaves_the_right_size_untouched():
    assert resize(RGB, 6, 8) is RGB
