"""Posts to split."""

from collections.abc import Callable

import pandas as pd
import pytest


def _posts(*texts: str, **columns: list) -> pd.DataFrame:
    """Return posts p0, p1, …, each the answer to the one before."""
    table = pd.DataFrame({"text": list(texts)})
    table["post_id"] = [f"p{row}" for row in range(len(texts))]
    table["parent_id"] = [None, *table["post_id"][:-1]]
    table["thread_id"], table["status"] = "t", "ok"
    table["depth"] = range(len(texts))
    table["author"] = [f"author {row}" for row in range(len(texts))]
    return table.assign(**columns)


@pytest.fixture(scope="session")
def posts() -> Callable[..., pd.DataFrame]:
    """A function that gives a table of posts from their texts, each the answer to the one before."""
    return _posts
