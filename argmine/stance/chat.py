"""The coder that asks a chat model behind a server: labels only, checked against the codebook, kept by content.

What the model refuses, leaves out or answers in any other form than asked is coded `unclear`, and counted by reason.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from argmine.codebook import EXAMPLE_SIDES
from argmine.errors import CoderError
from argmine.stance import chat_prompt
from argmine.stance.chat_prompt import Asked, Reply
from argmine.stance.chat_server import ChatServer, NoAnswerError, QuestionRefusedError
from argmine.stance.code_cache import CodeCache, content_key
from argmine.stance.coder import FrameScores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from argmine.codebook import Codebook
    from argmine.settings import Settings
    from argmine.stance.chat_server import Said
    from argmine.stance.coder import Encoders, InContext, Progress

_Codes = dict[str, Any]
"""What is known of a claim: its `labels` by frame, or the `reason` why it has none."""

CLAIMS_PER_CALL = 10
_AT_ONCE = 4
_FAULTS_IN_A_ROW = 3
# Some models think in words before they answer.
_MOST_THOUGHT = 1_024
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class ChatPlan:
    """What coding asks of a server: claims, those whose codes are kept already, calls, and tokens about."""

    coder: str
    n_claims: int
    n_kept: int
    n_calls: int
    tokens_in: int
    tokens_out: int

    def __str__(self) -> str:
        """Return the plan as a line."""
        return (
            f"{self.coder}: {self.n_claims:,} claims, {self.n_kept:,} of them coded before · {self.n_calls:,} calls · "
            f"about {self.tokens_in:,} tokens to send and {self.tokens_out:,} to receive, at {CHARACTERS_PER_TOKEN} "
            "characters a token; a call whose answer is broken is asked again in halves"
        )


@dataclass
class _Outcome:
    """What asking gave: codes by key, and how it went."""

    codes: dict[str, _Codes] = field(default_factory=dict)
    fault: str = ""
    question_refused: str = ""
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    unasked: int = 0
    unwritable: bool = False

    def add(self, other: _Outcome) -> None:
        """Take another outcome into this one."""
        self.codes |= other.codes
        self.fault = other.fault or self.fault
        self.question_refused = other.question_refused or self.question_refused
        for name in ("calls", "tokens_in", "tokens_out", "unasked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.unwritable |= other.unwritable


class ChatCoder:
    """Codes by a chat model at `coder_url`."""

    def __init__(self, model: str, settings: Settings) -> None:
        self.model, self.settings = model, settings
        self.server = ChatServer(model, settings)
        self.cache = CodeCache(settings.cache_folder)
        self.count, self.unusable = _Outcome(), Counter[str]()
        self.n_claims = self.n_kept = 0

    def score(
        self, claims: InContext, codebook: Codebook, encoders: Encoders, progress: Progress
    ) -> dict[str, FrameScores]:
        """Return each frame's scores for the claims: 1 or 0 as the model says, since it gives no probabilities.

        Raise CoderError where the server cannot be reached, refuses the key, or fails again and again. What was coded
        until then is kept.
        """
        asked = self._asked(claims, codebook)
        once = {claim.key: claim for claim in asked}
        known = self._known(once, codebook)
        self.count, self.n_claims, self.n_kept = _Outcome(), len(asked), sum(claim.key in known for claim in asked)
        todo = [claim for key, claim in once.items() if key not in known]
        progress(len(known), len(once))
        try:
            self._ask_all(todo, codebook, known, lambda: progress(len(known), len(once)))
        finally:
            self.server.close()
        self.unusable = Counter(known[claim.key]["reason"] for claim in asked if "reason" in known[claim.key])
        answers = [known[claim.key].get("labels") for claim in asked]
        return {name: _scores([answer and answer[name] for answer in answers]) for name in codebook.frame_names}

    def plan(self, claims: InContext, codebook: Codebook) -> ChatPlan:
        """Return what `score` would ask, without asking."""
        asked = self._asked(claims, codebook)
        once = {claim.key: claim for claim in asked}
        known = self._known(once, codebook)
        batches = list(_batches([claim for key, claim in once.items() if key not in known]))
        sent = sum(len(part["content"]) for batch in batches for part in chat_prompt.messages(codebook, batch))
        return ChatPlan(
            coder=f"llm:{self.model} at {self.server.host}",
            n_claims=len(asked),
            n_kept=sum(claim.key in known for claim in asked),
            n_calls=len(batches),
            tokens_in=-(-sent // CHARACTERS_PER_TOKEN),
            tokens_out=_tokens_of_codes(codebook) * sum(map(len, batches)),
        )

    def describe(self, codebook: Codebook) -> dict[str, Any]:
        """Return model, server and prompt, and how the asking went: calls, tokens, answers that could not be used."""
        count, unusable = self.count, sorted(self.unusable.items())
        described: dict[str, Any] = {
            "name": f"the language model {self.model} at {self.server.host}",
            "reads": "It reads a claim with the end of what stands before it and the post that it answers.",
            "model": self.model,
            "url": self.server.url,
            "prompt_sha256": content_key(chat_prompt.system_message(codebook)),
            "claims": self.n_claims,
            "claims_kept_from_before": self.n_kept,
            "calls": count.calls,
            "tokens_sent": count.tokens_in,
            "tokens_received": count.tokens_out,
            "unusable": dict(unusable),
            "answers_to_nothing_asked": count.unasked,
        }
        notes = [f"{n:,} claims are unclear: {reason}" for reason, n in unusable]
        if count.unwritable:
            notes.append(f"the cache in {self.cache.folder} cannot be written, so no codes were kept")
        return described | ({"notes": notes} if notes else {})

    def _asked(self, claims: InContext, codebook: Codebook) -> list[Asked]:
        """Return the claims with their contexts, each under a hash of all that decides its codes."""
        by = (self.server.url, self.model, self.settings.seed, chat_prompt.system_message(codebook))
        found = []
        for text, (before, parent) in zip(claims.texts, claims.contexts, strict=True):
            bare = Asked("", text, before, parent)
            found.append(Asked(content_key(*by, bare.as_dict()), text, before, parent))
        return found

    def _known(self, once: dict[str, Asked], codebook: Codebook) -> dict[str, _Codes]:
        """Return what the cache holds of the claims, by key; what does not fit the codebook is asked again."""
        if self.settings.refresh and not self.settings.offline:
            return {}
        found = {key: self.cache.find(key) for key in once}
        return {
            key: kept
            for key, kept in found.items()
            if kept and (isinstance(kept.get("reason"), str) or chat_prompt.are_labels(kept.get("labels"), codebook))
        }

    def _ask_all(
        self, todo: Sequence[Asked], codebook: Codebook, known: dict[str, _Codes], report: Callable[[], None]
    ) -> None:
        """Ask for the claims, several batches at once, and put their codes into `known`."""
        faults, refused = 0, ""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for wave in _waves(list(_batches(todo))):
                for outcome in pool.map(lambda batch: self._ask(batch, codebook), wave):
                    known |= outcome.codes
                    self.count.add(outcome)
                    refused = outcome.question_refused or refused
                    faults = faults + 1 if outcome.fault else 0
                    if outcome.fault and (faults >= _FAULTS_IN_A_ROW or not self.count.calls):
                        raise CoderError(
                            f"coder llm:{self.model} at {self.server.host}: {outcome.fault}, at every attempt. Check "
                            "the server, or raise timeout_s; run again, and what is coded already is not asked again."
                        )
                report()
        if refused and not self.count.calls:
            raise CoderError(f"coder llm:{self.model} at {self.server.host}: it refuses every question: {refused}")

    def _ask(self, batch: Sequence[Asked], codebook: Codebook, again: bool = True) -> _Outcome:
        """Return the codes of a batch; claims without usable ones are asked for once more, in a smaller batch."""
        ids = [claim.id for claim in batch]
        outcome = _Outcome()
        most_tokens = _MOST_THOUGHT + 2 * _tokens_of_codes(codebook) * len(batch)
        keep = True
        try:
            said = self.server.ask(chat_prompt.messages(codebook, batch), chat_prompt.schema(codebook), most_tokens)
        except NoAnswerError as error:
            return _Outcome({claim.key: {"reason": error.reason} for claim in batch}, fault=error.reason)
        except QuestionRefusedError as error:
            reply, keep = Reply(reasons=dict.fromkeys(ids, error.reason)), False
            outcome.question_refused = f"{error.said} ({error.reason})"
        else:
            reply = _reply(said, ids, codebook)
            outcome.calls, outcome.unasked = 1, reply.n_unasked
            outcome.tokens_in, outcome.tokens_out = said.tokens_in, said.tokens_out
        failed = [claim for claim in batch if claim.id in reply.reasons]
        ask_again = again and len(batch) > 1
        for claim in batch:
            if claim.id in reply.labels:
                codes: _Codes = {"labels": reply.labels[claim.id]}
            elif ask_again:
                continue
            else:
                codes = {"reason": reply.reasons[claim.id]}
            outcome.codes[claim.key] = codes
            outcome.unwritable |= keep and not self.cache.keep(claim.key, codes)
        if ask_again and failed:
            middle = -(-len(failed) // 2) if len(failed) == len(batch) else len(failed)
            for part in (failed[:middle], failed[middle:]):
                if part:
                    outcome.add(self._ask(part, codebook, again=False))
        return outcome


def _reply(said: Said, ids: Sequence[str], codebook: Codebook) -> Reply:
    """Return what counts of what a model said."""
    if said.refused:
        return Reply(reasons=dict.fromkeys(ids, chat_prompt.REFUSED))
    reply = chat_prompt.read_reply(said.content, ids, codebook)
    if not said.cut_off:
        return reply
    return replace(reply, reasons=dict.fromkeys(reply.reasons, chat_prompt.CUT_OFF))


def _batches(claims: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    for first in range(0, len(claims), CLAIMS_PER_CALL):
        yield claims[first : first + CLAIMS_PER_CALL]


def _waves(batches: Sequence[Sequence[Asked]]) -> Iterator[Sequence[Sequence[Asked]]]:
    """Yield the batches that are asked for at once; the first goes alone, since it shows whether anything works."""
    yield batches[:1]
    for first in range(1, len(batches), _AT_ONCE):
        yield batches[first : first + _AT_ONCE]


def _tokens_of_codes(codebook: Codebook) -> int:
    """Return about how many tokens the codes of a claim take."""
    signs = len('{"id": "0123456789", "frames": {}}, ') + sum(len(name) + 14 for name in codebook.frame_names)
    return -(-signs // CHARACTERS_PER_TOKEN)


def _scores(labels: Sequence[str | None]) -> FrameScores:
    """Return a frame's scores from the model's labels; None is a claim without usable ones."""
    import numpy as np

    speaks = np.array([label not in (None, chat_prompt.NONE) for label in labels], dtype="float64")
    sides = np.full((len(labels), len(EXAMPLE_SIDES)), 1 / len(EXAMPLE_SIDES))
    for row, label in enumerate(labels):
        if label in EXAMPLE_SIDES:
            sides[row] = [float(side == label) for side in EXAMPLE_SIDES]
    return FrameScores(speaks, sides, np.array([label in (None, "unclear") for label in labels], dtype=bool))
