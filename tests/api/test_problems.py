"""Every error of the twin has a status and words in both languages: the asker's faults are 4xx, ours are 5xx."""

import unicodedata

import pytest

from api.problems import PROBLEMS, problem_of, words_of
from tests.twin.test_errors import _all_errors
from twin.city.sections import crossing
from twin.errors import DataError, InvalidIntervention, ModelError, NoPath, RequestError, TwinError
from twin.testing.toy import toy_city


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
        assert words.do_vi != words.do_en
        assert words.do_vi.endswith("."), "what to do is a sentence"


def test_a_problem_says_what_to_do_and_why_in_vietnamese_where_planners_meet_it() -> None:
    with pytest.raises(InvalidIntervention) as wrong:
        crossing(toy_city().roads, "Lê Lợi", "Lê Lơ")
    body = problem_of(wrong.value)
    assert body["detail_vi"] == "Lê Lơ: không có đường nào tên như vậy; có phải Lê Lợi?"
    assert body["detail"] == "Lê Lơ: no street of this city has the name; did you mean Lê Lợi?"
    technical = problem_of(ModelError("traffic", "the queue is -1"))
    assert technical["detail_vi"] == ""
    assert technical["remedy_vi"].startswith("Kiểm tra tham số")
