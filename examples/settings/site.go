package main

import (
	"bytes"
	_ "embed" // for the site of this program
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/clouddp/sdk/clientsettings"
)

//go:embed policies.json
var ownPolicies []byte

//go:embed targets.json
var ownTargets []byte

// maxFile bounds what is read of a file: a hundred thousand devices have room.
const maxFile = 64 << 20

// readSite returns the policies and targets of the files named, or of this program's own site, with every mistake in them.
func readSite(o options) ([]clientsettings.Policy, []clientsettings.Target, error) {
	policies, policiesErr := readList[clientsettings.Policy](o.policies, ownPolicies)
	targets, targetsErr := readList[clientsettings.Target](o.targets, ownTargets)
	return policies, targets, errors.Join(policiesErr, targetsErr)
}

// readList reads a JSON array from a file, or own if there is no name, and validates its elements.
func readList[T interface{ Validate() error }](name string, own []byte) ([]T, error) {
	content := own
	if name != "" {
		var err error
		if content, err = readFile(name); err != nil {
			return nil, err
		}
	}
	list, err := decode[T](content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var mistakes []error
	for i, element := range list {
		if err := element.Validate(); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: element %d: %w", name, i+1, err))
		}
	}
	return list, errors.Join(mistakes...)
}

// decode reads a JSON array; a field that does not exist is a mistake too.
func decode[T any](content []byte) ([]T, error) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	var list []T
	if err := decoder.Decode(&list); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("something follows the list")
	}
	return list, nil
}

func readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // It was only read.
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s: is larger than %d MiB", name, maxFile>>20)
	}
	return content, nil
}
