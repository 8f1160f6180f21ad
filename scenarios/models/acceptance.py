"""Is a model good enough? Published acceptance criteria over modelled and observed counts or journey times.

*Equation*: GEH = √(2 (M − C)² / (M + C)), M and C hourly flows; RMSN = √(mean (M − C)²) / mean C.
*Assumptions*: counts are of the hour the model is asked about; GEH grows with the flow (5 % of 12,000 veh/h is
GEH 5.4), so RMSN, which does not depend on the scale, is reported beside it.
*References*: GEH: G. E. Havers, Greater London Council, 1970s, as in DfT, Design Manual for Roads and Bridges, vol. 12.
DfT, TAG unit M3.1 Highway Assignment Modelling, section 3.3 (link flows and journey times). FHWA, Traffic Analysis
Toolbox vol. III, 2019 update, FHWA-HOP-18-036, chapter 5: four criteria against a representative day; the
first two as the Texas DOT restates them (Traffic and Safety Analysis Procedures Manual, 13.5.2.4), the last two from
memory: compare them with the guideline before a verdict is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import InvalidParams
from twin.variables import Text

F64 = NDArray[np.float64]
Verdict = Literal["accepted", "not accepted", "not calibrated"]

TAG: str = "DfT TAG M3.1"
FHWA: str = "FHWA-HOP-18-036 (2019)"
TAG_SHARE, GEH_LIMIT = 0.85, 5.0
LOW_VEH_H, HIGH_VEH_H = 700.0, 2700.0
NEAR_LOW_VEH_H, NEAR_SHARE, NEAR_HIGH_VEH_H = 100.0, 0.15, 400.0
JOURNEY_SHARE, JOURNEY_S = 0.15, 60.0
TWO_SIGMA, FEW_INTERVALS = 1.96, 20

_CRITICAL = Text("Hai khoảng cao điểm không kề nhau trong dải 1σ", "Two busiest intervals apart inside the 1-σ band")

_VERDICT = {
    "accepted": Text("Đạt", "Accepted"),
    "not accepted": Text("Không đạt", "Not accepted"),
    "not calibrated": Text("Chưa hiệu chỉnh: không có số liệu quan trắc", "Not calibrated: no counts"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One published requirement and how the model does on it.

    Attributes
    ----------
    key : str
    title : Text
    value, required : float
        Reached and asked for, in `unit`.
    at_least : bool
        Whether `required` is a floor (a share of cases) or a ceiling (an error).
    unit : str
        ``%`` for shares, else the unit of the measure.
    n : int
        Cases judged.
    source : str
        Where the requirement stands.
    met : bool
    """

    key: str
    title: Text
    value: float
    required: float
    at_least: bool
    unit: str
    n: int
    source: str
    met: bool


@dataclass(frozen=True)
class AcceptanceReport:
    """The verdict of a run, with the criteria it rests on.

    Attributes
    ----------
    verdict : str
        ``not calibrated`` where nothing was observed: a model without counts is not accepted, and not refused either.
    criteria : tuple of Criterion
    rmsn, bias : float
        Root mean square and mean of the errors over the observed mean; NaN without observations.
    n, n_missing : int
        Places compared, and places without an observation.
    """

    verdict: Verdict
    criteria: tuple[Criterion, ...]
    rmsn: float
    bias: float
    n: int
    n_missing: int

    def text(self) -> Text:
        """Return the report for people: the verdict, then one line for each criterion."""
        head = _VERDICT[self.verdict]
        if self.verdict == "not calibrated":
            return head
        vi = [f"{head.vi} (n = {self.n}; RMSN {_vi(self.rmsn, 3)}; sai lệch {_vi(100 * self.bias, 1)} %)"]
        en = [f"{head.en} (n = {self.n}; RMSN {self.rmsn:.3f}; bias {100 * self.bias:.1f} %)"]
        for c in self.criteria:
            sign, scale = ("≥" if c.at_least else "≤"), (100.0 if c.unit == "%" else 1.0)
            value, required = c.value * scale, c.required * scale
            met_vi, met_en = ("đạt", "met") if c.met else ("không đạt", "not met")
            asked_vi, asked_en = f"{sign} {_vi(required, 1)} {c.unit}", f"{sign} {required:.1f} {c.unit}"
            vi.append(f"{c.title.vi}: {_vi(value, 1)} {c.unit} (yêu cầu {asked_vi}) – {met_vi} [{c.source}]")
            en.append(f"{c.title.en}: {value:.1f} {c.unit} (required {asked_en}) – {met_en} [{c.source}]")
        return Text("\n".join(vi), "\n".join(en))


