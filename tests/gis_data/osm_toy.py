"""Small OpenStreetMap files for tests: nodes on a row, a second row above, and ways written in a line."""

from pathlib import Path

from gis_data.osm_network import Network, network
from gis_data.readers.osm import read_osm

HEAD = '<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">'


def _element(kind: str, number: int, attributes: str, inner: str, tags: dict[str, str]) -> str:
    said = "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return f'<{kind} id="{number}" version="1"{attributes}>{inner}{said}</{kind}>'


def node(number: int, **tags: str) -> str:
    """Node n of 1 to 9 on the southern row, of 11 to 19 on the one 111 m north of it; the columns are 107 m apart."""
    row, column = divmod(number, 10)
    return _element("node", number, f' lon="{107.58 + column / 1000:.3f}" lat="{16.46 + row / 1000:.3f}"', "", tags)


NODES = "".join(node(i) for i in (*range(1, 10), *range(11, 20), *range(21, 30)))


def way(number: int, refs: str, **tags: str) -> str:
    """Return a way through nodes; ``__`` in a key stands for a colon."""
    return _element("way", number, "", "".join(f'<nd ref="{r}"/>' for r in refs.split()), tags)


def turn(number: int, members: str, **tags: str) -> str:
    """Return a restriction with members like ``from:w1 via:n2 to:w3``."""
    kinds = {"n": "node", "w": "way"}
    split = [m.partition(":") for m in members.split()]
    inner = "".join(f'<member type="{kinds[m[0]]}" ref="{m[1:]}" role="{role}"/>' for role, _, m in split)
    return _element("relation", number, "", inner, {"type": "restriction", **tags})


def osm_file(folder: Path, *elements: str, nodes: str = NODES) -> Path:
    """Write a toy file."""
    path = folder / "toy.osm"
    path.write_text(f"{HEAD}{nodes}{''.join(elements)}</osm>", encoding="utf-8")
    return path


def toy_network(folder: Path, *elements: str, nodes: str = NODES, join: bool = True) -> Network:
    """Write a toy file and return its network."""
    path = osm_file(folder, *elements, nodes=nodes)
    return network(read_osm(path), crs="EPSG:9214", file=path.name, join=join)
