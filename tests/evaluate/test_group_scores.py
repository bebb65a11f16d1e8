"""Groups beside people's: the debates are read as they should be, and the scores say what they should."""

import numpy as np
import pytest

from argmine.errors import SourceError
from argmine.evaluate.groups import agreement, argkp_debates, bertopic_recipe, ours, perspectrum_debates


def test_scores_of_perfect_reversed_and_useless_groups():
    gold = ["a"] * 6 + ["b"] * 6
    perfect = agreement(np.array([5] * 6 + [2] * 6), gold)
    assert (perfect.v_measure, perfect.ari, perfect.unassigned, perfect.within_two) == (1, 1, 0, True)
    one = agreement(np.zeros(12, dtype=int), gold)
    assert (one.v_measure, one.ari, one.n_found, one.within_two) == (0, 0, 1, True)
    none = agreement(np.full(12, -1), gold)
    assert (none.ari, none.unassigned, none.n_found, none.within_two) == (0, 1, 0, False)


def test_debates_hold_each_argument_once_with_its_only_key_point(shared):
    debates = [one for split in ("dev", "test") for one in argkp_debates(shared, split)]
    assert len(debates) == 7
    assert sum(len(one.texts) for one in debates) == 1_058
    assert [len(set(one.gold)) for one in debates] == [10, 8, 10, 8, 9, 10, 14]
    for one in (*debates, *perspectrum_debates(shared)):
        assert len(one.texts) == len(one.gold) >= 20


def test_missing_data_is_named(tmp_path):
    for read in (lambda: argkp_debates(tmp_path, "test"), lambda: perspectrum_debates(tmp_path)):
        with pytest.raises(SourceError, match="datasets/"):
            read()


def test_separate_groups_are_found_by_both_recipes():
    random = np.random.default_rng(0)
    centres = np.linalg.qr(random.normal(size=(16, 16)))[0][:4]
    vectors = np.concatenate([centre + random.normal(scale=0.05, size=(30, 16)) for centre in centres])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("float32")
    texts = [f"The council looks at case number {row} again." for row in range(120)]
    gold = [str(row // 30) for row in range(120)]
    for group in (ours, bertopic_recipe):
        assert agreement(group(texts, vectors), gold).ari > 0.95
