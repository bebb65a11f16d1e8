"""The scores of the split stage: what they count, and what the shipped model may not fall below."""

from functools import partial

import pytest

from argmine.errors import SourceError
from argmine.evaluate import kinds, quotations, segmentation
from argmine.learn.corpora import lay, read_claims
from argmine.learn.noise import wrapped

DOCUMENTS = read_claims(segmentation.OWN_TEST)


def test_perfect_cuts_score_one_and_none_score_less():
    texts = {lay(document).text: document for document in DOCUMENTS}
    perfect = lambda text: [start for start, _, _ in lay(texts[text]).units]  # noqa: E731
    sentences = lambda text: [start for start, _ in lay(texts[text]).sentences]  # noqa: E731
    assert segmentation.border_f1(perfect, DOCUMENTS) == 1
    assert segmentation.sentence_f1(sentences, DOCUMENTS, "\n\n") == 1
    assert segmentation.sentence_f1(lambda text: [], DOCUMENTS, "\n\n") < 0.5


def test_the_model_beats_the_rules_on_comments_that_it_has_not_seen():
    rules = segmentation.baselines()["spaCy sentencizer"]
    ours = segmentation.border_f1(partial(segmentation.ours, unit="claim"), DOCUMENTS)
    assert ours > segmentation.border_f1(rules, DOCUMENTS) + 0.05


def test_labelled_units_are_their_sentences():
    for document in DOCUMENTS:
        laid = lay(document)
        for start, end, unit in laid.units:
            assert laid.text[start:end] == unit.text.lstrip()


def test_wrapping_keeps_every_offset():
    text = "One two three four five six.\n\nSeven eight."
    assert wrapped(text, 10).replace("\n", " ") == text.replace("\n", " ")


@pytest.mark.parametrize("evaluation", [kinds, quotations, segmentation])
def test_a_folder_without_the_data_is_refused(evaluation, tmp_path):
    with pytest.raises(SourceError, match=r"no such file|not found"):
        evaluation.run(tmp_path)


@pytest.mark.parametrize("name", kinds.GOLD[:3])
def test_claims_merge_no_coded_sentences(shared, name):
    judged, merging = kinds.judge_thread(shared, name)
    assert merging <= 2
    assert len(judged) > 10
