"""What each official client has to bring about with a real server."""

import datetime

from ledger import (ATTEMPTS_MAX, check_again, check_confirmed, check_once, confirmed, describe,
                    events_of, last_refusal)
from processes import Failure, Program, running

# Long enough for the slowest client to notice a server's end and come back: their pauses grow.
SECONDS = 90
REFUSED = "trellis.v1.ObservationLogged"
SIGNED = "trellis.v1.Signed"


class Conformance:
    def __init__(self, example, server, ledger):
        self._example = example
        self._server = server
        self._ledger = ledger

    # In this order: each goes on with the ledger of the one before.
    def steps(self):
        return [self.calls_services, self.receives_and_goes_on, self.survives_restart,
                self.confirms_across_restart, self.gives_up_to_dead_letters,
                self.confirms_once, self.replays, self.filters_json]

    def _follow(self, subscription, *flags):
        # Go's flags take two hyphens as well as one.
        command = [*self._example.follow, "--subscription", subscription, *flags]
        return running(Program(f"follow --subscription {subscription}", command,
                               {"PUBSUB_EMULATOR_HOST": self._server.address,
                                "LC_ALL": "C.UTF-8"},
                               self._example.folder))

    def calls_services(self):
        """`plan` reads the example's plan and its trail through SupportPlanService."""
        wanted = self._ledger.play()
        command = [*self._example.plan, "--server", self._server.address]
        with running(Program("plan", command, directory=self._example.folder)) as program:
            program.await_lines(lambda lines: len(lines) > len(wanted), SECONDS,
                                f"{len(wanted)} entries of the trail")
            head = f"{self._ledger.plans[0]} revision {self._ledger.revision(wanted[0].subject)} "
            if not program.lines[0].startswith(head):
                raise Failure(f"plan printed {program.lines[0]!r}, want {head!r}")
            positions = [line.split()[0] for line in program.lines[1:]]
            if positions != [str(event.position) for event in wanted]:
                raise Failure(f"plan printed the entries {positions}, want {describe(wanted)}")

    def receives_and_goes_on(self):
        """What was played before and what is played meanwhile; another run goes on after it."""
        with self._follow("demo") as program:
            await_events(program, self._ledger.events)
            self._ledger.play()
            await_events(program, self._ledger.events)
            program.interrupt()
            check_once(events_of(program.lines), self._ledger.events)
        with self._follow("demo") as program:
            played = self._ledger.play()
            await_events(program, played)
            program.interrupt()
            check_once(events_of(program.lines), played)

    def survives_restart(self):
        """The server is killed while the client runs: nothing is lost, the order is kept."""
        with self._follow("demo") as program:
            wanted = self._ledger.play()
            program.await_lines(lambda lines: len(events_of(lines)) >= 5, SECONDS, "5 events")
            self._server.kill()
            self._server.start()
            wanted = wanted + self._ledger.play()
            await_events(program, wanted)
            program.interrupt()
            check_again(program.lines, wanted)

    def confirms_across_restart(self):
        """As before with confirmed acknowledgements: what was confirmed never comes again."""
        with self._follow("steady", "--exactly-once") as program:
            program.await_lines(lambda lines: count(lines, "acknowledged ") >= 10, SECONDS,
                                "10 confirmed acknowledgements")
            self._server.kill()
            # An acknowledgement on its way may count without anybody ever learning of it.
            in_doubt = {event.position for event in events_of(program.lines)}
            self._server.start()
            self._ledger.play()
            wanted = {event.position for event in self._ledger.events}
            program.await_lines(
                lambda lines: wanted <= in_doubt | set(map(confirmed, lines)),
                SECONDS, f"{len(wanted)} confirmed acknowledgements")
            program.interrupt()
            check_confirmed(program.lines, self._ledger.events)

    def gives_up_to_dead_letters(self):
        """Refused events come five times and then to the dead letters; the plan goes on."""
        refused = [event for event in self._ledger.events if event.type == REFUSED]
        with self._follow("strict", "--dead-letter", "failed", "--refuse", REFUSED) as program:
            program.await_lines(
                lambda lines: all(count(lines, last_refusal(event)) for event in refused),
                SECONDS, f"{ATTEMPTS_MAX} refusals of each of {len(refused)} events")
            for plan in self._ledger.plans:
                self._ledger.comment(plan)
            await_events(program, self._ledger.events)
            program.interrupt()
        check_again(program.lines, self._ledger.events)
        check_refusals(program.lines, refused)
        with self._follow("given-up", "--topic", "failed") as program:
            program.await_lines(lambda lines: len(events_of(lines)) >= len(refused), SECONDS,
                                f"{len(refused)} dead letters")
            program.interrupt()
        letters = events_of(program.lines)
        # They have numbers of their own in their topic, from 1.
        if sorted(letter.position for letter in letters) != list(range(1, len(refused) + 1)):
            raise Failure(f"dead letters are {describe(letters)}, want numbers from 1")
        # Several refusals of one plan may reach the server in any order.
        check_once(sorted(letter._replace(position=0) for letter in letters),
                   sorted(event._replace(position=0) for event in refused))

    def confirms_once(self):
        """With refusals: what was delivered in vain is not confirmed, however often it came."""
        plan = self._ledger.plans[0]
        wanted = [event for event in self._ledger.events if event.subject == plan]
        kept = {event.position for event in wanted if event.type != REFUSED}
        with self._follow("once", "--exactly-once", "--dead-letter", "failed-once", "--refuse",
                          REFUSED, "--filter", f'attributes.ce-subject = "{plan}"') as program:
            program.await_lines(lambda lines: kept <= set(map(confirmed, lines)), SECONDS,
                                f"{len(kept)} confirmed acknowledgements")
            program.interrupt()
        check_confirmed(program.lines, wanted)
        got = [position for position in map(confirmed, program.lines) if position is not None]
        if sorted(got) != sorted(kept):
            raise Failure(f"confirmed {sorted(got)}, want {sorted(kept)}")

    def replays(self):
        """Seeking back a day, everything comes again in order."""
        yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        since = yesterday.replace(microsecond=0).isoformat().replace("+00:00", "Z")
        with self._follow("demo", "--since", since) as program:
            await_events(program, self._ledger.events)
            program.interrupt()
            check_once(events_of(program.lines), self._ledger.events)

    def filters_json(self):
        """A filter on the type, and events as JSON: the signatures, and nothing else."""
        flags = ("--json", "--filter", f'attributes.ce-type = "{SIGNED}"')
        with self._follow("signatures", *flags) as program:
            wanted = [event for event in self._ledger.events if event.type == SIGNED]
            await_events(program, wanted)
            wanted += [event for event in self._ledger.play() if event.type == SIGNED]
            await_events(program, wanted)
            program.interrupt()
            check_once(events_of(program.lines), wanted)


def count(lines, start):
    return sum(line.startswith(start) for line in lines)


def await_events(program, wanted):
    """Waits until each has come at least once."""
    positions = {event.position for event in wanted}
    program.await_lines(
        lambda lines: positions <= {event.position for event in events_of(lines)},
        SECONDS, f"{len(positions)} events")


def check_refusals(lines, refused):
    """Each was attempt 1, 2, 3 and so on. The same attempt may come several times: what a client
    has already when an earlier event of the plan is refused comes again with that one, and having
    been refused then does not count.
    """
    for event in refused:
        start = f"refused {event.position}, attempt "
        got = [int(line[len(start):]) for line in lines if line.startswith(start)]
        if got != sorted(got) or set(got) != set(range(1, ATTEMPTS_MAX + 1)):
            raise Failure(f"{event.position} came as attempts {got}, want 1 to {ATTEMPTS_MAX}")
