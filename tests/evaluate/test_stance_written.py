"""Written comments as threads: what a coder gets to read of them, and what becomes of its answers."""

import json

import numpy as np

from argmine.evaluate.stance_written import code_comments
from argmine.stance import Encoders
from argmine.stance.coder import FrameScores

COMMENTS = [
    {
        "parent": "Lab sues lab",
        "sentences": [
            {"text": "They copied it.", "type": "claim", "frames": {"fair_use": "con"}},
            {"text": "> no", "type": "quote", "frames": {}},
            {"text": "So did they.", "type": "claim", "frames": {"hypocrisy": "pro"}},
        ],
    },
    {"parent": "So did they.", "sentences": [{"text": "True?", "type": "question", "frames": {}}]},
    {"parent": "", "sentences": [{"text": "Nice weather.", "type": "claim", "frames": {}}]},
]


class Sure:
    """Says that every claim speaks for the first frame, and remembers what it read."""

    def score(self, claims, codebook, encoders, progress):
        self.contexts, self.threads = list(zip(claims.texts, claims.contexts, strict=True)), claims.threads
        one, none = np.ones(len(claims)), np.zeros(len(claims))
        sides = np.tile([0.9, 0.1, 0.0], (len(claims), 1))
        return {name: FrameScores(none if place else one, sides) for place, name in enumerate(codebook.frame_names)}


def test_comments_are_read_in_their_threads(tmp_path):
    lines = [json.dumps(comment) for comment in COMMENTS]
    (tmp_path / "test_frames.jsonl").write_text("\n".join(lines), encoding="utf-8")
    coder = Sure()
    coded = code_comments(coder, Encoders(lambda texts: np.zeros((len(texts), 2)), lambda folder: None), tmp_path)
    assert coder.contexts == [
        ("They copied it.", ("", "Lab sues lab")),
        ("So did they.", ("They copied it. > no ", "Lab sues lab")),
        ("True?", ("", "They copied it. > no So did they.")),
        ("Nice weather.", ("", "")),
    ]
    assert len(set(coder.threads[:3])) == 1
    assert coder.threads[3] != coder.threads[0]
    assert [row.gold for row in coded] == [{"fair_use": "con"}, {"hypocrisy": "pro"}, {}, {}]
    assert all(row.predicted == {"fair_use": "pro"} for row in coded)
