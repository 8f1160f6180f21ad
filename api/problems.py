"""Errors as problem documents (RFC 9457): one table from error class to status and words in both languages."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from twin.errors import (
    AmbiguousCode,
    CrsError,
    DataError,
    InvalidIntervention,
    InvalidParams,
    ModelError,
    NoPath,
    NotComparable,
    NotReady,
    PluginFailed,
    RequestError,
    ResultNotReady,
    RunCancelled,
    RunError,
    SchemaError,
    TooManyRuns,
    TopologyError,
    TwinError,
    UnknownItem,
    ValidationFailed,
)

MEDIA_TYPE = "application/problem+json"

log = logging.getLogger(__name__)


class Words(NamedTuple):
    """What a class of errors means to a client.

    Attributes
    ----------
    status : int
    vi, en : str
        Title in Vietnamese and English.
    do_vi, do_en : str
        What the client can do about it, a sentence or two.
    """

    status: int
    vi: str
    en: str
    do_vi: str
    do_en: str


AGAIN = (
    "Hãy chạy lại; nếu vẫn lỗi, gửi chi tiết kỹ thuật cho người quản trị hệ thống.",
    "Ask again; if it fails again, give the technical detail to whoever runs the service.",
)
"""What can be done about a failure of the twin's own, in Vietnamese and English."""
_FILE = ("Sửa tệp tại chỗ được nêu rồi nạp lại.", "Mend the file at the place named, then load it again.")
_CHANGE = (
    "Kiểm tra tên đường, hai đầu đoạn, giờ, ngày và thời gian đèn của thay đổi.",
    "Check the change: its street, both ends of its section, its hours, days and times of green.",
)
_PARAMS = ("Sửa tham số được nêu, trong khoảng cho phép.", "Mend the parameter named, within its bounds.")
_NAME = ("Kiểm tra lại tên hoặc mã.", "Check the name or id.")
_NUMBERS = (
    "Kiểm tra tham số và thay đổi: một giá trị đưa phép tính ra ngoài phạm vi của mô hình. Thử giá trị thường dùng.",
    "Check parameters and changes: a value takes the computation out of the model's range. Try the usual values.",
)
_REQUEST = (
    "Kiểm tra lại nội dung yêu cầu; chi tiết kỹ thuật nói rõ chỗ sai.",
    "Check the request; the technical detail says where it is wrong.",
)
_WAIT = ("Chờ một lát rồi thử lại.", "Wait a moment, then try again.")

PROBLEMS: dict[type[TwinError], Words] = {
    TwinError: Words(500, "Lỗi của hệ thống", "The twin failed", *AGAIN),
    DataError: Words(422, "Dữ liệu đầu vào sai", "Input data are wrong", *_FILE),
    SchemaError: Words(422, "Tệp không đúng cấu trúc", "A file has the wrong structure", *_FILE),
    CrsError: Words(422, "Sai hệ tọa độ", "Wrong reference system", *_FILE),
    TopologyError: Words(422, "Hình học không khớp nhau", "Shapes do not fit together", *_FILE),
    ValidationFailed: Words(422, "Tệp có nhiều lỗi", "A file has faults", *_FILE),
    RequestError: Words(422, "Câu hỏi không hợp lệ", "The question cannot be asked", *_CHANGE),
    UnknownItem: Words(404, "Không tìm thấy", "Not found", *_NAME),
    AmbiguousCode: Words(422, "Mã có nhiều nghĩa", "The code has several meanings", *_NAME),
    InvalidIntervention: Words(422, "Thay đổi không hợp lệ", "The change cannot be made", *_CHANGE),
    InvalidParams: Words(422, "Tham số không hợp lệ", "Parameters are not valid", *_PARAMS),
    NotComparable: Words(
        409,
        "Không so sánh được",
        "The runs cannot be compared",
        "Chọn hai lượt chạy cùng kịch bản, tham số và số lần lặp; nếu phần mềm vừa đổi, chạy lại cả hai.",
        "Choose two runs of the same scenario and parameters; where the program has changed, run both anew.",
    ),
    TooManyRuns: Words(
        429,
        "Quá nhiều lượt chạy đang chờ",
        "Too many runs are waiting",
        "Chờ một lượt chạy xong, hoặc hủy bớt.",
        "Wait until a run has ended, or dismiss one.",
    ),
    ModelError: Words(500, "Mô hình dừng vì số liệu", "A model stopped", *_NUMBERS),
    NoPath: Words(
        422,
        "Không có đường đi",
        "There is no way",
        "Bỏ bớt đường bị cấm, hoặc cho loại xe này đi qua.",
        "Close fewer streets, or let this kind of vehicle pass.",
    ),
    RunError: Words(500, "Lượt chạy dừng giữa chừng", "The run stopped", *AGAIN),
    NotReady: Words(503, "Chưa sẵn sàng", "Not ready", *_WAIT),
    RunCancelled: Words(
        409, "Lượt chạy đã bị hủy", "The run was dismissed", "Bấm Chạy để chạy lại.", "Press Run to ask again."
    ),
    ResultNotReady: Words(
        404,
        "Chưa có kết quả",
        "There is no result yet",
        "Chờ lượt chạy xong, hoặc chạy lại.",
        "Wait until the run is done, or ask again.",
    ),
    PluginFailed: Words(500, "Kịch bản bị lỗi", "The scenario failed", *AGAIN),
}
"""Every error class of the twin; a test holds the table complete."""

