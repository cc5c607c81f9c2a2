// Follows the events of a ledger until Ctrl-C: one line for each, then its acknowledgement.
//
// A line holds the event's position in the ledger, its sequence in its plan, its type, the plan,
// when it happened, and who did it. follow -help names the flags.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	trellis "trellis-example/build/trellis/v1"
)

// After so many attempts an event that is refused goes to the dead-letter topic.
const attemptsMax = 5

var (
	ledger           = flag.String("ledger", "trellis", "the ledger's name")
	subscriptionName = flag.String("subscription", "example-go",
		"goes on where it stopped; made if it is not there")
	topic       = flag.String("topic", "events", "events, or a dead-letter topic")
	filter      = flag.String("filter", `hasPrefix(attributes.ce-subject, "supportPlans/")`,
		`as 'attributes.ce-type = "..."'`)
	asJSON      = flag.Bool("json", false, "events as JSON, not protobuf")
	exactlyOnce = flag.Bool("exactly-once", false,
		"wait until each acknowledgement is confirmed, and say so")
	since      = flag.String("since", "", "deliver again what was recorded from this time on")
	refuse     = flag.String("refuse", "", "send events of this type back")
	deadLetter = flag.String("dead-letter", "",
		fmt.Sprintf("topic where an event goes that was refused %d times", attemptsMax))
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("follow: ")
	flag.Parse()
	// The official client calls Google's own service unless this says where else to call.
	if os.Getenv("PUBSUB_EMULATOR_HOST") == "" {
		os.Setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:7443")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := follow(ctx); err != nil {
		log.Fatal(err)
	}
}

func follow(ctx context.Context) error {
	client, err := pubsub.NewClient(ctx, *ledger)
	if err != nil {
		return err
	}
	defer client.Close()

	name := fmt.Sprintf("projects/%s/subscriptions/%s", *ledger, *subscriptionName)
	_, err = client.SubscriptionAdminClient.CreateSubscription(ctx, wanted(name))
	if err == nil && *since == "" {
		// A new subscription gets what comes from now on, unless it is set back: to before everything.
		*since = "1970-01-01T00:00:00Z"
	} else if err != nil && status.Code(err) != codes.AlreadyExists {
		return err
	}
	if *since != "" {
		from, err := time.Parse(time.RFC3339, *since)
		if err != nil {
			return err
		}
		_, err = client.SubscriptionAdminClient.Seek(ctx, &pubsubpb.SeekRequest{
			Subscription: name,
			Target:       &pubsubpb.SeekRequest_Time{Time: timestamppb.New(from)},
		})
		if err != nil {
			return err
		}
	}
	fmt.Println("following", name)
	// Returns when the context ends, after the acknowledgements that still wait were sent.
	return client.Subscriber(name).Receive(ctx, receive)
}

// What is asked for when the subscription is made; later runs leave it as it is.
func wanted(name string) *pubsubpb.Subscription {
	subscription := &pubsubpb.Subscription{
		Name:                      name,
		Topic:                     fmt.Sprintf("projects/%s/topics/%s", *ledger, *topic),
		EnableMessageOrdering:     true,
		EnableExactlyOnceDelivery: *exactlyOnce,
		Filter:                    *filter,
	}
	if *asJSON {
		subscription.Labels = map[string]string{"format": "json"}
	}
	if *deadLetter != "" {
		subscription.DeadLetterPolicy = &pubsubpb.DeadLetterPolicy{
			DeadLetterTopic:     fmt.Sprintf("projects/%s/topics/%s", *ledger, *deadLetter),
			MaxDeliveryAttempts: attemptsMax,
		}
		subscription.RetryPolicy = &pubsubpb.RetryPolicy{
			MinimumBackoff: durationpb.New(100 * time.Millisecond),
			MaximumBackoff: durationpb.New(10 * time.Second),
		}
	}
	return subscription
}

func receive(_ context.Context, message *pubsub.Message) {
	actorName, err := actorName(message)
	if err != nil {
		log.Fatal(err) // It stays unacknowledged, and holds back its plan.
	}
	of := message.Attributes
	fmt.Println(message.ID, "", of["sequence"], "", of["ce-type"], "", of["ce-subject"], "",
		of["ce-time"], "", actorName)
	switch {
	case of["ce-type"] == *refuse:
		attempt := 0
		if message.DeliveryAttempt != nil {
			attempt = *message.DeliveryAttempt
		}
		fmt.Printf("refused %s, attempt %d\n", message.ID, attempt)
		message.Nack()
	case *exactlyOnce:
		// The end of the program does not keep an acknowledgement that was sent from counting.
		result, err := message.AckWithResult().Get(context.Background())
		if result == pubsub.AcknowledgeStatusSuccess {
			fmt.Println("acknowledged", message.ID)
		} else { // It may come again.
			fmt.Printf("not acknowledged %s: %v\n", message.ID, err)
		}
	default:
		message.Ack()
	}
}

// The name of who did it, as the event has it.
func actorName(message *pubsub.Message) (string, error) {
	if message.Attributes["content-type"] == "application/json" {
		var event struct{ ActorName string }
		err := json.Unmarshal(message.Data, &event)
		return event.ActorName, err
	}
	event := &trellis.SupportPlanEvent{}
	err := proto.Unmarshal(message.Data, event)
	return event.ActorName, err
}
