"""Run an archive with small partitions, and die by a signal at a step where that is asked for."""

import os
import signal
import sys

from argmine.scale import archive, plan, sampling
from argmine.settings import Settings

plan.PARTITION_POSTS, plan.BUCKET_POSTS, sampling.LEAST_OF_STRATUM = 20, 4, 1


def die_at(wanted):
    def progress(step, done, total):
        if step == wanted and done:
            os.kill(os.getpid(), signal.SIGKILL)

    return progress


if __name__ == "__main__":
    source, out, step, engine = sys.argv[1:]
    archive(
        [source],
        out,
        engine=engine,
        workers=2,
        settings=Settings(coder="similarity"),
        sample=10,
        progress=die_at(step),
    )
