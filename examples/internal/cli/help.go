package cli

import (
	"flag"
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io"
	"strings"
)

// help prints the doc comment of the program, in which it is run as the built binary, and its flags.
func (p Program[O]) help(w io.Writer, flags *flag.FlagSet) error {
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", p.Source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return err
	}
	printer := comment.Printer{TextCodePrefix: "  "}
	text := printer.Text(new(comment.Parser).Parse(file.Doc.Text()))
	fmt.Fprintf(w, "%s\nFlags:\n\n", strings.ReplaceAll(string(text), "go run ./examples/"+p.Name, p.Name))
	flags.SetOutput(w)
	flags.PrintDefaults()
	return nil
}
