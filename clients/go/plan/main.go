// Reads one support plan and its audit trail, with a client made from the contract.
//
//	plan [-server HOST:PORT] [NAME]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	trellis "trellis-example/build/trellis/v1"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("plan: ")
	server := flag.String("server", "127.0.0.1:7443", "host and port of the server")
	flag.Parse()
	name := "supportPlans/0d7e2b64-31c5-4f9a-8a52-7d0000000001"
	if flag.NArg() > 0 {
		name = flag.Arg(0)
	}
	// The details of the status hold the reason: see docs/clients.md.
	if err := show(*server, name); err != nil {
		log.Fatal(err)
	}
}

func show(server, name string) error {
	connection, err := grpc.NewClient(server,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	plans := trellis.NewSupportPlanServiceClient(connection)
	plan, err := plans.GetSupportPlan(ctx, &trellis.GetSupportPlanRequest{Name: name})
	if err != nil {
		return err
	}
	fmt.Printf("%s revision %d %s: %s, %s\n", plan.Name, plan.Revision, plan.State,
		plan.Ect.GetName(), plan.School.GetName())

	audit := trellis.NewAuditServiceClient(connection)
	request := &trellis.ListTrailRequest{Parent: name}
	for {
		page, err := audit.ListTrail(ctx, request)
		if err != nil {
			return err
		}
		for _, entry := range page.Entries {
			fmt.Printf("%d  %s\n", entry.Position, entry.Sentence)
		}
		if page.NextPageToken == "" {
			return nil
		}
		request.PageToken = page.NextPageToken
	}
}
