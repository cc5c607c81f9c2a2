package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	trellis "trellis-example/build/trellis/v1"
)

var (
	clients    = flag.Int("clients", 1, "writes that wait for their answer at one time")
	duration   = flag.Duration("duration", 4*time.Second, "how long stores are written to")
	categories = flag.Int("categories", 1, "of the streams, at Message DB")
)

// Each client has as many streams (at Trellis: plans), and writes to them in turn.
const streamsOfClient = 8

// One client's `count`-th write, which is answered when it is durable.
type write func(ctx context.Context, count int) error

// Makes the writes of all clients, each client's by itself.
type opener func(context.Context) ([]write, error)

var stores = map[string]opener{
	"trellis-write":   writeToTrellis,
	"messagedb-write": writeToMessageDB,
	"etcd-write":      writeToEtcd,
	"immudb-write":    writeToImmudb,
}

// The number of the stream that a client writes to.
func streamOf(client, count int) int {
	return client*streamsOfClient + count%streamsOfClient
}

// What is written: the words of tests/bench/sample.cc. A text that is in force already would change
// nothing, and Trellis would write nothing.
func statement(count int) string {
	return fmt.Sprintf("Use class rules and routines, sanctions and rewards in every lesson; "+
		"edition %d of %d", count, started)
}

var started = time.Now().Unix()

const reason = "The wording was discussed with the ECT and made more precise."

// The event that Trellis stores for such a command.
func eventOf(count int) []byte {
	event := &trellis.SupportPlanEvent{Kind: &trellis.SupportPlanEvent_TargetRevised{
		TargetRevised: &trellis.TargetRevised{
			TargetId:       "t1",
			Statement:      statement(count),
			SuccessMeasure: "An observation sees them in use from the first minute on",
			DueOn:          "2026-10-19",
			Reason:         reason,
		}}}
	data, err := proto.Marshal(event)
	if err != nil {
		panic(err)
	}
	return data
}

// The same number of bytes as JSON.
func jsonOf(count int) string {
	const head, tail = `{"statement":"`, `"}`
	text := strings.Repeat(statement(count)+". "+reason+" ", 2)
	return head + text[:len(eventOf(count))-len(head)-len(tail)] + tail
}

// Writes for as long as is wanted, each client one write after another, and says what the other
// measurements do, with the times of single writes and the size of an event behind:
//
//	events N seconds S p50 MICROSECONDS p99 MICROSECONDS bytes B
func measureStore(ctx context.Context, open opener) (string, error) {
	writes, err := open(ctx)
	if err != nil {
		return "", err
	}
	// Connections are made and statements prepared by writes that are not counted.
	if _, err = runClients(ctx, writes, 0, 0); err != nil {
		return "", err
	}
	start := time.Now()
	took, err := runClients(ctx, writes, 1, *duration)
	if err != nil {
		return "", err
	}
	seconds := time.Since(start).Seconds()
	slices.Sort(took)
	part := func(percent int) int64 {
		return took[min(len(took)-1, len(took)*percent/100)].Microseconds()
	}
	return fmt.Sprintf("events %d seconds %.6f p50 %d p99 %d bytes %d", len(took), seconds,
		part(50), part(99), len(eventOf(1000))), nil
}

// The times of all writes that began within `length`, and of one of each client at least; their
// counts begin with `first`.
func runClients(ctx context.Context, writes []write, first int, length time.Duration) (
	[]time.Duration, error) {
	took := make([][]time.Duration, len(writes))
	errs := make([]error, len(writes))
	var running sync.WaitGroup
	end := time.Now().Add(length)
	for client, write := range writes {
		running.Go(func() {
			for count := first; count == first || time.Now().Before(end); count++ {
				start := time.Now()
				if errs[client] = write(ctx, count); errs[client] != nil {
					return
				}
				took[client] = append(took[client], time.Since(start))
			}
		})
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(took...), nil
}
