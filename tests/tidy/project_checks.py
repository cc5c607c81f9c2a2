"""Checks across files: CMake knows every source, documents say what is there."""

import posixpath
import re

CMAKE_FILE = re.compile(r"(?<![\w$}.\\/{-])((?:\$\{\w+\}/)?[\w./-]+\.(?:cc|h))\b")


def cmake_files(tree):
    return [file for file in tree if file.name == "CMakeLists.txt"]


def directory_of(path):
    return posixpath.dirname(path)


def without_comments(text):
    return re.sub(r"#[^\n]*", "", text)


def listed_files(tree):
    """(path as listed, CMakeLists.txt, line) of each source or header that CMake is given."""
    for cmake in cmake_files(tree):
        for number, line in enumerate(without_comments(cmake.text).split("\n"), 1):
            for match in CMAKE_FILE.finditer(line):
                name = match.group(1)
                directory = directory_of(cmake.path)
                if name.startswith("${CMAKE_SOURCE_DIR}/"):
                    directory, name = "", name.split("/", 1)[1]
                elif name.startswith("${CMAKE_CURRENT_SOURCE_DIR}/"):
                    name = name.split("/", 1)[1]
                elif name.startswith("$") or "${CMAKE_CURRENT_BINARY_DIR}/" + name in line:
                    continue  # Made by the build.
                if posixpath.basename(name).startswith("."):
                    continue  # An ending, in a rule that makes names.
                yield posixpath.normpath(posixpath.join(directory, name)), cmake.path, number


def check_cmake_lists(tree):
    listed = set()
    for path, cmake, number in listed_files(tree):
        listed.add(path)
        if path not in tree:
            yield cmake, number, f"lists {path}, which does not exist; remove it or add the file"
    for file in tree.with_ending(".cc", ".h"):
        # A header of a test may be listed or not: nobody else includes it.
        if file.path in listed or (file.folder == "tests" and file.endswith(".h")):
            continue
        kind = "registers the test" if file.path.endswith("_test.cc") else "lists the file"
        yield file.path, 1, f"no CMakeLists.txt {kind}; add it to the one of its folder"


def check_folders_are_built(tree):
    """Every CMakeLists.txt is reached from the root's."""
    reached = {"CMakeLists.txt"}
    waiting = ["CMakeLists.txt"]
    while waiting:
        cmake = waiting.pop()
        if cmake not in tree:
            continue
        for match in re.finditer(r"add_subdirectory\(\s*([^\s)]+)",
                                 without_comments(tree.files[cmake].text)):
            folder = match.group(1)
            base = "" if folder.startswith("${CMAKE_SOURCE_DIR}/") else directory_of(cmake)
            folder = folder.split("}/")[-1]
            path = posixpath.normpath(posixpath.join(base, folder, "CMakeLists.txt"))
            if path not in reached:
                reached.add(path)
                waiting.append(path)
    for cmake in cmake_files(tree):
        if cmake.path not in reached:
            yield cmake.path, 1, ("no add_subdirectory() leads here, so nothing in it is built or "
                                  "run; add one to the CMakeLists.txt above")


def check_python_tests(tree):
    cmake = "".join(without_comments(file.text) for file in cmake_files(tree))
    for file in tree.with_ending("_test.py", "_test.sh"):
        if file.folder == "tests" and file.name not in cmake:
            yield file.path, 1, "no CMakeLists.txt registers the test; add an add_test() for it"


FOLDER_ROW = re.compile(r"^\|\s*`([\w.-]+)/[^`]*`\s*\|")


def check_readme(tree):
    if "README.md" not in tree:
        yield "README.md", 1, "does not exist; write it"
        return
    rows = {}
    for number, line in enumerate(tree.files["README.md"].lines, 1):
        match = FOLDER_ROW.match(line)
        if match:
            rows[match.group(1)] = number
    for folder, number in rows.items():
        if folder not in tree.folders():
            yield "README.md", number, f"lists folder {folder}/, which is not there; remove the row"
    for folder in sorted(tree.folders() - set(rows)):
        yield "README.md", 1, f"does not list folder {folder}/; add a row to the table of folders"


