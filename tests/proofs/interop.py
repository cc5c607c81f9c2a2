#!/usr/bin/env python3
"""Trellis' proofs against Go's tools for transparency logs, in both directions.

  interop.py --build DIRECTORY

proofs_interop writes a log, with claims that are right and wrong and what we say of them; the
program in go/ verifies it with golang.org/x/mod and transparency-dev's packages, and signs and
proves things itself; proofs_interop verifies those. Ends with 77, and says so, if Go is missing or
too old, or its packages cannot be had.
"""

import argparse
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration", "clients"))

import toolchains  # noqa: E402

SKIPPED = 77
NEEDS = [(["go", "version"], (1, 25))]
RUN_SECONDS = 120


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, metavar="DIRECTORY")
    build = os.path.abspath(parser.parse_args().build)
    ours = os.path.join(build, "bin", "proofs_interop")
    theirs = os.path.join(build, "tests", "proofs_interop_go")
    try:
        toolchains.check_commands(NEEDS)
        toolchains.build_go(os.path.join(HERE, "go"), theirs)
    except toolchains.Missing as missing:
        print(f"SKIPPED: {missing}")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="trellis-proofs-") as directory:
        for command in ([ours, "write", directory], [theirs, directory],
                        [ours, "check", directory]):
            subprocess.run(command, check=True, timeout=RUN_SECONDS)
    print("Go and Trellis agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
