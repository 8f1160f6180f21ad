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
    """

    status: int
    vi: str
    en: str


PROBLEMS: dict[type[TwinError], Words] = {
    TwinError: Words(500, "Lỗi của hệ thống", "The twin failed"),
    DataError: Words(422, "Dữ liệu đầu vào sai", "Input data are wrong"),
    SchemaError: Words(422, "Tệp không đúng cấu trúc", "A file has the wrong structure"),
    CrsError: Words(422, "Sai hệ tọa độ", "Wrong reference system"),
    TopologyError: Words(422, "Hình học không khớp nhau", "Shapes do not fit together"),
    ValidationFailed: Words(422, "Tệp có nhiều lỗi", "A file has faults"),
    RequestError: Words(422, "Câu hỏi không hợp lệ", "The question cannot be asked"),
    UnknownItem: Words(404, "Không tìm thấy", "Not found"),
    AmbiguousCode: Words(422, "Mã có nhiều nghĩa", "The code has several meanings"),
    InvalidIntervention: Words(422, "Thay đổi không hợp lệ", "The change cannot be made"),
    InvalidParams: Words(422, "Tham số không hợp lệ", "Parameters are not valid"),
    NotComparable: Words(409, "Không so sánh được", "The runs cannot be compared"),
    TooManyRuns: Words(429, "Quá nhiều lượt chạy đang chờ", "Too many runs are waiting"),
    ModelError: Words(500, "Mô hình dừng vì số liệu", "A model stopped"),
    NoPath: Words(422, "Không có đường đi", "There is no way"),
    RunError: Words(500, "Lượt chạy dừng giữa chừng", "The run stopped"),
    NotReady: Words(503, "Chưa sẵn sàng", "Not ready"),
    RunCancelled: Words(409, "Lượt chạy đã bị hủy", "The run was dismissed"),
    ResultNotReady: Words(404, "Chưa có kết quả", "There is no result yet"),
    PluginFailed: Words(500, "Kịch bản bị lỗi", "The scenario failed"),
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
    return document(words.status, type(error).code, en=words.en, vi=words.vi, detail=str(error))


def document(status: int, code: str, *, en: str, vi: str, detail: str) -> dict[str, Any]:
    """Return a problem document."""
    return {
        "type": f"urn:hue-twin:problem:{code}",
        "title": en,
        "title_vi": vi,
        "status": status,
        "detail": detail,
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
    body = document(422, "invalid-request", en="The request is not valid", vi=_HTTP_VI[422], detail=detail)
    return problem_response(body | {"errors": faults})


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error on %s %s", request.method, request.url.path, exc_info=error)
    detail = "An unexpected error; the service's log has it."
    return problem_response(document(500, "internal-error", en="The service failed", vi="Lỗi dịch vụ", detail=detail))
