package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const rabbitQueue = "bench"

// A channel with the quorum queue declared; the queue outlives it.
func rabbitChannel() (*amqp.Connection, *amqp.Channel, error) {
	connection, err := amqp.Dial("amqp://guest:guest@" + *address + "/")
	if err != nil {
		return nil, nil, err
	}
	channel, err := connection.Channel()
	if err == nil {
		_, err = channel.QueueDeclare(rabbitQueue, true, false, false, false,
			amqp.Table{"x-queue-type": "quorum"})
	}
	return connection, channel, err
}

// Publishes persistent events into the empty queue, each confirmed.
func publishToRabbit(ctx context.Context) (time.Duration, error) {
	connection, channel, err := rabbitChannel()
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	if _, err := channel.QueuePurge(rabbitQueue, false); err != nil {
		return 0, err
	}
	if err := channel.Confirm(false); err != nil {
		return 0, err
	}
	event := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: make([]byte, *bytes)}
	if *attributes {
		event.Headers = amqp.Table{}
		for name, value := range eventAttributes {
			event.Headers[name] = value
		}
	}
	waiting := make(chan *amqp.DeferredConfirmation, *outstanding)
	refused := make(chan error, 1)
	start := time.Now()
	go func() {
		defer close(refused)
		for confirmation := range waiting {
			acknowledged, err := confirmation.WaitContext(ctx)
			if err == nil && !acknowledged {
				err = errors.New("an event was not confirmed")
			}
			if err != nil {
				refused <- err
				return
			}
		}
	}()
	for range *events {
		confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, "", rabbitQueue,
			true, false, event)
		if err != nil {
			return 0, err
		}
		select {
		case waiting <- confirmation:
		case err := <-refused:
			return 0, err
		}
	}
	close(waiting)
	err = <-refused
	return time.Since(start), err
}

// Manual acknowledgements, up to as many unacknowledged events as may be outstanding.
func consumeFromRabbit(ctx context.Context) (time.Duration, error) {
	connection, channel, err := rabbitChannel()
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	if err := channel.Qos(*outstanding, 0, false); err != nil {
		return 0, err
	}
	start := time.Now()
	deliveries, err := channel.ConsumeWithContext(ctx, rabbitQueue, "", false, false, false, false,
		nil)
	if err != nil {
		return 0, err
	}
	received := 0
	for delivery := range deliveries {
		received++
		if received%*together == 0 || received == *events {
			if err := delivery.Ack(*together > 1); err != nil {
				return 0, err
			}
		}
		if received == *events {
			break
		}
	}
	if received < *events {
		return 0, fmt.Errorf("got %d events, want %d", received, *events)
	}
	if err := publishMarker(ctx, channel); err != nil {
		return 0, err
	}
	took := time.Since(start)
	if err := channel.Close(); err != nil {
		return 0, err
	}
	return took, checkOneIsLeft(connection)
}

// Returns when what came on the channel before, acknowledgements as well, is in the queue's log:
// they have no answer of their own, but a confirmation comes after them.
func publishMarker(ctx context.Context, channel *amqp.Channel) error {
	if err := channel.Confirm(false); err != nil {
		return err
	}
	confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, "", rabbitQueue, true,
		false, amqp.Publishing{DeliveryMode: amqp.Persistent})
	if err != nil {
		return err
	}
	acknowledged, err := confirmation.WaitContext(ctx)
	if err == nil && !acknowledged {
		err = errors.New("the marker was not confirmed")
	}
	return err
}

// Only the marker was not acknowledged.
func checkOneIsLeft(connection *amqp.Connection) error {
	channel, err := connection.Channel()
	if err != nil {
		return err
	}
	left, err := channel.QueuePurge(rabbitQueue, false)
	if err == nil && left != 1 {
		err = fmt.Errorf("%d events are still in the queue, want only the marker", left)
	}
	return err
}
