"""What nobody could see is not taught: too little calcium, or too little light behind it."""

from __future__ import annotations

import numpy as np

from shared_core.training.data.subtle_calcium import faint_band, starved_band

_BAND = np.zeros((200, 300), bool)
_BAND[95:105, 20:280] = True


def test_band_behind_an_implant_is_left_open_and_the_rest_of_it_is_not() -> None:
    signal = np.full(_BAND.shape, 4000, np.uint16)
    signal[:, 150:] = 120
    starved = starved_band(_BAND, signal, np.ones_like(_BAND), spacing_mm=0.1)
    assert not starved[:, :130].any()
    assert np.array_equal(starved[:, 180:], _BAND[:, 180:])


def test_dense_calcium_is_no_implant() -> None:
    signal = np.full(_BAND.shape, 4000, np.uint16)
    signal[98:102, 20:280] = 200
    assert not starved_band(_BAND, signal, np.ones_like(_BAND), spacing_mm=0.1).any()


def test_nothing_is_starved_without_band_or_breast() -> None:
    signal = np.zeros(_BAND.shape, np.uint16)
    nothing = np.zeros_like(_BAND)
    assert not starved_band(nothing, signal, np.ones_like(_BAND), spacing_mm=0.1).any()
    assert not starved_band(_BAND, signal, nothing, spacing_mm=0.1).any()


def test_stretch_with_little_calcium_is_faint() -> None:
    amount = np.where(_BAND, np.float32(0.01), np.float32(0))
    amount[:, 150:] = 0.0001
    faint = faint_band(_BAND, amount, spacing_mm=0.1, least=0.001)
    assert not faint[:, :100].any()
    assert np.array_equal(faint[:, 230:], _BAND[:, 230:])
