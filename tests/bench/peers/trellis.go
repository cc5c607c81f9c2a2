package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Through the official client, as an application would. Without exactly-once delivery the time ends
// when the client has handed over its last acknowledgements; with it, when all are confirmed.
func consumeOfficially(ctx context.Context) (time.Duration, error) {
	os.Setenv("PUBSUB_EMULATOR_HOST", *address)
	client, err := pubsub.NewClient(ctx, strings.Split(*subscription, "/")[1])
	if err != nil {
		return 0, err
	}
	defer client.Close()
	subscriber := client.Subscriber(*subscription)
	subscriber.ReceiveSettings.MaxOutstandingMessages = *outstanding
	receiving, done := context.WithCancel(ctx)
	defer done()
	var acknowledged, failed atomic.Int64
	count := func() {
		if acknowledged.Add(1) == int64(*events) {
			done()
		}
	}
	start := time.Now()
	err = subscriber.Receive(receiving, func(_ context.Context, message *pubsub.Message) {
		if !*exactlyOnce {
			message.Ack()
			count()
			return
		}
		result := message.AckWithResult()
		// The next event of the same plan need not wait until this one is confirmed.
		go func() {
			if status, err := result.Get(ctx); err != nil || status != pubsub.AcknowledgeStatusSuccess {
				failed.Add(1)
			}
			count()
		}()
	})
	if failed := failed.Load(); err == nil && failed > 0 {
		err = fmt.Errorf("%d acknowledgements were not confirmed", failed)
	}
	return time.Since(start), err
}

// One StreamingPull, and one message of acknowledgements for each response: what the server can do
// for a program in Go that does not use the official client.
func consumeRaw(ctx context.Context) (time.Duration, error) {
	connection, err := grpc.NewClient(*address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	start := time.Now()
	stream, err := pubsubpb.NewSubscriberClient(connection).StreamingPull(ctx)
	if err != nil {
		return 0, err
	}
	err = stream.Send(&pubsubpb.StreamingPullRequest{
		Subscription:             *subscription,
		StreamAckDeadlineSeconds: 60,
		MaxOutstandingMessages:   int64(*outstanding),
	})
	if err != nil {
		return 0, err
	}
	received, confirmed := 0, 0
	for received < *events || (*exactlyOnce && confirmed < *events) {
		response, err := stream.Recv()
		if err != nil {
			return 0, err
		}
		confirmed += len(response.GetAcknowledgeConfirmation().GetAckIds())
		if len(response.ReceivedMessages) == 0 {
			continue
		}
		acks := &pubsubpb.StreamingPullRequest{}
		for _, message := range response.ReceivedMessages {
			acks.AckIds = append(acks.AckIds, message.AckId)
		}
		received += len(acks.AckIds)
		if err := stream.Send(acks); err != nil {
			return 0, err
		}
	}
	// The server ends the stream when it has dealt with all that came on it.
	if err := stream.CloseSend(); err != nil {
		return 0, err
	}
	for {
		if _, err = stream.Recv(); err == io.EOF {
			return time.Since(start), nil
		}
		if err != nil {
			return 0, err
		}
	}
}
