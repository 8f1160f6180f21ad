"""What floor space attracts: tours by purpose and truck trips per 100 m², by activity; and which land is which.

Every rate is an assumption: orders of magnitude of trip-generation practice scaled to a Vietnamese city of motorcycles
and shophouses, no survey of Huế being published. Only their proportions within a purpose matter for a city as it is
(destinations are balanced to the tours people make); a change of land use adds tours in the same proportion.
"""

from __future__ import annotations

from typing import Final, NamedTuple

PURPOSES: Final = ("work", "school", "escort", "shop", "leisure", "business", "tourism")
"""Why people leave home (tourists: their hotel). Escort: to bring a child to school or fetch it; shop includes the
morning market; business includes errands, health, offices."""


class Rate(NamedTuple):
    """Tours attracted per 100 m² of floor and working day, by purpose; truck trips; and how to guess the floor.

    Attributes
    ----------
    work, school, escort, shop, leisure, business, tourism : float
    hotel : float
        Tours its guests make, as a factor on the parameter.
    trucks : float
        Truck trips that begin there; as many end there.
    floor_of_land : float
        Floor area per land area where no building is known.
    place_m2 : [m²]
        Floor area of a place known only as a point.
    """

    work: float
    school: float
    escort: float
    shop: float
    leisure: float
    business: float
    tourism: float
    hotel: float
    trucks: float
    floor_of_land: float
    place_m2: float


RATES: Final[dict[str, Rate]] = {
    #                   work  school escort shop  leis. busi. tour. hotel trucks floor/land place
    "dwelling":   Rate(0.12,  0.0,  0.0,  0.05,  0.25, 0.05, 0.0,  0.0,  0.015, 0.50,    0.0),
    "shophouse":  Rate(0.80,  0.0,  0.0,  1.50,  0.60, 0.40, 0.3,  0.0,  0.150, 1.50,    0.0),
    "office":     Rate(3.50,  0.0,  0.0,  0.00,  0.00, 3.00, 0.0,  0.0,  0.050, 0.80, 1500.0),
    "shop":       Rate(2.00,  0.0,  0.0,  6.00,  2.00, 1.00, 0.5,  0.0,  0.400, 0.80,  300.0),
    "mall":       Rate(2.00,  0.0,  0.0,  8.00,  4.00, 0.50, 1.0,  0.0,  0.500, 1.00, 5000.0),
    "market":     Rate(4.00,  0.0,  0.0, 25.00,  1.00, 1.00, 3.0,  0.0,  1.500, 0.60, 3000.0),
    "hotel":      Rate(1.20,  0.0,  0.0,  0.00,  0.80, 0.50, 0.0,  1.0,  0.150, 1.50, 2000.0),
    "school":     Rate(0.80, 12.0, 12.0,  0.00,  0.00, 0.30, 0.0,  0.0,  0.030, 0.50, 2500.0),
    "university": Rate(0.80,  8.0,  0.0,  0.00,  0.30, 0.50, 0.0,  0.0,  0.050, 0.70, 8000.0),
    "hospital":   Rate(2.50,  0.0,  0.0,  0.00,  0.00, 6.00, 0.0,  0.0,  0.150, 0.90, 6000.0),
    "clinic":     Rate(2.00,  0.0,  0.0,  0.00,  0.00, 6.00, 0.0,  0.0,  0.100, 0.60,  400.0),
    "religious":  Rate(0.10,  0.0,  0.0,  0.00,  1.50, 0.00, 0.5,  0.0,  0.020, 0.30,  400.0),
    "heritage":   Rate(0.30,  0.0,  0.0,  0.00,  1.00, 0.00, 12.0, 0.0,  0.030, 0.05, 3000.0),
    "civic":      Rate(0.80,  0.0,  0.0,  0.00,  4.00, 0.80, 0.5,  0.0,  0.050, 0.30, 1200.0),
    "park":       Rate(0.10,  0.0,  0.0,  0.00, 10.00, 0.00, 3.0,  0.0,  0.000, 0.02,  500.0),
    "industry":   Rate(1.20,  0.0,  0.0,  0.00,  0.00, 0.40, 0.0,  0.0,  0.500, 0.50, 2000.0),
    "station":    Rate(1.00,  0.0,  0.0,  0.00,  0.00, 4.00, 2.0,  0.0,  0.300, 0.20, 2000.0),
    "none":       Rate(0.00,  0.0,  0.0,  0.00,  0.00, 0.00, 0.0,  0.0,  0.000, 0.00,    0.0),
}  # fmt: skip
"""Activities; all figures are assumptions."""

_KINDS: Final = {
    "dwelling": "ODT ONT residential house apartments detached terrace yes dormitory",
    "shophouse": "shophouse",
    "office": "TSC DTS DSK DKH DNG CAN TVC office townhall government public administrative institutional",
    "shop": "TMD commercial retail supermarket shop",
    "mall": "mall department_store",
    "market": "DCH market marketplace",
    "hotel": "hotel guest_house",
    "school": "DGD school kindergarten education college",
    "university": "university",
    "hospital": "DYT hospital",
    "clinic": "clinic",
    "religious": "TON TIN religious church temple pagoda",
    "heritage": "DDT DDD DDL heritage",
    "civic": "DVH DTT DXH DSH civic venue stadium community_centre",
    "park": "DKV park recreation_ground beach walkway",
    "industry": "SKC SKK SKN SKT SKX industrial workshop warehouse",
    "station": "station bus_station airport",
    "none": "garage garages roof shed greenhouse farm_auxiliary service carport hut ruins construction",
}
ACTIVITY: Final = {kind: activity for activity, kinds in _KINDS.items() for kind in kinds.split()}
"""Activity of a land-use code (TT 08/2024, TT 27/2018), an OpenStreetMap kind, a building's use or a place's kind."""

HOMES: Final = frozenset({"dwelling", "shophouse"})
"""Activities with households."""
