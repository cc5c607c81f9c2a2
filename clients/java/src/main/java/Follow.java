import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.AlreadyExistsException;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.cloud.pubsub.v1.AckReplyConsumerWithResponse;
import com.google.cloud.pubsub.v1.AckResponse;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.cloud.pubsub.v1.SubscriptionAdminClient;
import com.google.cloud.pubsub.v1.SubscriptionAdminSettings;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.SeekRequest;
import com.google.pubsub.v1.Subscription;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import trellis.v1.Events.SupportPlanEvent;

/**
 * Follows the events of a ledger until Ctrl-C: one line for each, then its acknowledgement.
 *
 * <p>A line holds the event's position in the ledger, its sequence in its plan, its type, the plan,
 * when it happened, and who did it. --help names the flags.
 */
public final class Follow {
  /** After so many attempts an event that is refused goes to the dead-letter topic. */
  private static final int ATTEMPTS_MAX = 5;
  private static final String PLANS = "hasPrefix(attributes.ce-subject, \"supportPlans/\")";

  private static final String HELP =
      """
      Follows the events of a ledger until Ctrl-C.

        --ledger NAME         the ledger's name: trellis
        --subscription NAME   goes on where it stopped; made if it is not there: example-java
        --topic TOPIC         events, or a dead-letter topic
        --filter EXPRESSION   as 'attributes.ce-type = "..."'; default: support plans
        --json                events as JSON, not protobuf
        --exactly-once        wait until each acknowledgement is confirmed, and say so
        --since TIME          deliver again what was recorded from then on
        --refuse TYPE         send events of this type back
        --dead-letter TOPIC   where an event goes that was refused %d times
      """;

  /** By the flags' names; those without a value have an empty one. */
  private final Map<String, String> options;

  private final String name;

  private Follow(Map<String, String> options) {
    this.options = options;
    name = path("subscriptions", options.getOrDefault("subscription", "example-java"));
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      String flag = arguments[i].replaceFirst("^--", "");
      boolean alone = flag.equals("json") || flag.equals("exactly-once") || flag.equals("help");
      options.put(flag, alone || i + 1 == arguments.length ? "" : arguments[++i]);
    }
    if (options.containsKey("help")) {
      System.out.printf(HELP, ATTEMPTS_MAX);
      return;
    }
    // The official client calls Google's own service unless it is given a channel. This is where
    // the clients of other languages look for one.
    String server = System.getenv().getOrDefault("PUBSUB_EMULATOR_HOST", "127.0.0.1:7443");
    ManagedChannel channel =
        Grpc.newChannelBuilder(server, InsecureChannelCredentials.create()).build();
    try {
      new Follow(options)
          .run(FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)));
    } catch (Exception error) {
      System.err.println("Follow: " + error.getMessage());
      System.exit(1);
    } finally {
      channel.shutdownNow();
    }
  }

  private void run(TransportChannelProvider server) throws Exception {
    SubscriptionAdminSettings settings =
        SubscriptionAdminSettings.newBuilder()
            .setTransportChannelProvider(server)
            .setCredentialsProvider(NoCredentialsProvider.create())
            .build();
    try (SubscriptionAdminClient admin = SubscriptionAdminClient.create(settings)) {
      try {
        admin.createSubscription(wanted());
        // A new subscription gets what comes from now on, unless it is set back: to before
        // everything.
        options.putIfAbsent("since", "1970-01-01T00:00:00Z");
      } catch (AlreadyExistsException found) {
        // It goes on where it stopped.
      }
      if (options.containsKey("since")) {
        admin.seek(
            SeekRequest.newBuilder()
                .setSubscription(name)
                .setTime(Timestamps.parse(options.get("since")))
                .build());
      }
    }
    Subscriber subscriber =
        Subscriber.newBuilder(name, this::receive)
            .setChannelProvider(server)
            .setCredentialsProvider(NoCredentialsProvider.create())
            .build();
    // Ctrl-C: stopping sends the acknowledgements that still wait.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> subscriber.stopAsync().awaitTerminated()));
    subscriber.startAsync().awaitRunning();
    System.out.println("following " + name);
    subscriber.awaitTerminated();
  }

  /** What is asked for when the subscription is made; later runs leave it as it is. */
  private Subscription wanted() {
    Subscription.Builder wanted =
        Subscription.newBuilder()
            .setName(name)
            .setTopic(path("topics", options.getOrDefault("topic", "events")))
            .setEnableMessageOrdering(true)
            .setEnableExactlyOnceDelivery(options.containsKey("exactly-once"))
            .setFilter(options.getOrDefault("filter", PLANS));
    if (options.containsKey("json")) {
      wanted.putLabels("format", "json");
    }
    if (options.containsKey("dead-letter")) {
      wanted
          .setDeadLetterPolicy(
              DeadLetterPolicy.newBuilder()
                  .setDeadLetterTopic(path("topics", options.get("dead-letter")))
                  .setMaxDeliveryAttempts(ATTEMPTS_MAX))
          .setRetryPolicy(
              RetryPolicy.newBuilder()
                  .setMinimumBackoff(Durations.fromMillis(100))
                  .setMaximumBackoff(Durations.fromSeconds(10)));
    }
    return wanted.build();
  }

  private String path(String kind, String id) {
    return "projects/%s/%s/%s".formatted(options.getOrDefault("ledger", "trellis"), kind, id);
  }

  private void receive(PubsubMessage message, AckReplyConsumerWithResponse reply) {
    Map<String, String> of = message.getAttributesMap();
    System.out.println(
        String.join("  ", message.getMessageId(), of.get("sequence"), of.get("ce-type"),
            of.get("ce-subject"), of.get("ce-time"), actorName(message)));
    if (of.get("ce-type").equals(options.get("refuse"))) {
      System.out.printf("refused %s, attempt %d%n", message.getMessageId(),
          Subscriber.getDeliveryAttempt(message));
      reply.nack();
    } else if (options.containsKey("exactly-once")) {
      try {
        AckResponse response = reply.ack().get();
        if (response == AckResponse.SUCCESSFUL) {
          System.out.println("acknowledged " + message.getMessageId());
        } else { // It may come again.
          System.out.println("not acknowledged " + message.getMessageId() + ": " + response);
        }
      } catch (InterruptedException | ExecutionException error) {
        throw new IllegalStateException(error);
      }
    } else {
      reply.ack();
    }
  }

  /** The name of who did it, as the event has it. */
  private String actorName(PubsubMessage message) {
    try {
      if ("application/json".equals(message.getAttributesMap().get("content-type"))) {
        Struct.Builder event = Struct.newBuilder();
        JsonFormat.parser().merge(message.getData().toStringUtf8(), event);
        return event.getFieldsOrThrow("actorName").getStringValue();
      }
      return SupportPlanEvent.parseFrom(message.getData()).getActorName();
    } catch (InvalidProtocolBufferException error) {
      throw new IllegalStateException(error);
    }
  }
}
