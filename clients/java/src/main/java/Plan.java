import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import trellis.v1.AuditServiceGrpc;
import trellis.v1.AuditServiceOuterClass.ListTrailRequest;
import trellis.v1.AuditServiceOuterClass.ListTrailResponse;
import trellis.v1.SupportPlanOuterClass.SupportPlan;
import trellis.v1.SupportPlanServiceGrpc;
import trellis.v1.SupportPlanServiceOuterClass.GetSupportPlanRequest;

/**
 * Reads one support plan and its audit trail, with a client made from the contract.
 *
 * <p>Plan [--server HOST:PORT] [NAME]
 */
public final class Plan {
  private static final long SECONDS = 30;

  public static void main(String[] arguments) {
    String server = "127.0.0.1:7443";
    String name = "supportPlans/0d7e2b64-31c5-4f9a-8a52-7d0000000001";
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--server") && i + 1 < arguments.length) {
        server = arguments[++i];
      } else {
        name = arguments[i];
      }
    }
    ManagedChannel channel =
        Grpc.newChannelBuilder(server, InsecureChannelCredentials.create()).build();
    try {
      show(channel, name);
    } catch (StatusRuntimeException error) {
      // The details of the status hold the reason: see docs/clients.md.
      System.err.println("Plan: " + error.getMessage());
      System.exit(1);
    } finally {
      channel.shutdownNow();
    }
  }

  private static void show(ManagedChannel channel, String name) {
    SupportPlan plan =
        SupportPlanServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .getSupportPlan(GetSupportPlanRequest.newBuilder().setName(name).build());
    System.out.printf(
        "%s revision %d %s: %s, %s%n", plan.getName(), plan.getRevision(), plan.getState(),
        plan.getEct().getName(), plan.getSchool().getName());

    String pageToken = "";
    do {
      ListTrailResponse page =
          AuditServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
              .listTrail(
                  ListTrailRequest.newBuilder().setParent(name).setPageToken(pageToken).build());
      page.getEntriesList()
          .forEach(entry -> System.out.println(entry.getPosition() + "  " + entry.getSentence()));
      pageToken = page.getNextPageToken();
    } while (!pageToken.isEmpty());
  }
}
