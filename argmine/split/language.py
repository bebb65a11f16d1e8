"""The language of a claim: by script where the script decides, else by its words, else that of its post."""

from __future__ import annotations

import re
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
_LETTER = re.compile(r"[^\W\d_]")
_ENGLISH = re.compile(
    r"\b(?:the|and|of|to|that|it|you|not|with|this|are|they|have|is|was|but|what|there|their|would|your|which|my|we|he|she|"
    r"it's|don't|i'm|because|how|who|just|about|from|if|can|will|should|could|been|has|does|did|why|when)\b",
    re.I,
)
_SURE_WORDS = 6
_ENOUGH_LETTERS = 20


def language(text: str, prefer: tuple[str, ...], inherited: str = UNDECIDED) -> str:
    """Return the ISO 639-1 code of the text's language; `inherited` where it is too short or unclear to tell.

    Of two candidates that are about as likely, one of `prefer` wins.

    >>> language("这是一个测试。", ("en",)), language("ok", ("en",), "de")
    ('zh', 'de')
    """
    letters = len(_LETTER.findall(text))
    if not letters:
        return inherited
    if not text.isascii():
        for code, script in _SCRIPTS:
            if 2 * len(script.findall(text)) >= letters * (0.4 if code == "ja" else 1):
                return code
    if "en" in prefer and text.isascii() and 5 * len(_ENGLISH.findall(text)) >= text.count(" ") + 1:
        return "en"
    if letters < _ENOUGH_LETTERS:
        return inherited
    ranked = _identifier().rank(text)
    best, score = ranked[0]
    for code, preferred_score in ranked[:4]:
        if code in prefer and preferred_score >= 0.1 * score:
            return str(code)
    return str(best) if score >= 0.7 else inherited


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
