// Package cmlog reads and writes the log files of Configuration Manager, such as CloudMgr.log, in every dialect.
//
// Print what went wrong in a log, in UTC:
//
//	file, err := os.Open("CloudMgr.log")
//	if err != nil {
//		return err
//	}
//	defer file.Close()
//	for entry, err := range cmlog.Entries(file, nil) {
//		if err != nil {
//			return err
//		}
//		if entry.Severity == cmlog.Error {
//			fmt.Printf("%s %q\n", entry.Time.Format(time.RFC3339), entry.Message)
//		}
//	}
//
// [Follow] waits for more, [Merge] orders several logs by time, and [Events] tells what CloudMgr.log says about a service.
// [Writer] appends records that CMTrace opens, to a [File] that rotates if need be; [NewHandler] lets any program log so
// through log/slog. Site components also trace the status messages they raise;
// [ParseStatusMessage] reads such a line and [FormatStatusMessage] writes one.
//
// # Time
//
// The number behind a time stamp is a Windows bias in minutes: UTC = local + bias, so "+240" is UTC-4 and "-330" is
// UTC+5:30. Scripts often write the opposite sign; see [Options]. The stamp as written is always kept in
// [Entry.Local] and [Entry.Bias].
//
// # Errors
//
// Nothing in a log is an error: text that is no record, torn records and records over the size limit come as entries
// that say so. Only a failing reader or writer is one, and bad arguments are an [*InvalidError].
//
// # Testing
//
// Use a [bytes.Buffer] for the log on either side. In a testing/synctest bubble Follow's polls take no time.
//
// # Compatibility
//
// Read are the client and the server dialect, the time stamps of SMS 1 and 2.0, the logs of role set-up, and rows copied
// out of CMTrace; UTF-8, UTF-16 and Windows-1252. Written are the client and the server dialect in UTF-8.
//
// A log may hold control characters: show a message through [Printable].
package cmlog