def geh(modelled_veh_h: ArrayLike, observed_veh_h: ArrayLike) -> F64:
    """Return the GEH statistic of hourly flows; 0 where both are 0.

    Raises
    ------
    InvalidParams
        A flow is negative.
    """
    m, c = np.asarray(modelled_veh_h, dtype=np.float64), np.asarray(observed_veh_h, dtype=np.float64)
    if np.any(m < 0) or np.any(c < 0):
        raise InvalidParams("GEH", "flows are counts per hour and cannot be negative")
    total = m + c
    return np.asarray(np.sqrt(2.0) * np.abs(m - c) / np.sqrt(np.where(total > 0, total, 1.0)), dtype=np.float64)


def rmsn(modelled: ArrayLike, observed: ArrayLike) -> float:
    """Return the root mean square error over the observed mean; NaN without observations or with none above 0."""
    m, c = np.asarray(modelled, dtype=np.float64), np.asarray(observed, dtype=np.float64)
    mean = float(c.mean()) if c.size else 0.0
    return float(np.sqrt(np.mean((m - c) ** 2)) / mean) if mean > 0 else float("nan")


def accept_flows(modelled_veh_h: ArrayLike, observed_veh_h: ArrayLike) -> AcceptanceReport:
    """Judge hourly link flows by DfT TAG M3.1: close to the count, or GEH below 5, on at least 85 % of the links.

    Parameters
    ----------
    modelled_veh_h, observed_veh_h : (n,) [veh/h]
        NaN in `observed_veh_h` where there is no count: such links are counted, not judged.

    Rules
    -----
    1. Within 100 veh/h of counts below 700, 15 % of counts up to 2,700, 400 veh/h of counts above.
    2. GEH below 5.
    3. Accepted when rule 1 or rule 2 holds on at least 85 % of the counted links.

    Raises
    ------
    InvalidParams
        Lengths differ, a flow is negative, or a modelled flow is not a number.
    """
    m, c, missing = _pairs("link flows", modelled_veh_h, observed_veh_h)
    if len(c) == 0:
        return _nothing(missing)
    allowed = np.where(c < LOW_VEH_H, NEAR_LOW_VEH_H, np.where(c <= HIGH_VEH_H, NEAR_SHARE * c, NEAR_HIGH_VEH_H))
    close = np.abs(m - c) <= allowed
    close &= (c >= LOW_VEH_H) | (np.abs(m - c) < NEAR_LOW_VEH_H)
    criteria = (
        _share("flow", Text("Lưu lượng gần số đếm", "Flow close to the count"), close, TAG_SHARE, TAG),
        _share("geh", Text("GEH dưới 5", "GEH below 5"), geh(m, c) < GEH_LIMIT, TAG_SHARE, TAG),
    )
    return _report(any(x.met for x in criteria), criteria, m, c, missing)


def accept_journeys(modelled_s: ArrayLike, observed_s: ArrayLike) -> AcceptanceReport:
    """Judge journey times by DfT TAG M3.1: within 15 %, or 1 minute if that is more, on at least 85 % of the routes.

    Parameters
    ----------
    modelled_s, observed_s : (n,) [s]
        NaN in `observed_s` where there is no observation.

    Raises
    ------
    InvalidParams
        Lengths differ, a time is negative, or a modelled time is not a number.
    """
    m, c, missing = _pairs("journey times", modelled_s, observed_s)
    if len(c) == 0:
        return _nothing(missing)
    close = np.abs(m - c) <= np.maximum(JOURNEY_SHARE * c, JOURNEY_S)
    title = Text("Thời gian hành trình gần số đo", "Journey time close to the observed")
    criteria = (_share("journey", title, close, TAG_SHARE, TAG),)
    return _report(criteria[0].met, criteria, m, c, missing)


