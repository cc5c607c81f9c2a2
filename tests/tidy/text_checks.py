"""Checks of any text: columns, blanks, and what no file may say."""

import re

COLUMNS_MAX = 100

# Data whose lines are as long as they are: what a program printed, and frozen messages.
WIDE = (".txt", ".txtpb", ".json", ".conf")
# What a program printed, byte for byte.
GOLDEN = re.compile(r"(^|/)golden/")


def check_lines(tree):
    for file in tree:
        if GOLDEN.search(file.path):
            continue
        for number, line in enumerate(file.lines, 1):
            if "\r" in line:
                yield file.path, number, "carriage return; end lines with a line feed alone"
                line = line.replace("\r", "")
            if "\t" in line:
                yield file.path, number, "tab; use spaces"
            if line != line.rstrip():
                yield file.path, number, "blanks at the end of the line; remove them"
            if len(line) > COLUMNS_MAX and not may_be_wide(file, line):
                yield file.path, number, (f"{len(line)} columns, limit {COLUMNS_MAX}; "
                                          "break the line")


def may_be_wide(file, line):
    if file.endswith(*WIDE) and file.name != "CMakeLists.txt":
        return True
    # Tables and addresses cannot be broken.
    return file.endswith(".md") and (line.startswith("|") or re.search(r"https?://", line))


def check_ends(tree):
    for file in tree:
        if GOLDEN.search(file.path) or not file.text:
            continue
        if not file.text.endswith("\n"):
            yield file.path, len(file.lines), "does not end with a line feed; add one"
        elif file.text.endswith("\n\n"):
            yield file.path, len(file.lines) - 1, "ends with an empty line; remove it"


PLACEHOLDER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\(#[0-9]+\))")


def check_placeholders(tree):
    for file in tree:
        for number, line in enumerate(file.lines, 1):
            match = PLACEHOLDER.search(line)
            if match:
                yield file.path, number, (f"{match.group(1)} without the number of an issue; "
                                          "finish it, or write the number: (#12)")


# A path of one machine: nobody else has it.
OWN_PATH = re.compile(r"(?<![\w./-])/(home|Users|work|root)/[\w.]")


def check_paths(tree):
    for file in tree:
        for number, line in enumerate(file.lines, 1):
            if OWN_PATH.search(line):
                yield file.path, number, ("absolute path of somebody's home or work directory; "
                                          "make it relative to the project or an argument")


CHECKS = [check_lines, check_ends, check_placeholders, check_paths]
