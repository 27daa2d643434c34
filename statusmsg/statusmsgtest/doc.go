// Package statusmsgtest holds an in-memory log of status messages and the conformance suites of package statusmsg.
//
//	var log statusmsgtest.Log
//	tool := mytool.New(&log)
//	if err := tool.Deploy(t.Context()); err != nil {
//		t.Fatal(err)
//	}
//	ready := statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CloudDPReady}}
//	if _, err := statusmsg.Wait(t.Context(), &log, ready, nil); err != nil {
//		t.Fatal(err)
//	}
//
// # Errors
//
// [Log] refuses what a site would refuse, with the errors of package statusmsg.
//
// # Testing
//
// [TestSource] and [TestSink] prove an implementation of your own. A Log starts no goroutine and waits on timers only,
// so that it works inside a [testing/synctest] bubble.
package statusmsgtest