_HTTP_VI = {
    400: "Nội dung không đọc được", 404: "Không tìm thấy", 405: "Phương thức không được phép", 413: "Nội dung quá lớn",
    422: "Yêu cầu không hợp lệ", 503: "Chưa sẵn sàng",
}  # fmt: skip


def words_of(kind: type[TwinError]) -> Words:
    """Return the words of an error class, its own or its nearest ancestor's."""
    return next(PROBLEMS[c] for c in kind.__mro__ if c in PROBLEMS)


def problem_of(error: TwinError) -> dict[str, Any]:
    """Return the problem document of an error."""
    words = words_of(type(error))
    vi = f"{error.what}: {error.vi}" if isinstance(error, RequestError) and error.vi else ""
    remedy = (words.do_vi, words.do_en)
    return document(
        words.status, type(error).code, en=words.en, vi=words.vi, detail=str(error), detail_vi=vi, remedy=remedy
    )


def document(
    status: int, code: str, *, en: str, vi: str, detail: str, detail_vi: str = "", remedy: tuple[str, str] = AGAIN
) -> dict[str, Any]:
    """Return a problem document.

    Parameters
    ----------
    status
    code
    en, vi
        Title.
    detail
        What happened exactly, in English.
    detail_vi
        The same in Vietnamese; empty where it is technical.
    remedy
        What the client can do, in Vietnamese and English.
    """
    return {
        "type": f"urn:hue-twin:problem:{code}",
        "title": en,
        "title_vi": vi,
        "status": status,
        "detail": detail,
        "detail_vi": detail_vi,
        "remedy": remedy[1],
        "remedy_vi": remedy[0],
        "code": code,
    }


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Answer every error of the service with a problem document.

    Parameters
    ----------
    app
    routes
        All routes, to say which methods a path has.
    """
    app.state.routes = [r for r in routes if isinstance(r, Route)]
    app.add_exception_handler(TwinError, _twin_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _bug)


def problem_response(body: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem document as a response."""
    return JSONResponse(body, body["status"], media_type=MEDIA_TYPE, headers=headers)


async def _twin_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, TwinError):
        raise error
    headers = {"Retry-After": "10"} if isinstance(error, TooManyRuns) else None
    return problem_response(problem_of(error), headers)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    body = document(
        error.status_code,
        phrase.lower().replace(" ", "-"),
        en=phrase,
        vi=_HTTP_VI.get(error.status_code, "Yêu cầu không thực hiện được"),
        detail=str(error.detail),
        remedy=AGAIN if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else _REQUEST,
    )
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_allowed(request)))
    return problem_response(body, headers)


def _allowed(request: Request) -> set[str]:
    """Return the methods of all routes of a path; each route by itself names only its own."""
    found: set[str] = set()
    for route in request.app.state.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return found


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [{"field": ".".join(map(str, e["loc"])), "why": e["msg"]} for e in error.errors()]
    detail = "; ".join(f"{f['field']}: {f['why']}" for f in faults)
    body = document(
        422, "invalid-request", en="The request is not valid", vi=_HTTP_VI[422], detail=detail, remedy=_REQUEST
    )
    return problem_response(body | {"errors": faults})


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error on %s %s", request.method, request.url.path, exc_info=error)
    detail = "An unexpected error; the service's log has it."
    return problem_response(document(500, "internal-error", en="The service failed", vi="Lỗi dịch vụ", detail=detail))
