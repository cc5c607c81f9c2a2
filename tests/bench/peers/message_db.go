package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Appends messages to streams of `categories` categories. Message DB locks a message's category
// until the transaction is durable, so that one category takes one write after another. Each client
// has a connection of its own: PostgreSQL does one thing at a time on each.
func writeToMessageDB(ctx context.Context) ([]write, error) {
	var writes []write
	for client := range *clients {
		connection, err := pgx.Connect(ctx,
			"postgres://postgres@"+*address+"/message_store?search_path=message_store,public")
		if err != nil {
			return nil, err
		}
		writes = append(writes, func(ctx context.Context, count int) error {
			stream := fmt.Sprintf("supportPlans%d-%012d", client%*categories,
				streamOf(client, count))
			var position int64
			return connection.QueryRow(ctx, "SELECT write_message($1, $2, $3, $4)",
				uuid.NewString(), stream, "TargetRevised", jsonOf(count)).Scan(&position)
		})
	}
	return writes, nil
}
