"""All benchmarks: `python -m bench`; every figure stands beside its plain counterpart of the same run."""

from __future__ import annotations

import argparse
import subprocess
import sys

from bench.stages import stages


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, action="append", help="files in one transfer (1000 and 10000)")
    parser.add_argument("--documents", type=int, default=20, help="files in a dossier")
    parser.add_argument("--size", type=int, default=50_000, help="bytes of a file")
    chosen = parser.parse_args()
    print("sealing alone: package, fsync, re-read", flush=True)
    subprocess.run([sys.executable, "-m", "bench.seal"], check=True)
    print("objects in a bucket: put and re-read", flush=True)
    subprocess.run([sys.executable, "-m", "bench.objects"], check=True)
    for count in chosen.files or [1000, 10_000]:
        stages(count, chosen.documents, chosen.size)


if __name__ == "__main__":
    main()
