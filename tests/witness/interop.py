#!/usr/bin/env python3
"""Trellis' witness, asked by a log that is kept with Go's tools for transparency logs.

  interop.py --build DIRECTORY

The program in go/ keeps a log with golang.org/x/mod, has `trellis witness` cosign it as it grows,
and verifies what it gets with transparency-dev's packages. Ends with 77, and says so, if Go is
missing or too old, or its packages cannot be had.
"""

import argparse
import contextlib
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
    trellis = os.path.join(build, "bin", "trellis")
    theirs = os.path.join(build, "tests", "witness_interop_go")
    try:
        toolchains.check_commands(NEEDS)
        toolchains.build_go(os.path.join(HERE, "go"), theirs)
    except toolchains.Missing as missing:
        print(f"SKIPPED: {missing}")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="trellis-witness-") as directory:
        run(theirs, "keys", directory)
        with open(os.path.join(directory, "log.vkey"), encoding="utf-8") as file:
            log = file.read()
        with serving(trellis, "witness", "--listen", "127.0.0.1:0", "--state",
                     os.path.join(directory, "state"), "--key", os.path.join(directory, "key"),
                     "--name", "witness.example/trellis", "--log", log) as (url, vkey):
            run(theirs, "ask", directory, url, vkey)
    print("Go and Trellis agree")
    return 0


def run(*command):
    subprocess.run(command, check=True, timeout=RUN_SECONDS)


@contextlib.contextmanager
def serving(*command):
    """Runs a witness that prints `... on URL with key VKEY`; SIGTERM ends it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        words = process.stdout.readline().split()
        yield words[-4], words[-1]
    finally:
        process.terminate()
        found = process.wait(RUN_SECONDS)
        process.stdout.close()
    if found != 0:
        raise subprocess.CalledProcessError(found, command)


if __name__ == "__main__":
    sys.exit(main())
