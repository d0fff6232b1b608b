"""`python -m tools.local_elasticsearch [--nodes 3] [--port 9200]`: a node or cluster, until Ctrl-C."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from core.errors import LangngheError
from tools.local_elasticsearch.cluster import Cluster
from tools.local_elasticsearch.installation import CACHE


def main() -> int:
    """Start what is asked for, say where it is, and stop it at the end. Returns the exit code."""
    arguments = argparse.ArgumentParser(prog="make elasticsearch", description=__doc__)
    arguments.add_argument("--folder", type=Path, help="of the data; default: one in .elasticsearch")
    arguments.add_argument("--nodes", type=int, choices=range(1, 10), default=1, metavar="N")
    arguments.add_argument("--port", type=int, default=0, help="of the first node; default: a free one")
    given = arguments.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = given.folder or CACHE / f"data-{given.nodes}"
    begun = time.monotonic()
    try:
        with Cluster(folder, given.nodes, given.port) as cluster:
            took = time.monotonic() - begun
            print(f"Elasticsearch is up after {took:.1f} s: {' '.join(cluster.urls)}")
            print(f"Use it: export LANGNGHE_ELASTIC__HOSTS='{json.dumps(cluster.urls)}'")
            print(f"Its data is kept in {folder}. Ctrl-C ends it.", flush=True)
            cluster.await_end()
    except KeyboardInterrupt:
        return 0
    except LangngheError as error:
        print(f"elasticsearch: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
