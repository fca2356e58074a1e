"""All benchmarks: `python -m bench`; every figure stands beside its plain counterpart of the same run."""

from __future__ import annotations

import argparse
import subprocess
import sys

from tests.servers import address


def main() -> None:
    """Run them, each in a process of its own, so that the memory it prints is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, action="append", help="files in one transfer (1000 and 10000)")
    parser.add_argument("--documents", type=int, default=20, help="files in a dossier")
    parser.add_argument("--size", type=int, default=50_000, help="bytes of a file")
    chosen = parser.parse_args()
    setups = ["embedded"]
    if all(address(name) for name in ("postgresql", "s3", "opensearch", "clamd")):
        setups.append("servers")
    else:
        print("servers: not all answer (`make servers`), so only the embedded set-up is measured")
    print("sealing alone: package, fsync, re-read", flush=True)
    run("bench.seal")
    print("objects in a bucket: put and re-read", flush=True)
    run("bench.objects")
    for count in chosen.files or [1000, 10_000]:
        for setup in setups:
            run("bench.stages", setup, str(count), str(chosen.documents), str(chosen.size))


def run(module: str, *words: str) -> None:
    """Run one of them."""
    subprocess.run([sys.executable, "-m", module, *words], check=True)


if __name__ == "__main__":
    main()
