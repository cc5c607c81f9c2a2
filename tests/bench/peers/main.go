// Consumes, publishes and writes events for tests/bench: at Trellis, through Google's official
// client and without it, and at the brokers and stores that it is measured beside. One process, one
// measurement:
//
//	peers WHAT [flags]
//
// prints one line, `events N seconds S`: N events, all of them acknowledged (or confirmed) when the
// S seconds were over. Anything else that happens is an error, and the exit code is 1.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

var (
	address      = flag.String("address", "", "the server, HOST:PORT")
	subscription = flag.String("subscription", "", "projects/LEDGER/subscriptions/ID, at Trellis")
	events       = flag.Int("events", 0, "how many")
	bytes        = flag.Int("bytes", 0, "the size of an event that is published")
	outstanding  = flag.Int("outstanding", 1000,
		"events that wait for their acknowledgement (or confirmation) at most")
	attributes = flag.Bool("attributes", false,
		"publish with the attributes that an event of Trellis has, as headers")
	together    = flag.Int("together", 1, "events acknowledged by one message, at RabbitMQ")
	exactlyOnce = flag.Bool("exactly-once", false, "wait until acknowledgements are confirmed")
	patience    = flag.Duration("patience", 5*time.Minute, "give up after so long")
)

// Each returns when all events are acknowledged, and the time from its first call for events, or
// its first event published, to then.
var measurements = map[string]func(context.Context) (time.Duration, error){
	"trellis-consume":     consumeOfficially,
	"trellis-raw-consume": consumeRaw,
	"nats-publish":        publishToNats,
	"nats-consume":        consumeFromNats,
	"rabbit-publish":      publishToRabbit,
	"rabbit-consume":      consumeFromRabbit,
}

// An event's attributes, as Trellis delivers them (and relays them to JetStream).
var eventAttributes = map[string]string{
	"ce-dataschema":  "trellis:proto/trellis.v1.TargetRevised",
	"ce-id":          "01990000-0000-7000-8000-000000000001",
	"ce-source":      "//trellis/trellis",
	"ce-specversion": "1.0",
	"ce-subject":     "supportPlans/00000000-0000-4000-9000-000000000001",
	"ce-time":        "2026-09-21T14:13:20.000000Z",
	"ce-type":        "trellis.v1.TargetRevised",
	"content-type":   "application/protobuf",
	"partitionkey":   "supportPlans/00000000-0000-4000-9000-000000000001",
	"recordedtime":   "2026-09-21T14:13:20.000000Z",
	"sequence":       "12",
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("peers: ")
	if len(os.Args) < 2 || measurements[os.Args[1]] == nil && stores[os.Args[1]] == nil {
		names := slices.Concat(slices.Collect(maps.Keys(measurements)),
			slices.Collect(maps.Keys(stores)))
		slices.Sort(names)
		log.Fatal("want what to measure first: one of ", strings.Join(names, ", "))
	}
	flag.CommandLine.Parse(os.Args[2:])
	ctx, cancel := context.WithTimeout(context.Background(), *patience)
	defer cancel()
	line, err := measure(ctx, os.Args[1])
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		log.Fatal(os.Args[1], ": ", err)
	}
	fmt.Println(line)
}

func measure(ctx context.Context, what string) (string, error) {
	if open := stores[what]; open != nil {
		return measureStore(ctx, open)
	}
	took, err := measurements[what](ctx)
	return fmt.Sprintf("events %d seconds %.6f", *events, took.Seconds()), err
}
