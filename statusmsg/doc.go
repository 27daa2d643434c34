// Package statusmsg models Configuration Manager status messages: reading, following, waiting for, reporting and
// rendering them.
//
// A site tells by status messages what its components did. The one that says that a cloud distribution point is in
// service is [CloudDPReady]:
//
//	ready := statusmsg.Query{
//		IDs:       []statusmsg.ID{statusmsg.CloudDPReady},
//		Component: statusmsg.CloudServicesManager,
//		Since:     requested,
//	}
//	message, err := statusmsg.Wait(ctx, source, ready, &statusmsg.WaitOptions{Deadline: 30 * time.Minute})
//	if err != nil {
//		return err
//	}
//	fmt.Println(statusmsg.Documented().Text(message))
//
// A [Source] is where messages are read and a [Sink] is where they are reported. Towards a real site only the user
// messages 39997 to 39999 should be reported; the others belong to the product. [Follow] yields messages as they come,
// each once, and tells of RecordIDs that never arrived.
//
// The texts of a site's own messages stand in its message files, which package
// [github.com/clouddp/sdk/statusmsg/msgtable] reads on any system.
//
// # Errors
//
// [Wait] ends with [ErrDeadline] when the message did not arrive in time, [Follow] with [ErrUnavailable] when its source
// fails for too long; both wrap the last error of the source. Bad input is an [*InvalidError], which lists every problem.
//
// # Testing
//
// Package [github.com/clouddp/sdk/statusmsg/statusmsgtest] holds an in-memory Source and Sink and the conformance
// suites that every implementation must pass. All waits work inside a [testing/synctest] bubble.
//
// # Compatibility
//
// Fields and their values follow the WMI class SMS_StatusMessage as Microsoft documents it, attributes
// SMS_StatMsgAttributes. Values that it does
// not document are kept and printed raw. Microsoft does not publish the texts of the messages; those of [Documented]
// are our own words.
package statusmsg
