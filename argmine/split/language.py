"""The language of a claim: by script where the script decides, else by its words, else that of its post."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

UNDECIDED = "und"

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
_KANA_SHARE, _SCRIPT_SHARE = 0.2, 0.5
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN = re.compile(r"[^\W\d_a-zA-Z]")
_WORD = re.compile(r"\w+")
# The words of English that are said most. It's counts by its it; don't has no such word before its apostrophe.
_ENGLISH_WORDS = frozenset({
    *("the", "and", "of", "to", "that", "it", "you", "not", "with", "this", "are", "they", "have", "is", "was", "but"),
    *("what", "there", "their", "would", "your", "which", "my", "we", "he", "she", "i", "because", "how", "who"),
    *("just", "about", "from", "if", "can", "will", "should", "could", "been", "has", "does", "did", "why", "when"),
    *("for", "than", "these", "those", "some", "very", "were", "his", "her", "our", "any", "only", "more", "out", "so"),
    *("yes", "then", "them", "its"),
})  # fmt: skip
_DONT = re.compile(r"\bdon[’']t\b", re.I)
_ENGLISH = re.compile(rf"\b(?:{'|'.join(sorted(_ENGLISH_WORDS))})\b|{_DONT.pattern}", re.I)
_ENGLISH_SHARE = 5
_ENOUGH_LETTERS = 20
_SURE = 0.7
_AS_LIKELY = 0.1
_NO_LANGUAGE = ("zxx", "und", "mul")


def language(text: str, prefer: tuple[str, ...], inherited: str = UNDECIDED) -> str:
    """Return the ISO 639-1 code of the text's language; `inherited` where it is too short or unclear to tell.

    Of two candidates that are about as likely, one of `prefer` wins.

    >>> language("这是一个测试。", ("en",)), language("ok", ("en",), "de")
    ('zh', 'de')
    """
    if not text.isascii():
        letters = len(_LETTER.findall(text))
        foreign = len(_FOREIGN.findall(text))
        if foreign and (code := _by_script(text, letters)):
            return code
        latin = 10 * foreign <= letters
    else:
        latin = True
    if "en" in prefer and latin and _ENGLISH_SHARE * _english_words(text) >= text.count(" ") + 1:
        return "en"
    if len(_LETTER.findall(text)) < _ENOUGH_LETTERS:
        return inherited
    ranked = _identifier().rank(text)
    best, score = ranked[0]
    for code, preferred_score in ranked[:4]:
        if code in prefer and preferred_score >= _AS_LIKELY * score:
            return str(code)
    return str(best) if score >= _SURE and best not in _NO_LANGUAGE else inherited


def common(languages: Iterable[str]) -> str:
    """Return the language of most of the texts, UNDECIDED where none has half of those that could be told.

    >>> common(["en", "und", "en", "de"])
    'en'
    """
    counts = Counter(code for code in languages if code != UNDECIDED)
    code, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=(UNDECIDED, 0))
    return code if 2 * count > counts.total() else UNDECIDED


def _english_words(text: str) -> int:
    """Return how many of the words that are said most in English the text has.

    >>> _english_words("I don't think it's the one.")
    4
    """
    if not text.isascii():  # a regular expression also finds words with unusual letters, as ı
        return len(_ENGLISH.findall(text))
    found = sum(map(_ENGLISH_WORDS.__contains__, _WORD.findall(text.lower())))
    return found + (len(_DONT.findall(text)) if "'" in text else 0)


def _by_script(text: str, letters: int) -> str | None:
    for code, script in _SCRIPTS:
        share = _KANA_SHARE if code == "ja" else _SCRIPT_SHARE
        if len(script.findall(text)) >= letters * share:
            return code
    return None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
