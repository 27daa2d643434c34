// Package cmlog reads and writes the log files of Configuration Manager, such as CloudMgr.log, in both their dialects.
package cmlog
