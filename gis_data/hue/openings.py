"""When bridges and streets of the embedded Huế were opened."""

from __future__ import annotations

import numpy as np

from gis_data.hue.columns import days, origin, read_table, text
from twin.city.openings import Openings
from twin.city.roads import Roads


def openings_of_hue(roads: Roads) -> Openings:
    """Return the opening of every link of the streets in the table.

    Link ids begin with the id of their street and the letter of their direction, as ``gis_data.hue.roads`` makes them.
    """
    table = read_table("street_openings.csv")
    street_of = np.array([link.rsplit("-", 1)[0] for link in roads.ids.tolist()])
    rows = [np.flatnonzero(street_of == street_id) for street_id in text(table["street_id"])]
    row = np.concatenate(rows)
    of = np.repeat(np.arange(len(table)), [len(r) for r in rows])
    about = {name: column[of] for name, column in origin(table).items()}
    return Openings(
        ids=np.array([f"opened-{link}" for link in roads.ids[row].tolist()]),
        link=row.astype(np.int32),
        opened=days(table["opened"])[of],
        **about,
    )
