"""A small network written as TNTP files, whole or with one thing wrong."""

from pathlib import Path

NET = """<NUMBER OF LINKS> 5
<FIRST THRU NODE> 3
<NUMBER OF NODES> 4
<NUMBER OF ZONES> 2
<ORIGINAL HEADER>~ Init node Term node Capacity
<END OF METADATA>

~ a comment; 1 2 3
~\tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t3\t0\t0\t0\t0\t0\t0\t0\t1\t;
\t3\t4\t900.5\t2\t1.5E+00\t0.15\t4\t50\t10\t1;
 3 4 500 3 2 0.15 4.5 50 0 1 ; ~ the old road
\t4\t2\t0\t0\t0\t0\t0\t0\t0\t1
\t2\t1\t99\t1\t3\t0.15\t0\t0\t0\t1\t;
"""
TRIPS = """~ counted by nobody
<TOTAL OD FLOW> 1012.5
<NUMBER OF ZONES> 2
<END OF METADATA>

Origin \t1
  1 : 2.5;   2 :
   1000.0;
Origin 2
1 : 1e1 ;
"""
FLOWS = """From \tTo \tVolume \tCost
1 \t3 \t1000 \t0
3\t4\t600.25\t1.55
3 4 399.75 2.1
4 2 1000 0
2 1 10 3.45
"""
NODES = "node\tX\tY\t;\n1\t0.5\t-2\t;\n3\t7\t8\t;\n"


def write(folder: Path, *, net: str = NET, trips: str = TRIPS, flows: str = FLOWS, nodes: str = NODES) -> list[Path]:
    """Write the four files; return their paths."""
    paths = [folder / f"toy_{kind}.tntp" for kind in ("net", "trips", "flow", "node")]
    for path, text in zip(paths, (net, trips, flows, nodes), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
