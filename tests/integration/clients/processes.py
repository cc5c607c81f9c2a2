"""The processes of a run: trellisd, and a program that prints lines until it is stopped."""

import contextlib
import ctypes
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time

SERVING = re.compile(r"trellisd serves ledger \S+ on grpc \S+ and http")
START_SECONDS = 30
# An official client waits for what it has under way, and for its channel to close.
STOP_SECONDS = 30
KEPT_LINES = 40
PR_SET_PDEATHSIG = 1
# Below the ports that the system gives to callers, to whom port 0 belongs as well: a client that
# calls again and again while the server is away would at last get that very port, call itself, and
# keep the server from coming back.
PORTS = range(10_000, 30_000)


def told(lines):
    return "".join(f"\n    {line}" for line in lines[-KEPT_LINES:])


class Failure(Exception):
    """What was seen and what was wanted."""


def tie_to_parent():
    """In the new process: Ctrl-C works again, and it ends when its parent does, however that is."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """A running program. Its lines are read as they come, so that it never waits for us."""

    def __init__(self, name, command, environment=None, directory=None):
        self.name = name
        self.lines = []
        self._errors = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", preexec_fn=tie_to_parent)
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout, self.lines)),
            threading.Thread(target=self._read, args=(self._process.stderr, self._errors)),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, pipe, lines):
        for line in pipe:
            with self._changed:
                lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def await_lines(self, done, seconds, wanted):
        """Waits until done(lines) is true, and returns that; `wanted` says what is waited for."""
        end = time.monotonic() + seconds
        with self._changed:
            while True:
                result = done(self.lines)
                if result:
                    return result
                if not any(reader.is_alive() for reader in self._readers):
                    raise Failure(f"{self.name} ended with {self._process.wait()} before "
                                  f"{wanted}{self.told()}")
                if time.monotonic() >= end:
                    raise Failure(f"{self.name}: not in {seconds} s: {wanted}{self.told()}")
                # The end of a program is noticed by its pipes: a little later than by its lines.
                self._changed.wait(min(1, max(0, end - time.monotonic())))

    def told(self):
        """The last of what it printed, for a failure's text."""
        return f"{told(self.lines)}\n  its errors:{told(self._errors)}"

    def end(self, number, exit_codes):
        """Sends a signal, waits for the end, and checks how it ended."""
        self._process.send_signal(number)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.name} did not stop in {STOP_SECONDS} s{self.told()}") from None
        for reader in self._readers:
            reader.join()
        if code not in exit_codes:
            raise Failure(f"{self.name} ended with {code}, want {exit_codes}{self.told()}")

    def interrupt(self):
        """Ctrl-C. A Java machine that is interrupted ends with 130 in any case."""
        self.end(signal.SIGINT, (0, 128 + signal.SIGINT))

    def kill(self):
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()


def free_address():
    while True:
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", random.choice(PORTS)))
            return "{}:{}".format(*listener.getsockname())


class Server:
    """trellisd on a directory of its own; after a restart it has the port that it had before."""

    def __init__(self, binary, data, ledger):
        self._command = [binary, "--dev", "--data", data, "--ledger", ledger,
                         "--http", "127.0.0.1:0"]
        self.address = free_address()
        self.start()

    def start(self):
        self._program = Program("trellisd", [*self._command, "--listen", self.address])
        self._program.await_lines(
            lambda lines: any(map(SERVING.match, lines)), START_SECONDS, "the line about serving")

    def kill(self):
        self._program.kill()

    def stop(self):
        self._program.end(signal.SIGTERM, (0,))


@contextlib.contextmanager
def running(program):
    """Whatever happens, the program does not outlive the block."""
    try:
        yield program
    finally:
        program.kill()
