package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	trellis "trellis-example/build/trellis/v1"
)

// Revises the targets of plans that were opened before. All clients share the connection, as the
// calls of a gRPC client do.
func writeToTrellis(ctx context.Context) ([]write, error) {
	connection, err := grpc.NewClient(*address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	if err != nil {
		return nil, err
	}
	plans := trellis.NewSupportPlanServiceClient(connection)
	actor := metadata.Pairs("trellis-actor", "people/00000000-0000-4000-8000-000000000002",
		"trellis-actor-name", "Ruth%20Adeyemi", "trellis-capacity", "INDUCTION_TUTOR")
	var writes []write
	for client := range *clients {
		writes = append(writes, func(ctx context.Context, count int) error {
			_, err := plans.ReviseTarget(metadata.NewOutgoingContext(ctx, actor),
				&trellis.ReviseTargetRequest{
					Name: fmt.Sprintf("supportPlans/00000000-0000-4000-9000-%012d",
						streamOf(client, count)),
					RequestId: uuid.NewString(),
					TargetId:  "t1",
					Statement: statement(count),
					Reason:    reason,
				})
			return err
		})
	}
	return writes, nil
}
