// Follows the events of a ledger until Ctrl-C: one line for each, then its acknowledgement.
//
// A line holds the event's position in the ledger, its sequence in its plan, its type, the plan,
// when it happened, and who did it. `node follow.js --help` names the flags.
import { parseArgs } from 'node:util';

import { AckError, PubSub } from '@google-cloud/pubsub';

import { decodeEvent } from './contract.js';

// After so many attempts an event that is refused goes to the dead-letter topic.
const ATTEMPTS_MAX = 5;

// The code of gRPC that says the subscription is there already.
const ALREADY_EXISTS = 6;

const HELP = `Follows the events of a ledger until Ctrl-C.

  --ledger NAME         the ledger's name: trellis
  --subscription NAME   goes on where it stopped; made if it is not there: example-node
  --topic TOPIC         events, or a dead-letter topic
  --filter EXPRESSION   as 'attributes.ce-type = "..."'; default: support plans
  --json                events as JSON, not protobuf
  --exactly-once        wait until each acknowledgement is confirmed, and say so
  --since TIME          deliver again what was recorded from then on
  --refuse TYPE         send events of this type back
  --dead-letter TOPIC   where an event goes that was refused ${ATTEMPTS_MAX} times`;

const { values: options } = parseArgs({
  options: {
    ledger: { type: 'string', default: 'trellis' },
    subscription: { type: 'string', default: 'example-node' },
    topic: { type: 'string', default: 'events' },
    filter: { type: 'string', default: 'hasPrefix(attributes.ce-subject, "supportPlans/")' },
    json: { type: 'boolean', default: false },
    'exactly-once': { type: 'boolean', default: false },
    since: { type: 'string' },
    refuse: { type: 'string' },
    'dead-letter': { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

// What is asked for when the subscription is made; later runs leave it as it is.
function wanted() {
  const subscription = {
    enableMessageOrdering: true,
    enableExactlyOnceDelivery: options['exactly-once'],
    filter: options.filter,
    labels: options.json ? { format: 'json' } : {},
  };
  if (options['dead-letter']) {
    subscription.deadLetterPolicy = {
      deadLetterTopic: `projects/${options.ledger}/topics/${options['dead-letter']}`,
      maxDeliveryAttempts: ATTEMPTS_MAX,
    };
    subscription.retryPolicy = {
      minimumBackoff: { nanos: 100_000_000 },
      maximumBackoff: { seconds: 10 },
    };
  }
  return subscription;
}

function line(message) {
  const of = message.attributes;
  const isJson = of['content-type'] === 'application/json';
  const event = isJson ? JSON.parse(message.data) : decodeEvent(message.data);
  return [message.id, of.sequence, of['ce-type'], of['ce-subject'], of['ce-time'],
    event.actorName].join('  ');
}

async function receive(message) {
  console.log(line(message));
  if (message.attributes['ce-type'] === options.refuse) {
    console.log(`refused ${message.id}, attempt ${message.deliveryAttempt}`);
    message.nack();
  } else if (options['exactly-once']) {
    try {
      await message.ackWithResponse();
      console.log(`acknowledged ${message.id}`);
    } catch (error) {
      if (!(error instanceof AckError)) throw error;
      console.log(`not acknowledged ${message.id}: ${error.errorCode}`); // It may come again.
    }
  } else {
    message.ack();
  }
}

async function main() {
  // The official client calls Google's own service unless this says where else to call, and looks
  // for Google's credentials on the network unless told that there are none.
  process.env.PUBSUB_EMULATOR_HOST ??= '127.0.0.1:7443';
  process.env.METADATA_SERVER_DETECTION ??= 'none';
  const pubsub = new PubSub({ projectId: options.ledger });

  let since = options.since;
  try {
    await pubsub.createSubscription(options.topic, options.subscription, wanted());
    // A new subscription gets what comes from now on, unless it is set back: to before everything.
    since ??= '1970-01-01T00:00:00Z';
  } catch (error) {
    if (error.code !== ALREADY_EXISTS) throw error;
  }
  const subscription = pubsub.subscription(options.subscription);
  if (since) await subscription.seek(new Date(since));

  const end = async (error) => {
    if (error) {
      console.error(`follow.js: ${error.message}`);
      process.exitCode = 1;
    }
    await subscription.close(); // Sends the acknowledgements that still wait.
    await pubsub.close();
  };
  process.once('SIGINT', () => end());
  subscription.on('message', (message) => receive(message).catch(end));
  subscription.on('error', end);
  console.log(`following projects/${options.ledger}/subscriptions/${options.subscription}`);
}

if (options.help) {
  console.log(HELP);
} else {
  main().catch((error) => {
    console.error(`follow.js: ${error.message}`);
    process.exitCode = 1;
  });
}
