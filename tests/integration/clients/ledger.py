"""What stands in the ledger, and what of it a subscriber is to see."""

import collections
import json
import os
import re
import subprocess

from processes import Failure, told

COMMAND_SECONDS = 60
# After so many refusals an event is a dead letter.
ATTEMPTS_MAX = 5
EXAMPLE_PLAN = "0d7e2b64-31c5-4f9a-8a52-7d0000000001"
EXAMPLE_ECT = ("--as", "people/3c0c5a34-5a51-4f0e-9a37-6b1f0a1d7e01",
               "--as-name", "Sam Okafor", "--capacity", "ect")
EXAMPLE_REQUESTS = "5e000000-0000-4000-8000-"

# An event, as `follow` prints it.
Event = collections.namedtuple("Event", "position sequence type subject time actor")


def parse(line):
    """The event of a line that `follow` printed; None if it is another line."""
    words = line.split(maxsplit=len(Event._fields) - 1)
    if not words or not words[0].isdigit():
        return None
    if len(words) != len(Event._fields):
        raise Failure(f"follow printed {line!r}, want {len(Event._fields)} parts")
    return Event(int(words[0]), int(words[1]), *words[2:])


def events_of(lines):
    return [event for event in map(parse, lines) if event]


class Ledger:
    """Plays copies of the example's plan, and knows their events from the audit trail."""

    def __init__(self, trellis, server, example, directory):
        self._trellis = trellis
        self._server = server
        with open(example, encoding="utf-8") as file:
            self._example = file.read()
        self._directory = directory
        self.plans = []
        self.events = []

    def play(self):
        """Plays one more plan; the first is the example itself. Its events."""
        number = len(self.plans) + 1
        plan = f"{EXAMPLE_PLAN[:-2]}{number:02}"
        requests = re.sub(r"8000-$", f"8{number - 1:03}-", EXAMPLE_REQUESTS)
        path = os.path.join(self._directory, f"plan{number}.txtpb")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._example.replace(EXAMPLE_PLAN, plan)
                       .replace(EXAMPLE_REQUESTS, requests))
        self._run("play", path)
        self.plans.append(f"supportPlans/{plan}")
        return self._learn(self.plans[-1])

    def comment(self, plan):
        """Adds one event to a plan."""
        self._run("plan", "add-comment", plan, "--words", "One more.", *EXAMPLE_ECT)
        return self._learn(plan)

    def _learn(self, plan):
        """The plan's events that were not known yet."""
        trail = json.loads(self._run("plan", "trail", plan, "--output", "json"))
        known = sum(event.subject == plan for event in self.events)
        added = [Event(int(entry["position"]), int(entry["revision"]), entry["eventType"],
                       plan, f"{entry['occurredOn']}T00:00:00Z",
                       entry["supportPlanEvent"]["actorName"])
                 for entry in trail["entries"][known:]]
        self.events += added
        return added

    def revision(self, plan):
        return json.loads(self._run("plan", "get", plan, "--output", "json"))["revision"]

    def _run(self, *arguments):
        run = subprocess.run([self._trellis, "--server", self._server.address, *arguments],
                             capture_output=True, text=True, timeout=COMMAND_SECONDS)
        if run.returncode != 0:
            raise Failure(f"trellis {' '.join(arguments)} failed: {run.stderr}")
        return run.stdout


def check_once(seen, wanted):
    """Each event came once and as it stands in the ledger, those of a plan in their order."""
    for plan in {event.subject for event in [*seen, *wanted]}:
        got = [event for event in seen if event.subject == plan]
        want = [event for event in wanted if event.subject == plan]
        if got != want:
            raise Failure(f"{plan}: got {describe(got)}, want {describe(want)}")


def check_again(lines, wanted):
    """As check_once, but what was not acknowledged may come again.

    Events of a plan come one after the other. A step back repeats what was not acknowledged, and
    goes on from there. It leaves out what has become a dead letter: refusals of a plan may reach
    the server in any order, so that a later event is given up while an earlier one comes again.
    """
    last = {}
    seen = set()
    given_up = set()
    for number, line in enumerate(lines):
        event = parse(line)
        if not event:
            given_up |= {(e.subject, e.sequence) for e in seen if line == last_refusal(e)}
            continue
        seen.add(event)
        before = last.get(event.subject, 0)
        left_out = {(event.subject, sequence) for sequence in range(before + 1, event.sequence)}
        if not left_out <= given_up:
            raise Failure(f"{event.subject}: {event.sequence} came after {before}"
                          f"{told(lines[:number + 1])}")
        last[event.subject] = event.sequence
    check_all(seen, wanted)


def check_confirmed(lines, wanted):
    """With confirmed acknowledgements: what was confirmed did not come again, and in its plan it
    was delivered in order. A delivery that was not confirmed does not count.
    """
    delivered = {}
    counted = {}
    for number, line in enumerate(lines):
        event = parse(line)
        if event:
            if event in counted:
                raise Failure(f"{event.subject}: {event.sequence} came again, acknowledged before"
                              f"{told(lines[:number + 1])}")
            delivered[event] = number
        elif line.startswith("acknowledged "):
            event = next(e for e in delivered if e.position == confirmed(line))
            counted[event] = delivered[event]
    for plan in {event.subject for event in counted}:
        order = sorted((event for event in counted if event.subject == plan), key=counted.get)
        if order != sorted(order):
            raise Failure(f"{plan} came as {describe(order)}")
    check_all(set(delivered), wanted)


def check_all(seen, wanted):
    lost, strange = set(wanted) - seen, seen - set(wanted)
    if lost or strange:
        raise Failure(f"lost {describe(lost)}, strange {describe(strange)}")


def last_refusal(event):
    """The line by which `follow` says that it has refused an event for the last time."""
    return f"refused {event.position}, attempt {ATTEMPTS_MAX}"


def confirmed(line):
    """The position that a line says is acknowledged; None if it is another line."""
    return int(line.split()[1]) if line.startswith("acknowledged ") else None


def describe(events):
    return [f"{event.position}: {event.sequence} {event.type}" for event in events]
