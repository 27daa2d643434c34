package cmlog_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func ExampleEntries() {
	const log = "Deployment instance status for service CLOUDDP is ReadyRole.  " +
		"$$<SMS_CLOUD_SERVICES_MANAGER><09-18-2026 16:39:06.598+240><thread=2624 (0xA40)>\r\n"
	for entry, err := range cmlog.Entries(bytes.NewReader([]byte(log)), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(entry.Time.Format(time.RFC3339), entry.Severity, entry.Message)
	}
	// Output: 2026-09-18T20:39:06Z info Deployment instance status for service CLOUDDP is ReadyRole.
}

func ExampleWriter() {
	log := &cmlog.Writer{W: os.Stdout, Location: time.FixedZone("EDT", -4*3600)}
	err := log.Write(cmlog.Entry{
		Time:     time.Date(2026, time.September, 18, 20, 39, 6, 0, time.UTC),
		Severity: cmlog.Warning,
		Message:  "storage is at 91 %",
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: WARNING: storage is at 91 %  $$<SMS_CLOUD_SERVICES_MANAGER><09-18-2026 16:39:06.000+240><thread=1 (0x1)>
}

func ExampleParseStatusMessage() {
	line := cmlog.FormatStatusMessage(statusmsg.Message{
		ID:        statusmsg.CloudDPReady,
		Severity:  statusmsg.Informational,
		Component: statusmsg.CloudServicesManager,
		Time:      time.Date(2026, time.September, 18, 20, 39, 5, 0, time.UTC),
	})
	message, err := cmlog.ParseStatusMessage(line)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(message)
	// Output: 2026-09-18T20:39:05Z informational SMS_CLOUD_SERVICES_MANAGER 9409
}

func ExampleEvents() {
	const log = "TaskManager: Scheduling task [CreateDeployment for service CLOUDDP] for retry.  " +
		"$$<SMS_CLOUD_SERVICES_MANAGER><09-18-2026 16:39:06.598+240><thread=2624 (0xA40)>\r\n"
	for event, err := range cmlog.Events(cmlog.Entries(bytes.NewReader([]byte(log)), nil)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(event.Service, event.Kind, event.Task)
	}
	// Output: CLOUDDP retry scheduled CreateDeployment
}

func ExampleNewHandler() {
	logger := slog.New(cmlog.NewHandler(&cmlog.Writer{W: os.Stdout, Component: "MYTOOL"}, nil))
	record := slog.NewRecord(time.Date(2026, time.September, 18, 20, 39, 6, 0, time.UTC), slog.LevelInfo, "deployed", 0)
	record.Add("service", "CLOUDDP")
	if err := logger.Handler().Handle(context.Background(), record); err != nil {
		fmt.Println(err)
	}
	// Output: deployed service=CLOUDDP  $$<MYTOOL><09-18-2026 20:39:06.000+00><thread=1 (0x1)>
}
