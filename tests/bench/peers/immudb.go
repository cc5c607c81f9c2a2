package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/codenotary/immudb/pkg/api/schema"
	immudb "github.com/codenotary/immudb/pkg/client"
	"github.com/google/uuid"
)

// By default it takes 30 at one time, and refuses the next.
const immudbConcurrency = 300

// Sets new keys. All clients share the session, as the calls of a gRPC client do. What the client
// keeps of it goes to the temporary directory.
func writeToImmudb(ctx context.Context) ([]write, error) {
	host, port, err := net.SplitHostPort(*address)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "immudb")
	if err != nil {
		return nil, err
	}
	options := immudb.DefaultOptions().WithAddress(host).WithPort(number).WithDir(directory)
	const database = "bench"
	open := func(database string) (immudb.ImmuClient, error) {
		session := immudb.NewClient().WithOptions(options)
		return session, session.OpenSession(ctx, []byte("immudb"), []byte("immudb"), database)
	}
	session, err := open("defaultdb")
	if err != nil {
		return nil, err
	}
	settings := &schema.DatabaseNullableSettings{
		MaxConcurrency: &schema.NullableUint32{Value: immudbConcurrency}}
	if _, err = session.CreateDatabaseV2(ctx, database, settings); err != nil &&
		!strings.Contains(err.Error(), "already exists") {
		return nil, err
	}
	if session, err = open(database); err != nil {
		return nil, err
	}
	var writes []write
	for client := range *clients {
		writes = append(writes, func(ctx context.Context, count int) error {
			key := fmt.Sprintf("supportPlans/%012d/%s", streamOf(client, count), uuid.NewString())
			_, err := session.Set(ctx, []byte(key), eventOf(count))
			return err
		})
	}
	return writes, nil
}
