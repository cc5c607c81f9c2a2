#!/usr/bin/env python3
"""The house rules that a program can check. Run by ctest; by hand: tests/tidy/tidy.py

Prints `file:line: error: what, and what to do` for each rule that is broken, and fails if any is.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cpp_checks  # noqa: E402
import project_checks  # noqa: E402
import source_tree  # noqa: E402
import text_checks  # noqa: E402

LARGEST_SHOWN = 10


def main(arguments):
    here = os.path.dirname(os.path.abspath(__file__))
    root = arguments[1] if len(arguments) > 1 else os.path.dirname(os.path.dirname(here))
    tree = source_tree.Tree.read(root)
    errors = 0
    for check in cpp_checks.CHECKS + text_checks.CHECKS + project_checks.CHECKS:
        for path, line, what in check(tree):
            print(f"{path}:{line}: error: {what}")
            errors += 1
    for path, line, what in cpp_checks.warn_of_long_headers(tree):
        print(f"{path}:{line}: warning: {what}")
    print("The longest functions:")
    for length, path, line, name in cpp_checks.functions(tree)[:LARGEST_SHOWN]:
        print(f"  {length:4} lines  {path}:{line}  {name}")
    print(f"{len(tree.files)} files, {errors} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
