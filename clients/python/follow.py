#!/usr/bin/env python3
"""Follows the events of a ledger until Ctrl-C: one line for each, then its acknowledgement.

A line holds the event's position in the ledger, its sequence in its plan, its type, the plan, when
it happened, and who did it.
"""

import argparse
import datetime
import json
import os
import sys

from google.api_core.exceptions import AlreadyExists, GoogleAPICallError
from google.cloud import pubsub_v1
from google.cloud.pubsub_v1.subscriber.exceptions import AcknowledgeError

# Where ./generate puts the contract.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "build"))

from trellis.v1 import events_pb2  # noqa: E402

# After so many attempts an event that is refused goes to the dead-letter topic.
ATTEMPTS_MAX = 5

# Before everything: when a ledger's first event was recorded need not be known.
BEGINNING = datetime.datetime.fromtimestamp(0, datetime.timezone.utc)


def parse_options():
    parser = argparse.ArgumentParser(description="Follows the events of a ledger until Ctrl-C.")
    parser.add_argument("--ledger", default="trellis", help="the ledger's name: trellis")
    parser.add_argument("--subscription", default="example-python", metavar="NAME",
                        help="goes on where it stopped; made if it is not there")
    parser.add_argument("--topic", default="events", help="events, or a dead-letter topic")
    parser.add_argument("--filter", default='hasPrefix(attributes.ce-subject, "supportPlans/")',
                        help="""as 'attributes.ce-type = "..."'; default: support plans""")
    parser.add_argument("--json", action="store_true", help="events as JSON, not protobuf")
    parser.add_argument("--exactly-once", action="store_true",
                        help="wait until each acknowledgement is confirmed, and say so")
    parser.add_argument("--since", type=datetime.datetime.fromisoformat, metavar="TIME",
                        help="deliver again what was recorded from then on")
    parser.add_argument("--refuse", metavar="TYPE", help="send events of this type back")
    parser.add_argument("--dead-letter", metavar="TOPIC",
                        help=f"where an event goes that was refused {ATTEMPTS_MAX} times")
    return parser.parse_args()


def subscription(options, name):
    """What is asked for when the subscription is made; later runs leave it as it is."""
    wanted = {
        "name": name,
        "topic": f"projects/{options.ledger}/topics/{options.topic}",
        "enable_message_ordering": True,
        "enable_exactly_once_delivery": options.exactly_once,
        "filter": options.filter,
        "labels": {"format": "json"} if options.json else {},
    }
    if options.dead_letter:
        wanted["dead_letter_policy"] = {
            "dead_letter_topic": f"projects/{options.ledger}/topics/{options.dead_letter}",
            "max_delivery_attempts": ATTEMPTS_MAX,
        }
        wanted["retry_policy"] = {
            "minimum_backoff": datetime.timedelta(milliseconds=100),
            "maximum_backoff": datetime.timedelta(seconds=10),
        }
    return wanted


def say(text):
    """Prints a line in one go: events of several plans come on several threads."""
    print(f"{text}\n", end="", flush=True)


def line(message):
    if message.attributes["content-type"] == "application/json":
        actor_name = json.loads(message.data)["actorName"]
    else:
        actor_name = events_pb2.SupportPlanEvent.FromString(message.data).actor_name
    of = message.attributes
    return (f"{message.message_id}  {of['sequence']}  {of['ce-type']}  {of['ce-subject']}  "
            f"{of['ce-time']}  {actor_name}")


def main():
    options = parse_options()
    # The official client calls Google's own service unless this says where else to call.
    os.environ.setdefault("PUBSUB_EMULATOR_HOST", "127.0.0.1:7443")

    def receive(message):
        say(line(message))
        if message.attributes["ce-type"] == options.refuse:
            say(f"refused {message.message_id}, attempt {message.delivery_attempt}")
            message.nack()
        elif options.exactly_once:
            try:
                message.ack_with_response().result()
                say(f"acknowledged {message.message_id}")
            except AcknowledgeError as error:  # It may come again.
                say(f"not acknowledged {message.message_id}: {error}")
        else:
            message.ack()

    with pubsub_v1.SubscriberClient() as subscriber:
        name = subscriber.subscription_path(options.ledger, options.subscription)
        since = options.since
        try:
            subscriber.create_subscription(request=subscription(options, name))
            # A new subscription gets what comes from now on, unless it is set back.
            since = since or BEGINNING
        except AlreadyExists:
            pass
        if since:
            subscriber.seek(request={"subscription": name, "time": since})
        following = subscriber.subscribe(name, callback=receive,
                                         await_callbacks_on_shutdown=True)
        say(f"following {name}")
        try:
            following.result()
        except KeyboardInterrupt:
            following.cancel()
            following.result()  # Sends the acknowledgements that still wait.


if __name__ == "__main__":
    try:
        main()
    except GoogleAPICallError as error:
        sys.exit(f"follow.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)  # While it was still looking for the server.
