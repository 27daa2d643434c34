package adminservice

// Equal is the filter that selects by text, whatever that is.
func Equal(property, text string) string { return string(compare(property, "eq", quote(text))) }

// ParseTime reads a time in every form.
var ParseTime = parseTime

// ParseJSON reads an answer.
var ParseJSON = parse
