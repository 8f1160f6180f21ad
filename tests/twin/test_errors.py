"""Every error survives pickling with its arguments and its sentence."""

import pickle

import pytest

from twin import errors
from twin.errors import DataError, ModelError, RequestError, RunError, SchemaError, TwinError, ValidationFailed


def _all_errors() -> list[TwinError]:
    classes = [
        c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, TwinError) and c is not TwinError
    ]
    made: list[TwinError] = []
    for cls in sorted(classes, key=lambda c: c.__name__):
        if cls is ValidationFailed:
            made.append(ValidationFailed((SchemaError("a.gpkg", "why", "Do this.", "roads", 3, "lanes"),)))
        elif issubclass(cls, DataError):
            made.append(cls("a.gpkg", "why", "Do this.", "roads", 3, "lanes"))
        else:
            assert issubclass(cls, RequestError | ModelError | RunError)
            made.append(cls("what", "why"))
    return made


@pytest.mark.parametrize("error", _all_errors(), ids=lambda e: type(e).__name__)
def test_error_survives_pickling(error: TwinError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert "why" in str(again)


def test_codes_are_unique_and_kebab_case() -> None:
    codes = [type(e).code for e in _all_errors()]
    assert len(set(codes)) == len(codes)
    assert all(c == c.lower() and "_" not in c for c in codes)


def test_data_error_names_file_row_field_and_remedy() -> None:
    error = SchemaError("roads.gpkg", "lanes is -1", "Give at least 1.", "roads", 17, "lanes")
    assert str(error) == "roads.gpkg, layer roads, row 17, field lanes: lanes is -1. Give at least 1."


def test_a_reason_in_vietnamese_survives_pickling_and_stays_out_of_the_english_sentence() -> None:
    error = errors.InvalidIntervention("Lê Lợi – Nam Giao", "the two streets do not meet", "hai đường không giao nhau")
    assert pickle.loads(pickle.dumps(error)).vi == "hai đường không giao nhau"
    assert str(error) == "Lê Lợi – Nam Giao: the two streets do not meet"
