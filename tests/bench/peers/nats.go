package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	natsStream  = "BENCH"
	natsSubject = "bench.events"
)

func jetStream(options ...jetstream.JetStreamOpt) (*nats.Conn, jetstream.JetStream, error) {
	connection, err := nats.Connect("nats://" + *address)
	if err != nil {
		return nil, nil, err
	}
	stream, err := jetstream.New(connection, options...)
	return connection, stream, err
}

// Makes the stream, in files, anew, and publishes; each event is confirmed.
func publishToNats(ctx context.Context) (time.Duration, error) {
	connection, client, err := jetStream(jetstream.WithPublishAsyncMaxPending(*outstanding))
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	if err := client.DeleteStream(ctx, natsStream); err != nil &&
		!errors.Is(err, jetstream.ErrStreamNotFound) {
		return 0, err
	}
	_, err = client.CreateStream(ctx, jetstream.StreamConfig{
		Name: natsStream, Subjects: []string{natsSubject}, Storage: jetstream.FileStorage})
	if err != nil {
		return 0, err
	}
	data := make([]byte, *bytes)
	header := nats.Header{}
	if *attributes {
		for name, value := range eventAttributes {
			header.Set(name, value)
		}
	}
	futures := make([]jetstream.PubAckFuture, 0, *events)
	start := time.Now()
	for range *events {
		message := &nats.Msg{Subject: natsSubject, Data: data, Header: header}
		future, err := client.PublishMsgAsync(message, jetstream.WithStallWait(10*time.Second))
		if err != nil {
			return 0, err
		}
		futures = append(futures, future)
	}
	select {
	case <-client.PublishAsyncComplete():
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	took := time.Since(start)
	for _, future := range futures {
		select {
		case <-future.Ok():
		default:
			return 0, fmt.Errorf("an event was not confirmed")
		}
	}
	return took, nil
}

// A durable pull consumer, new each time, which gets the stream from its beginning.
func consumeFromNats(ctx context.Context) (time.Duration, error) {
	connection, client, err := jetStream()
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	consumer, err := client.CreateConsumer(ctx, natsStream, jetstream.ConsumerConfig{
		Durable:       fmt.Sprintf("bench-%d", time.Now().UnixNano()),
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       time.Minute,
		MaxAckPending: *outstanding,
	})
	if err != nil {
		return 0, err
	}
	start := time.Now()
	messages, err := consumer.Messages(jetstream.PullMaxMessages(*outstanding))
	if err != nil {
		return 0, err
	}
	defer messages.Stop()
	for range *events {
		message, err := messages.Next()
		if err != nil {
			return 0, err
		}
		if err := message.Ack(); err != nil {
			return 0, err
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
	// The answer comes after the server has read every acknowledgement before it.
	if err := connection.FlushWithContext(ctx); err != nil {
		return 0, err
	}
	took := time.Since(start)
	info, err := consumer.Info(ctx)
	if err == nil && info.NumRedelivered > 0 {
		err = fmt.Errorf("%d events came again", info.NumRedelivered)
	}
	return took, err
}
