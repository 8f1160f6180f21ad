"""Every error of the twin has a status and words in both languages: the asker's faults are 4xx, ours are 5xx."""

import unicodedata

import pytest

from api.problems import PROBLEMS, problem_of, words_of
from tests.twin.test_errors import _all_errors
from twin.errors import DataError, ModelError, NoPath, RequestError, TwinError


@pytest.mark.parametrize("error", _all_errors(), ids=lambda e: type(e).__name__)
def test_an_error_becomes_a_problem(error: TwinError) -> None:
    body = problem_of(error)
    assert body["code"] == type(error).code
    assert body["detail"] == str(error)
    assert body["type"].endswith(body["code"])
    if isinstance(error, DataError | RequestError):
        assert 400 <= body["status"] < 500
    if isinstance(error, ModelError) and not isinstance(error, NoPath):
        assert body["status"] == 500


def test_a_class_without_words_takes_those_of_its_parent() -> None:
    class OddRequest(RequestError):
        code = "odd-request"

    assert words_of(OddRequest) == PROBLEMS[RequestError]


def test_words_are_there_in_both_languages() -> None:
    for words in PROBLEMS.values():
        assert words.vi != words.en
        assert unicodedata.is_normalized("NFC", words.vi)
