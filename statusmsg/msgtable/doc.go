// Package msgtable reads the texts of messages out of Windows message files, on any system and without Windows.
//
// The texts of a site's status messages stand in srvmsgs.dll ("SMS Server"), climsgs.dll ("SMS Client") and provmsgs.dll
// ("SMS Provider"), which lie on a site server and beside every console. With them, messages read as in the console:
//
//	image, err := os.ReadFile("srvmsgs.dll")
//	if err != nil {
//		return err
//	}
//	table, err := msgtable.Parse(image)
//	if err != nil {
//		return err
//	}
//	catalog := statusmsg.Documented()
//	maps.Copy(catalog, table.Catalog(msgtable.German))
//	for message, err := range source.Messages(ctx, statusmsg.Query{}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(message.Time, catalog.Text(message))
//	}
//
// A file holds its texts by language and by [statusmsg.FullID]; [Table.Text] looks up one.
//
// # Errors
//
// A file that is damaged, or that is no message file at all, is an [*InvalidError] that names the part. A sound file
// without messages is [ErrNotFound], one with more than this package takes [ErrLimit].
//
// # Untrusted files
//
// A file is data to this package: nothing in it is executed. Whatever it says, no more than 16 MiB of it are kept,
// with at most 262,144 messages in at most 256 tables, and no length or offset is followed out of its place.
//
// # Testing
//
// [Parse] needs no file: a test may compose the bytes itself or keep a small DLL of its own making, as the message
// compilers of Windows and of MinGW build it.
//
// # Compatibility
//
// PE32 and PE32+ images for any processor, resource type 11 as Microsoft documents it in "PE Format" and for the
// structure MESSAGE_RESOURCE_DATA; texts in UTF-16, UTF-8 and the ANSI code page.
package msgtable
