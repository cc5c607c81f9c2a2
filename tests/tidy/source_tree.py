"""The files of the project, as the checks see them."""

import os
import re

# Made by a build, an installer or a running server, never written by hand.
NOT_OURS = {"build", "var", "node_modules", "__pycache__"}

# What is read as text although its name has no ending that says so.
TEXT_NAMES = {"CMakeLists.txt", ".clang-format", ".clang-tidy", ".gitignore"}
TEXT_ENDINGS = (".h", ".cc", ".proto", ".cmake", ".md", ".py", ".sh", ".txt", ".txtpb",
                ".json", ".service", ".conf")


class SourceFile:
    """One file: `path` relative to the root with slashes, its text, its lines."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self._code = None

    @property
    def folder(self):
        return self.path.split("/", 1)[0] if "/" in self.path else ""

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def code(self):
        """The text with comments and the insides of literals blanked; line breaks stay."""
        if self._code is None:
            self._code = blank_comments_and_literals(self.text)
        return self._code

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def endswith(self, *endings):
        return self.path.endswith(endings)


class Tree:
    """The project: its text files by path, and the names of its top-level folders."""

    def __init__(self, files):
        self.files = {path: SourceFile(path, text) for path, text in sorted(files.items())}

    @classmethod
    def read(cls, root):
        files = {}
        for directory, folders, names in os.walk(root):
            folders[:] = [f for f in folders if f not in NOT_OURS and not f.startswith(".")]
            for name in names:
                path = os.path.join(directory, name)
                if os.path.islink(path) or not is_text(path, name):
                    continue
                with open(path, encoding="utf-8", errors="replace", newline="") as file:
                    files[os.path.relpath(path, root).replace(os.sep, "/")] = file.read()
        return cls(files)

    def __iter__(self):
        return iter(self.files.values())

    def __contains__(self, path):
        return path in self.files

    def with_ending(self, *endings):
        return [file for file in self if file.endswith(*endings)]

    def folders(self):
        return {file.folder for file in self if file.folder}


def is_text(path, name):
    if name in TEXT_NAMES or name.endswith(TEXT_ENDINGS):
        return True
    if "." in name:
        return False
    with open(path, "rb") as file:  # A script: `tests/run`, `deploy/quickstart`.
        return file.read(2) == b"#!"


LITERAL_OR_COMMENT = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"(?P<mark>[^(\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'
    """, re.VERBOSE | re.DOTALL)


def blank_comments_and_literals(text):
    def blank(match):
        found = match.group(0)
        # The quotes stay, so that an argument that is a string is still one.
        if found[0] in "\"'" and len(found) > 1:
            return found[0] + " " * (len(found) - 2) + found[0]
        return re.sub(r"[^\n]", " ", found)

    return LITERAL_OR_COMMENT.sub(blank, text)
