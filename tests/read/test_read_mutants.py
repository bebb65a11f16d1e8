"""Damaged threads: any mutation of any format gives a result or an ArgmineError, soon and in little memory.

The suite tries some tens a format. The long run: `ARGMINE_MUTANTS=100000 pytest tests/read/test_read_mutants.py`.
"""

import json
import os
import random
import resource
import time
from pathlib import Path
from typing import Any

import pytest
import zstandard

from argmine.errors import ArgmineError
from argmine.read import read
from argmine.settings import Settings

N_MUTANTS = int(os.environ.get("ARGMINE_MUTANTS", "25"))
LONGEST_S = 5.0
MOST_BYTES = 2**30

FOLDER = Path(__file__).parent / "cases" / "seeds"
SEEDS = {path.stem: path.read_bytes() for path in sorted(FOLDER.iterdir())}
SEEDS["reddit_archive"] = zstandard.compress(SEEDS["reddit_dump"])
ODD = [
    None,
    True,
    -1,
    0,
    1e308,
    float("nan"),
    10**30,
    "",
    "x",
    "\ud800",
    "t1_a",
    "<b>",
    "&gt;",
    [],
    [None],
    {},
    {"id": []},
    [[]],
]
BYTES = [
    b"<",
    b">",
    b'"',
    b"{",
    b"[",
    b"]",
    b"}",
    b"\\",
    b"&",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"<p>",
    b"<div>",
    b"\n",
]


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def mutated_value(value: Any, dice: random.Random) -> Any:
    """Return a copy of a JSON value with one to four of its parts replaced, taken out, doubled or moved."""
    value = json.loads(json.dumps(value))
    for _ in range(dice.randint(1, 4)):
        holders = [value]
        for holder in holders:
            inner = holder.values() if isinstance(holder, dict) else holder
            holders += [item for item in inner if isinstance(item, (dict, list)) and item]
        holder = dice.choice(holders)
        if not holder:
            break
        key = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        action = dice.randrange(4)
        if action == 0:
            del holder[key]
        elif action == 1 and isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[key])))
        elif action == 2:
            holder[key] = json.loads(json.dumps(dice.choice(holders)))
        else:
            holder[key] = dice.choice(ODD)
    return value


def mutated_bytes(data: bytes, dice: random.Random) -> bytes:
    """Return bytes with one to six stretches taken out, doubled, moved, changed or filled in, or cut short."""
    for _ in range(dice.randint(1, 6)):
        start, end = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
        end = min(end, start + 200)
        action = dice.randrange(5)
        if action == 0:
            data = data[:start] + data[end:]
        elif action == 1:
            data = data[:start] + data[start:end] * dice.randint(2, 30) + data[end:]
        elif action == 2:
            data = data[:start] + dice.choice(BYTES) * dice.randint(1, 40) + data[start:]
        elif action == 3 and start < len(data):
            data = data[:start] + bytes([dice.randrange(256)]) + data[start + 1 :]
        else:
            data = data[: max(end, 1)]
        data = data or b"x"
    return data


@pytest.mark.parametrize("name", SEEDS)
def test_any_mutant_gives_a_result_or_a_sentence(name, tmp_path):
    dice = random.Random(f"{name} 1")
    seed = SEEDS[name]
    value = json.loads(seed) if (FOLDER / f"{name}.json").exists() else None
    path = tmp_path / "mutant"
    n_read, before = 0, peak_bytes()
    for number in range(N_MUTANTS):
        data = json.dumps(mutated_value(value, dice)).encode() if value else seed
        if not value or dice.random() < 0.3:
            data = mutated_bytes(data, dice)
        path.write_bytes(data)
        begin = time.process_time()
        try:
            discussion = read(path, Settings(), format=name if number % 2 else None)
            n_read += len(discussion.posts) > 0
        except ArgmineError as error:
            assert str(error).endswith((".", "`")), str(error)
        except Exception as error:
            raise AssertionError(f"mutant {number} of {name}: {data!r}") from error
        assert time.process_time() - begin < LONGEST_S, data
    assert n_read or name == "reddit_archive"  # whose checksum lets nothing through
    assert peak_bytes() - before < MOST_BYTES


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_read_as_its_own_format(name, tmp_path):
    path = tmp_path / "seed"
    path.write_bytes(SEEDS[name])
    assert read(path).format == name
