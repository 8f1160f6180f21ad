"""The readable oracle of way tables: Dijkstra's algorithm on the graph whose nodes are the links."""

import networkx as nx
import numpy as np

from twin.kernels.hierarchy import TURN_BACK_S, Network


def turns_of(net: Network, time_s: np.ndarray) -> dict[tuple[int, int], float]:
    """Every turn that may be taken, from link to link, and its price [s] without the second link's time."""
    n_out = np.bincount(net.tail[np.isfinite(time_s)], minlength=len(net.out_first) - 1)
    found = {}
    for b in range(len(net.tail)):
        banned = net.ban_to[net.ban_first[b] : net.ban_first[b + 1]]
        node = int(net.head[b])
        for i in net.out_link[net.out_first[node] : net.out_first[node + 1]].tolist():
            if np.isfinite(time_s[i]) and i not in banned:
                back = net.head[i] == net.tail[b] and n_out[node] > 1
                found[b, i] = TURN_BACK_S if back else 0.0
    return found


def costs_to(net: Network, time_s: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Least time to a node from the end of each link, and from each node [s]; links with infinite time are closed."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(net.tail)))
    graph.add_weighted_edges_from((i, b, time_s[i] + price) for (b, i), price in turns_of(net, time_s).items())
    ends = np.flatnonzero(net.head == target).tolist()
    best = nx.multi_source_dijkstra_path_length(graph, ends) if ends else {}
    after = np.array([best.get(i, np.inf) for i in range(len(net.tail))])
    node = np.full(len(net.out_first) - 1, np.inf)
    np.minimum.at(node, net.tail, time_s + after)
    node[target] = 0.0
    return after, node
