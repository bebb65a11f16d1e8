"""`argmine bench stages`: a column for each number of claims, a row for each stage."""

import pytest

from argmine.errors import SettingsError
from argmine.evaluate import bench_stages
from argmine.evaluate.bench_stages import STAND_IN, sizes_of


@pytest.mark.parametrize("claims", ["", "many", "1000,", "5", "-100", "1e3"])
def test_what_is_no_list_of_numbers_is_refused(claims):
    with pytest.raises(SettingsError, match="give numbers of at least 10"):
        sizes_of(claims)


@pytest.mark.slow
def test_a_short_thread_needs_neither_umap_nor_hdbscan():
    found = bench_stages.run("10,12", STAND_IN, "similarity")
    rows = {line[:18].strip(): line[18:].split() for line in found.splitlines()}
    assert len(rows["claims"]) == 2 and all(0 < int(n) < 20 for n in rows["claims"])
    for stage in ("read", "split", "embed", "code", "cluster", "choose quotes", "write"):
        assert all(float(seconds) >= 0 for seconds in rows[f"{stage}, s"])
    assert found.count("not loaded") == 2
    assert all(50 < int(memory.replace(",", "")) < 8_000 for memory in rows["peak memory, MB"])
