"""Write numbered texts to a store until killed and say after each block how many are stored: arguments FOLDER NAME."""

import sys
from pathlib import Path

from embed_stub import vectors_of

from argmine.embed.store import open_store, text_keys

folder, name = Path(sys.argv[1]), sys.argv[2]
shelf = open_store(folder).shelf("f" * 64, "float32", 64)
done = 0
while True:
    texts = [f"{name} {number}" for number in range(done, done + 40)]
    shelf.append(text_keys(texts), vectors_of(texts, 64))
    done += len(texts)
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()
