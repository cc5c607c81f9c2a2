"""What each language needs, and its example made ready by the commands of its own README."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess

from processes import Failure

# By language: what has to be there, and at least in which version (none: any).
NEEDS = {
    "go": [(["go", "version"], (1, 25)), (["protoc", "--version"], None)],
    "java": [(["javac", "-version"], (17,)), (["mvn", "-version"], None)],
    "node": [(["node", "--version"], (20,)), (["npm", "--version"], None)],
    "python": [(["python3", "--version"], (3, 11)), (["python3", "-m", "venv", "-h"], None)],
}
# What is made in an example's folder, and never copied.
MADE = {"build", "node_modules", ".venv", "__pycache__"}
# How the package managers say that their registry does not answer.
NO_REGISTRY = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|dial tcp|no such host|i/o timeout"
    r"|Failed to establish a new connection|name resolution|Read timed out|Unknown host"
    r"|Connection refused|Connect timed out|Network is unreachable|Could not transfer artifact"
    r"|Failed to read artifact descriptor|\(from versions: none\)")
SET_UP_SECONDS = 480
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Missing(Exception):
    """Why this language cannot be tried here."""


def check(language):
    check_commands(NEEDS[language])


def check_commands(needs):
    """Raises Missing unless each command is there, and new enough."""
    for command, least in needs:
        if shutil.which(command[0]) is None:
            raise Missing(f"{command[0]} is not installed")
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            raise Missing(f"{shlex.join(command)} does not work: {run.stderr.strip()}")
        found = re.search(r"\d+(\.\d+)*", run.stdout + run.stderr)
        if least and tuple(map(int, found.group().split("."))) < least:
            raise Missing(f"{command[0]} is {found.group()}, want "
                          f"{'.'.join(map(str, least))} or newer")


def build_go(folder, binary):
    """Builds the Go program in `folder`. Missing if its packages cannot be had."""
    run = subprocess.run(["go", "build", "-o", binary, "."], cwd=folder, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
                         timeout=SET_UP_SECONDS)
    if run.returncode == 0:
        return
    if NO_REGISTRY.search(run.stdout):
        raise Missing(f"its packages cannot be had:\n{run.stdout}")
    print(run.stdout)
    raise subprocess.CalledProcessError(run.returncode, run.args)


class Example:
    """The example of one language, in a copy of its own that is kept for the next time."""

    def __init__(self, language, source, build, directory):
        self._tree = os.path.join(directory, language)
        self.folder = os.path.join(self._tree, "clients", language)
        self._copy(source, build, language)
        with open(os.path.join(self.folder, "README.md"), encoding="utf-8") as readme:
            set_up, use = BLOCK.findall(readme.read())[:2]
        self._set_up(set_up)
        # The README's first two lines of use are the two programs.
        self.follow, self.plan = [shlex.split(line, comments=True)
                                  for line in use.splitlines()[:2]]

    def _copy(self, source, build, language):
        """The copy stands to the contract and to the build as the original does."""
        original = os.path.join(source, "clients", language)
        digest = hashlib.sha256()
        for top, copied in ((os.path.join(source, "proto"), None), (original, self.folder)):
            for directory, folders, names in os.walk(top):
                folders[:] = sorted(set(folders) - MADE)
                to = copied and os.path.join(copied, os.path.relpath(directory, top))
                if to:
                    os.makedirs(to, exist_ok=True)
                for name in sorted(names):
                    path = os.path.join(directory, name)
                    with open(path, "rb") as file:
                        digest.update(path.encode() + file.read())
                    if to:
                        shutil.copy2(path, to)
        self._digest = digest.hexdigest()
        release = os.path.join(self._tree, "build", "release")
        os.makedirs(release, exist_ok=True)
        for link, target in ((os.path.join(self._tree, "proto"), os.path.join(source, "proto")),
                             (os.path.join(release, "proto"), os.path.join(build, "proto"))):
            if not os.path.islink(link):
                os.symlink(target, link)

    def _set_up(self, commands):
        """Does what the README says, unless it was done for these very files."""
        stamp = os.path.join(self._tree, "ready")
        if os.path.exists(stamp):
            with open(stamp, encoding="utf-8") as file:
                if file.read() == self._digest:
                    return
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=self.folder,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             stdin=subprocess.DEVNULL, timeout=SET_UP_SECONDS)
        if run.returncode != 0:
            if NO_REGISTRY.search(run.stdout):
                raise Missing(f"its packages cannot be had:\n{run.stdout}")
            raise Failure(f"the README's commands failed:\n{commands}\n{run.stdout}")
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(self._digest)
