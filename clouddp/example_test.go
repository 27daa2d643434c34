package clouddp_test

import (
	"context"
	"fmt"
	"log"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/clouddptest"
)

func Example() {
	ctx := context.Background()
	lab := clouddptest.NewLab() // stands for a cloud, a DNS zone and a certification authority
	client := lab.Client()

	op, err := client.Create(ctx, lab.Spec("clouddp"))
	if err != nil {
		log.Fatal(err)
	}
	status, err := op.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(status.State, status.Host)
	for _, c := range status.Components[:2] {
		fmt.Println(c.Part.Kind, c.Part.Name, c.State)
	}

	report, err := client.Verify(ctx, status.Name)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("in service:", report.OK())
	// Output:
	// ready clouddp.cloudapp.net
	// storage account clouddp ready
	// cloud service clouddp ready
	// in service: true
}

func ExampleClient_Plan() {
	lab := clouddptest.NewLab()
	spec := lab.Spec("clouddp")
	plan, err := lab.Client().Plan(context.Background(), spec)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range plan {
		fmt.Println(change.Action, change.Part.Kind)
	}
	// Output:
	// create storage account
	// create cloud service
	// create service certificate
	// create deployment
	// set alias
}

func ExampleAlerts_Evaluate() {
	var alerts clouddp.Alerts // the console's defaults
	for _, alert := range alerts.Evaluate(clouddp.Usage{StoredBytes: 1200 << 30, SentBytes: 100 << 30}) {
		fmt.Println(alert)
	}
	// Output:
	// storage warning: 60.0 % of 2000 GB
	// transfer none: 1.0 % of 10000 GB
}