DOCUMENT_LINES_MAX = 200
DECISION_LINES_MAX = 40
REFERENCE_LINES_MAX = 260  # Tables that grow by a row with each constant.
REFERENCES = {"docs/clients.md", "docs/rules.md", "docs/events.md"}


def check_documents(tree):
    for file in tree.with_ending(".md"):
        count = len(file.lines) - 1
        limit = DOCUMENT_LINES_MAX
        if file.path.startswith("docs/decisions/"):
            limit = DECISION_LINES_MAX
            if not re.match(r"# [0-9]{4}\. \S", file.text):
                yield file.path, 1, "has no title `# 0001. The decision as a sentence`; write it"
        elif file.path in REFERENCES:
            limit = REFERENCE_LINES_MAX
        if count > limit:
            yield file.path, count, f"{count} lines, limit {limit}; shorten it or split it"


LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def check_links(tree):
    folders = {directory_of(path) for path in tree.files}
    folders |= {directory_of(folder) for folder in folders}
    for file in tree.with_ending(".md"):
        for number, line in enumerate(file.lines, 1):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if "://" in target or target.startswith("mailto:"):
                    continue
                path = posixpath.normpath(posixpath.join(directory_of(file.path), target))
                if path not in tree and path not in folders:
                    yield file.path, number, f"links to {target}, which is not there; fix the link"


# Where errors and warnings that a caller can meet are made.
REASON_FOLDERS = {"access", "audit", "backup", "base", "domain", "eventstore", "evidence",
                  "identity", "policy", "projections", "proofs", "queue", "relay", "rendering",
                  "services", "vault", "witness"}
REASON = re.compile(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"')
# The two failures are Pub/Sub's words for what became of one ack id.
NOT_A_REASON = re.compile(r"TRELLIS_|GRPC_|PERMANENT_FAILURE_|TRANSIENT_FAILURE_")
REASON_ROW = re.compile(r"^\|\s*`([A-Z][A-Z0-9_]+)`\s*\|")
# The reasons that are met everywhere, and beside it those of one kind of thing.
REASONS_DOCUMENT = "docs/clients.md"
REASONS_DOCUMENTS = [REASONS_DOCUMENT, "docs/access.md", "docs/access-log.md",
                     "docs/action-plans.md", "docs/backup.md", "docs/damage.md",
                     "docs/data-keys.md", "docs/diary.md",
                     "docs/directory.md", "docs/evidence.md", "docs/identity.md",
                     "docs/inductions.md",
                     "docs/keys.md", "docs/privacy.md", "docs/proofs.md", "docs/support-plans.md",
                     "docs/witnesses.md"]


def check_reasons(tree):
    """The documents of reasons list every reason constant of the server, and no other."""
    used = {}
    for file in tree.with_ending(".cc", ".h"):
        if file.folder not in REASON_FOLDERS:
            continue
        for number, line in enumerate(file.lines, 1):
            for reason in REASON.findall(line.split("//")[0]):
                if not NOT_A_REASON.match(reason):
                    used.setdefault(reason, (file.path, number))
    if REASONS_DOCUMENT not in tree:
        yield REASONS_DOCUMENT, 1, "does not exist; list the reasons of errors there"
        return
    listed = {}
    for path in REASONS_DOCUMENTS:
        if path not in tree:
            continue
        for number, line in enumerate(tree.files[path].lines, 1):
            match = REASON_ROW.match(line)
            if match:
                listed[match.group(1)] = (path, number)
    for reason, (path, number) in sorted(used.items()):
        if reason not in listed:
            yield path, number, f"reason {reason} is not in {REASONS_DOCUMENT}; add a row for it"
    for reason, (path, number) in listed.items():
        if reason not in used:
            yield path, number, f"reason {reason} is nowhere in the code; remove it"


CHECKS = [check_cmake_lists, check_folders_are_built, check_python_tests, check_readme,
          check_documents, check_links, check_reasons]