def accept_profile(
    modelled: ArrayLike, days: ArrayLike, *, unit: str, representative: int | None = None
) -> AcceptanceReport:
    """Judge a profile over time by the four criteria of FHWA 2019 against the day that stands for its kind.

    Parameters
    ----------
    modelled : (T,)
        A flow, speed or travel time in each interval.
    days : (D, T)
        The same, observed on days of one kind.
    unit : str
    representative : int, optional
        Row of `days`; the day nearest to the mean of the days where not given.

    Rules
    -----
    1. At least 95 % of the intervals within 1.96 σ of the representative day; one may fall out of fewer than 20.
    2. At least 66 % within 1 σ, and with them the two busiest intervals that are not neighbours. σ is the standard
       deviation between the days, interval by interval.
    3. The mean absolute error is at most that of the other days against the representative one.
    4. The absolute mean error is at most a third of that.

    Raises
    ------
    InvalidParams
        Shapes differ, or a value is not a number.
    """
    m, d = np.asarray(modelled, dtype=np.float64), np.asarray(days, dtype=np.float64)
    if d.size == 0:
        return _nothing(len(m))
    r = _representative(m, d, representative)
    day, error, sigma = d[r], np.abs(m - d[r]), d.std(axis=0, ddof=1)
    bound = float(np.abs(np.delete(d, r, axis=0) - day).mean())
    asked = 0.95 if len(m) >= FEW_INTERVALS else (len(m) - 1) / len(m)
    criteria = (
        _share("2-sigma", Text("Trong dải 2σ", "Inside the 2-σ band"), error <= TWO_SIGMA * sigma, asked, FHWA),
        _share("1-sigma", Text("Trong dải 1σ", "Inside the 1-σ band"), error <= sigma, 0.66, FHWA),
        _share("critical", _CRITICAL, error[_critical(day)] <= sigma[_critical(day)], 1.0, FHWA),
        _ceiling(
            "bdae",
            Text("Sai số tuyệt đối trung bình", "Bounded dynamic absolute error"),
            float(error.mean()),
            bound,
            unit,
            len(m),
        ),
        _ceiling(
            "bdse",
            Text("Sai số hệ thống", "Bounded dynamic systematic error"),
            abs(float((m - day).mean())),
            bound / 3.0,
            unit,
            len(m),
        ),
    )
    return _report(all(x.met for x in criteria), criteria, m, day, 0)


def _critical(day: F64) -> NDArray[np.int64]:
    """Return the two intervals of largest value that are not neighbours, or the largest where there are no such two."""
    order = np.argsort(-day, kind="stable")
    return np.array([order[0], *[k for k in order if abs(k - order[0]) > 1][:1]])


def _representative(m: F64, d: F64, asked: int | None) -> int:
    """Return the row of the day that stands for its kind, once the profile can be judged."""
    if d.ndim != 2 or m.ndim != 1 or d.shape[1] != len(m):
        raise InvalidParams("profile", f"{m.shape} modelled and {d.shape} observed: give (T,) and (days, T)")
    if len(d) < 2:
        raise InvalidParams("profile", "one day has no variation to judge by: give two days or more of one kind")
    if not (np.all(np.isfinite(m)) and np.all(np.isfinite(d))):
        raise InvalidParams("profile", "every interval needs a number: leave out the days with gaps")
    r = asked if asked is not None else int(np.argmin(np.abs(d - d.mean(axis=0)).mean(axis=1)))
    if not 0 <= r < len(d):
        raise InvalidParams("profile", f"representative day {r} of {len(d)} days")
    return r


def _pairs(what: str, modelled: ArrayLike, observed: ArrayLike) -> tuple[F64, F64, int]:
    m, c = np.asarray(modelled, dtype=np.float64), np.asarray(observed, dtype=np.float64)
    if m.shape != c.shape or m.ndim != 1:
        raise InvalidParams(what, f"{m.shape} modelled and {c.shape} observed: give one observation for each value")
    seen = ~np.isnan(c)
    m, c, missing = m[seen], c[seen], int((~seen).sum())
    if not (np.all(np.isfinite(m)) and np.all(np.isfinite(c))):
        raise InvalidParams(what, "a value is not a finite number")
    if np.any(m < 0) or np.any(c < 0):
        raise InvalidParams(what, "a value is negative")
    return m, c, missing


def _share(key: str, title: Text, good: NDArray[np.bool_], required: float, source: str) -> Criterion:
    value = float(good.mean())
    return Criterion(key, title, value, required, True, "%", len(good), source, value >= required - 1e-12)  # noqa: FBT003 # a record


def _ceiling(key: str, title: Text, value: float, required: float, unit: str, n: int) -> Criterion:
    return Criterion(key, title, value, required, False, unit, n, FHWA, value <= required)  # noqa: FBT003 # a record


def _report(accepted: bool, criteria: tuple[Criterion, ...], m: F64, c: F64, missing: int) -> AcceptanceReport:  # noqa: FBT001 # private
    mean = float(c.mean())
    bias = float((m - c).mean()) / mean if mean > 0 else float("nan")
    return AcceptanceReport("accepted" if accepted else "not accepted", criteria, rmsn(m, c), bias, len(c), missing)


def _nothing(missing: int) -> AcceptanceReport:
    return AcceptanceReport("not calibrated", (), float("nan"), float("nan"), 0, missing)


def _vi(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
