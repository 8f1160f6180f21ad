"""Networks small enough to work out by hand."""

import numpy as np

from scenarios.models.demand_prior import Prior, Spread, make_prior
from scenarios.models.link_use import pairs_of
from twin.network.static import StaticNetwork


def network(links: list[tuple[int, int, float, float]], n_nodes: int, n_zones: int) -> StaticNetwork:
    """Links as (tail, head, free time, capacity), BPR 0.15 and 4; zones cannot be driven through."""
    tail, head, free_time, capacity = (np.array(column) for column in zip(*links, strict=True))
    n = len(links)
    return StaticNetwork(
        tail=tail.astype(np.int32), head=head.astype(np.int32), capacity=capacity.astype(float),
        free_time=free_time.astype(float), b=np.full(n, 0.15), power=np.full(n, 4.0), length=np.ones(n),
        toll=np.zeros(n), n_nodes=n_nodes, n_zones=n_zones, first_thru_node=n_zones, name="small",
    )  # fmt: skip


def two_ways() -> tuple[StaticNetwork, np.ndarray]:
    """From zone 0 to 1 over node 2 (links 0, 1) or 3 (links 2, 3); both ways are used."""
    net = network([(0, 2, 1.0, 100.0), (2, 1, 9.0, 100.0), (0, 3, 1.0, 300.0), (3, 1, 10.0, 300.0)], 4, 2)
    return net, np.array([[0.0, 400.0], [0.0, 0.0]])


def fan() -> tuple[StaticNetwork, np.ndarray]:
    """Zones 0, 1, 2 send trips over the trunk (link 3, from node 4 to 5) to zone 3; links 0–2 are their own streets."""
    links = [(0, 4, 1.0, 1e4), (1, 4, 1.0, 1e4), (2, 4, 1.0, 1e4), (4, 5, 1.0, 1e4), (5, 3, 1.0, 1e4)]
    trips = np.zeros((4, 4))
    trips[:3, 3] = [1000.0, 500.0, 200.0]
    return network(links, 6, 4), trips


def prior_of(trips: np.ndarray, spread: Spread) -> Prior:
    """The belief in a trip table."""
    return make_prior(*pairs_of(trips), spread)
