"""Texts for the encoders: of every length, plain and odd."""

import random

TALK = """
    the model weights are open and anyone can train on them again but the firm that scraped every book in the world now
    calls copying its answers theft which is a strange thing to hear from people who never asked nor paid any author
    export rules will not stop distillation because an interface that answers questions is already a copy machine
"""
WORDS = TALK.split()
VOCABULARY = ["[UNK]", "[PAD]", "[CLS]", "[SEP]", *sorted(set(WORDS)), *".,:?!"]
ODD = {
    "empty": "",
    "blank": " \n\t ",
    "NUL": "open\0weights",
    "emoji": "theft \U0001f600\U0001f1fa\U0001f1f3 \U0001f468‍\U0001f469‍\U0001f467",
    "scripts": "權重 أوزان веса βάρη é é",
    "controls": "\x01\x7f​﻿",
    "one long line": "the weights are open, " * 45_000,
    "one long word": "a" * 1_000_000,
    "only punctuation": "?!" * 300,
}


def sentences(n, seed=0, longest=90):
    dice = random.Random(seed)
    return [" ".join(dice.choices(WORDS, k=dice.randint(1, longest))) + f" {row}." for row in range(n)]
