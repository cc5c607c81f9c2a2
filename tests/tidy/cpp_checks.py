"""Checks of C++: who includes whom, sizes, and what may be called where."""

import re

# What each folder may include of ours. `proto` is trellis/v1 and trellis/queue/v1; google/ is for
# everybody.
MAY_INCLUDE = {
    "base": {"base"},
    "domain": {"base", "proto", "domain"},
    "identity": {"base", "identity"},
    "eventstore": {"base", "proofs", "eventstore"},
    "access": {"base", "proto", "eventstore", "access"},
    "proofs": {"base", "proofs"},
    "policy": {"base", "proto", "domain", "policy"},
    "vault": {"base", "eventstore", "vault"},
    "projections": {"base", "proto", "domain", "eventstore", "projections", "vault"},
    "audit": {"access", "base", "proofs", "proto", "domain", "eventstore", "projections", "vault",
              "audit"},
    "evidence": {"base", "proofs", "proto", "domain", "eventstore", "projections", "rendering",
                 "evidence"},
    "backup": {"base", "proofs", "eventstore", "audit", "backup"},
    "queue": {"base", "proto", "eventstore", "queue"},
    "relay": {"base", "eventstore", "queue", "relay"},
    "rendering": {"base", "proto", "rendering"},
    "services": {"access", "backup", "base", "identity", "policy", "proto", "proofs", "domain",
                 "eventstore", "evidence", "projections", "queue", "relay", "rendering", "services",
                 "vault", "witness"},
    "witness": {"base", "proofs", "witness"},
    "clients": {"base", "proofs", "proto", "audit", "backup", "evidence", "policy", "vault",
                "witness", "clients"},
    # What developers run: the tests' provider.
    "deploy": {"base", "tests"},
}

# Libraries that belong to some folders only; tests may use any.
LIBRARIES = [
    (re.compile(r"rocksdb/"), {"access", "eventstore", "projections", "queue"}),
    (re.compile(r"(grpcpp|grpc)/"), {"services", "clients"}),
    (re.compile(r"nats/"), {"relay"}),
    (re.compile(r"httplib\.h$"), {"clients", "identity", "services", "witness"}),
    (re.compile(r"cjose/"), {"identity"}),
    (re.compile(r"nlohmann/"), {"identity"}),
]

# The rules of the domain are pure: no clock, no logging, no I/O, no chance.
NOT_IN_DOMAIN = re.compile(
    r"(base/log\.h|absl/time/clock\.h|chrono|random|thread|mutex|fstream|iostream|cstdio)$")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def check_includes(tree):
    for file in tree.with_ending(".h", ".cc"):
        if file.folder not in MAY_INCLUDE and file.folder != "tests":
            yield file.path, 1, (f"folder {file.folder or '.'}/ is in no include table; add it to "
                                 "MAY_INCLUDE in tests/tidy/cpp_checks.py")
            continue
        for number, line in enumerate(file.lines, 1):
            match = INCLUDE.match(line)
            if match:
                why = why_not_included(file.folder, match.group(2), match.group(1) == '"')
                if why:
                    yield file.path, number, why


def why_not_included(folder, path, quoted):
    if folder == "tests":
        return None
    generated = path.startswith(("trellis/v1/", "trellis/queue/v1/"))
    top = "proto" if generated else path.split("/", 1)[0]
    allowed = MAY_INCLUDE[folder]
    if quoted and (top in MAY_INCLUDE or top in {"proto", "tests"}) and top not in allowed:
        return (f'{folder}/ may not include "{path}"; allowed: {", ".join(sorted(allowed))}. '
                "Move what needs it to a folder that may")
    for library, folders in LIBRARIES:
        if library.match(path) and folder not in folders:
            return (f"{folder}/ may not include <{path}>; allowed in: "
                    f"{', '.join(sorted(folders))}. Wrap it there")
    if folder == "domain" and NOT_IN_DOMAIN.match(path):
        return f"domain/ may not include <{path}>: decisions are pure; pass the fact as an argument"
    return None


HEADER_LINES_ADVISED = 100
HEADER_LINES_MAX = 250
SOURCE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

# Longer functions, with their own limit and the reason.
LONG_FUNCTIONS = {
    ("domain/evolve.cc", "ApplyKind"): (140, "one case for each kind of event, and no default"),
}


def check_sizes(tree):
    for file in tree.with_ending(".h", ".cc"):
        count = len(file.lines) - 1
        limit = HEADER_LINES_MAX if file.endswith(".h") else SOURCE_LINES_MAX
        if count > limit:
            yield file.path, count, f"{count} lines, limit {limit}; split it by what it is about"
    for length, path, line, name in functions(tree):
        limit, _ = LONG_FUNCTIONS.get((path, name), (FUNCTION_LINES_MAX, ""))
        if length > limit:
            yield path, line, (f"{name} has {length} lines, limit {limit}; "
                               "move a step of it to a function of its own")


def warn_of_long_headers(tree):
    for file in tree.with_ending(".h"):
        count = len(file.lines) - 1
        if HEADER_LINES_ADVISED < count <= HEADER_LINES_MAX:
            yield file.path, count, f"{count} lines, advised {HEADER_LINES_ADVISED}"


def functions(tree):
    """(lines, path, line, name) of each function, the longest first."""
    found = []
    for file in tree.with_ending(".h", ".cc"):
        found.extend((last - first + 1, file.path, first, name)
                     for name, first, last in functions_of(file))
    return sorted(found, key=lambda f: (-f[0], f[1], f[2]))


CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
TEMPLATE = re.compile(r"\btemplate\s*<[^{}]*?>\s*(?=\b(class|struct|[\w:<]))", re.DOTALL)


def functions_of(file):
    """(name, first line, last line): bodies in braces outside any other body, by a heuristic that
    knows namespaces and types from what begins with parentheses."""
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                  file.code, flags=re.MULTILINE | re.DOTALL)
    head_start = 0
    depth_inside = 0  # Braces open inside a body; 0 while outside any.
    body = None
    for match in re.finditer(r"[{};]", code):
        char = match.group(0)
        if body is not None:
            depth_inside += {"{": 1, "}": -1, ";": 0}[char]
            if depth_inside == 0:
                name, first = body
                if name:
                    yield name, first, file.line_of(match.start())
                body = None
                head_start = match.end()
            continue
        if char == "{":
            head = code[head_start:match.start()]
            plain = TEMPLATE.sub("", head)
            is_container = CONTAINER.search(plain) and "(" not in plain.split("{")[0].split(":")[0]
            if not is_container:
                offset = head_start + len(head) - len(head.lstrip())
                body = (name_of(file, head, offset) if "(" in plain else None,
                        file.line_of(offset))
                depth_inside = 1
        head_start = match.end()


def name_of(file, head, offset):
    head = TEMPLATE.sub("", head).strip()
    if re.match(r"(TEST|TEST_F|TEST_P)\b", head):
        return re.sub(r"\s+", " ", file.text[offset:file.text.find("{", offset)].strip())
    match = re.search(r"([\w:~]+(?:\s*[=<>!+\-*/&|]+)?)\s*\(", head)
    return match.group(1).strip() if match else "function"


# What reads a clock, waits or draws lots, and where it may stand, with the reason.
CALLS = [
    ("absl::Now", re.compile(r"\babsl::Now\s*\("), {
        "base/clock.h": "the machine's clock, for everybody",
        "base/log.cc": "log lines carry the real time",
        "clients/trellis/call.cc": "how long a person has waited, and the deadline of a call",
        "tests/bench/": "measures time",
    }),
    ("a clock of std::chrono",
     re.compile(r"\bstd::chrono::(system|steady|high_resolution)_clock\b"), {
         "services/server.cc": "gRPC wants the end of draining as a time of the system clock",
         "clients/trellis/call.cc": "gRPC wants its deadlines as times of the system clock",
         "clients/trellis/stream.cc": "the same, of the end of a wait",
         "tests/bench/": "measures time",
         "tests/integration/": "deadlines of calls and of processes",
         "tests/support/": "deadlines of calls and of processes",
     }),
    ("time() or gettimeofday()", re.compile(r"(?<![\w.:>])(time|gettimeofday|clock_gettime)\s*\("),
     {}),
    ("rand()", re.compile(r"\b(s?rand|rand_r)\s*\("), {}),
    ("std::random_device", re.compile(r"\brandom_device\b"),
     {"tests/": "seeds, which a failing test prints"}),
    ("sleep", re.compile(r"\b(sleep|usleep|nanosleep|sleep_for|sleep_until|SleepFor)\s*\("), {}),
]


def check_calls(tree):
    for file in tree.with_ending(".h", ".cc"):
        for what, pattern, places in CALLS:
            if any(file.path.startswith(place) for place in places):
                continue
            for match in pattern.finditer(file.code):
                yield file.path, file.line_of(match.start()), (
                    f"{what} is not used here; take the time from a Clock that is passed in, and "
                    "wait for events, not for time")


def check_domain_has_no_clock(tree):
    for file in tree.with_ending(".h", ".cc"):
        if file.folder != "domain":
            continue
        for match in re.finditer(r"\b(System)?Clock\b", file.code):
            yield file.path, file.line_of(match.start()), (
                "domain/ has no clock; the time is in the Context or in the EventFacts")


def check_string_views(tree):
    for file in tree.with_ending(".h", ".cc"):
        for match in re.finditer(r"\bstd::string_view\b", file.code):
            yield file.path, file.line_of(match.start()), (
                "std::string_view does not mix with Debian's Abseil; use absl::string_view")


def check_switches(tree):
    for file in tree.with_ending(".h", ".cc"):
        if file.folder == "tests":
            continue  # A test may be about some kinds only.
        for match in re.finditer(r"\bswitch\s*\([^{};]*_case\(\)[^{};]*\)\s*\{", file.code):
            depth = 1
            for token in re.finditer(r"[{}]|\bdefault\s*:", file.code[match.end():]):
                text = token.group(0)
                depth += {"{": 1, "}": -1}.get(text, 0)
                if depth == 0:
                    break
                if depth == 1 and text.startswith("default"):
                    yield file.path, file.line_of(match.end() + token.start()), (
                        "a switch over the kinds of a oneof has a default; list every kind, so "
                        "that a forgotten one does not compile")


def check_headers(tree):
    for file in tree.with_ending(".h", ".proto"):
        if not file.text.startswith("// "):
            yield file.path, 1, "does not start with a comment; say what it is for"
        if file.endswith(".h") and "\n#pragma once\n" not in file.text:
            yield file.path, 1, "has no #pragma once; add it after the first comment"


CHECKS = [check_includes, check_sizes, check_calls, check_domain_has_no_clock,
          check_string_views, check_switches, check_headers]
