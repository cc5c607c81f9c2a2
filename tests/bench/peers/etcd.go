package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Puts new keys. All clients share the connection, as the calls of a gRPC client do.
func writeToEtcd(ctx context.Context) ([]write, error) {
	connection, err := clientv3.New(clientv3.Config{Context: ctx, Endpoints: []string{*address}})
	if err != nil {
		return nil, err
	}
	var writes []write
	for client := range *clients {
		writes = append(writes, func(ctx context.Context, count int) error {
			key := fmt.Sprintf("supportPlans/%012d/%s", streamOf(client, count), uuid.NewString())
			_, err := connection.Put(ctx, key, string(eventOf(count)))
			return err
		})
	}
	return writes, nil
}
