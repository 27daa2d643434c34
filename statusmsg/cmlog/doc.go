// Package cmlog reads and writes the log files of Configuration Manager, such as CloudMgr.log, in both their dialects.
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
// [Writer] appends records that CMTrace opens. Site components also trace the status messages they raise;
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
// Use a [bytes.Buffer] for the log on either side.
//
// # Compatibility
//
// Messages are returned in the bytes of the file: UTF-8 or whatever code page the writer used. UTF-16 files are not
// decoded. A printing program should quote messages (%q), for a log may hold control characters.
package cmlog
