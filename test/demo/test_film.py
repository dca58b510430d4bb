# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.demo.canvas import PICTURE, TOP
from octo_ros.demo.film import FPS, TITLE_SECONDS, VERDICT_SECONDS, at_rate, write_film
from octo_ros.demo.reader import View, read_story
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError


def test_film_shows_titles_every_frame_and_verdicts(demo_bag, tmp_path):
    story = read_story(demo_bag, load_embodiment('widowx'))
    shares = []
    count = write_film(story, ('done', 'failed'), tmp_path / 'demo.mp4', shares.append)
    with av.open(str(tmp_path / 'demo.mp4')) as film:
        frames = [frame.to_ndarray(format='rgb24') for frame in film.decode(video=0)]
    still = round((TITLE_SECONDS + VERDICT_SECONDS) * FPS)
    assert len(frames) == count == 2 * (still + 21)
    # The pictures hold their episode's tenths of a second as brightness.
    first = round(TITLE_SECONDS * FPS)
    shown = [frame[TOP + PICTURE // 2, PICTURE // 2].mean() for frame in frames[first:]]
    np.testing.assert_allclose(shown[:21], np.arange(21), atol=3)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert [path.name for path in tmp_path.iterdir()] == ['demo.mp4']


def test_a_film_that_fails_leaves_no_file(demo_bag, recording, tmp_path):
    story = read_story(demo_bag, load_embodiment('widowx'))

    def fail(_):
        msg = 'stopped in the middle'
        raise BagError(msg)

    with pytest.raises(BagError, match='in the middle'):
        write_film(story, ('done', 'failed'), tmp_path / 'demo.mp4', fail)
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.floats(0.0, 20.0), min_size=1, unique=True))
def test_pictures_come_at_a_fixed_rate_and_never_early(times):
    times = sorted(times)
    shown = list(at_rate([View(time, {}) for time in times], 10.0))
    first = int(np.ceil(times[0] * 10.0))
    for tick, view in enumerate(shown[:-1], first):
        assert view.time <= tick / 10.0
        later = [time for time in times if view.time < time < tick / 10.0]
        assert not later
    assert shown[-1].time == times[-1]
    assert abs(len(shown) - 10.0 * (times[-1] - times[0])) <= 2
