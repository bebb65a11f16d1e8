"""What a claim's thread says about it."""

import numpy as np
import pytest

from argmine.stance.thread import LEAST_FACTOR, adapted, around


def test_a_claim_sees_the_one_before_it_and_the_clearest_of_its_parent():
    speaks = np.array([[0.1, 0.9], [0.7, 0.2], [0.3, 0.3], [0.5, 0.0]])
    before, above = around(speaks, ["a", "a", "b", "b"], {"b": "a", "a": "missing"})
    assert before.tolist() == [[0, 0], [0.1, 0.9], [0, 0], [0.3, 0.3]]
    assert above.tolist() == [[0, 0], [0, 0], [0.7, 0.9], [0.7, 0.9]]


def test_a_frame_is_rarer_in_a_thread_on_another_subject():
    usual = np.array([0.2])
    speaks = np.concatenate([np.full((200, 1), 0.05), np.array([[0.3], [0.97]])])
    found = adapted(speaks, np.full(202, "t"), usual)
    assert found[0, 0] < 0.02
    assert found[200, 0] < 0.15
    assert found[201, 0] > 0.8


def test_a_threads_own_subject_is_left_as_it_is():
    speaks = np.tile([[0.9], [0.2]], (50, 1))
    assert np.allclose(adapted(speaks, np.full(100, "t"), np.array([0.2])), speaks)


def test_threads_are_taken_one_by_one():
    speaks = np.concatenate([np.full((100, 1), 0.02), np.full((100, 1), 0.6)])
    threads = np.array(["far"] * 100 + ["near"] * 100)
    found = adapted(speaks, threads, np.array([0.2]))
    assert np.allclose(found[100:], speaks[100:])
    least = LEAST_FACTOR * 0.2 / (1 - LEAST_FACTOR * 0.2) * (0.02 / 0.98) * (0.8 / 0.2)
    assert found[0, 0] == pytest.approx(least / (1 + least))
