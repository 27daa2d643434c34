package cmlog

import "bytes"

// isSetup reports whether line is a record of the set-up dialect, "<Fri Dec  9 11:25:00 2022> text".
func isSetup(line []byte) bool {
	return len(line) > 0 && line[0] == '<' && isWordy(line[1:]) && setupEnd(line) > 0
}

// setupEnd returns the place of the bracket that ends the stamp, or -1.
func setupEnd(line []byte) int { return bytes.IndexByte(line[:min(len(line), maxBracket)], '>') }

func parseSetup(line []byte) record {
	end := setupEnd(line)
	r := record{dialect: Setup, length: len(line), date: span{1, end}, message: span{end + 1, len(line)}}
	if end+1 < len(line) && line[end+1] == ' ' {
		r.message.from++
	}
	return r
}
