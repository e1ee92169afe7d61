package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// reader reads a file line by line and checks all that can be said without a store:
// form, order, bounds, and that nothing is missing at the end.
type reader struct {
	lines *bufio.Scanner
	// line is the number of the line that was read last.
	line   int
	header *header
	// section and last are the type and the place of the record before.
	section int
	last    []string
	counts  Counts
}

// lineError says where a file is wrong.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }

func (e *lineError) Unwrap() error { return e.err }

// newReader reads the header of a file whose resources are of the kinds.
func newReader(r io.Reader, kinds resource.StoredKinds) (*reader, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	f := &reader{lines: lines}
	line, err := f.readLine()
	if err == nil {
		f.header, err = parseHeader(line, kinds)
	}
	return f, f.at(err)
}

// at adds the line to an error.
func (f *reader) at(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return &lineError{max(f.line, 1), err}
}

func (f *reader) readLine() ([]byte, error) {
	if f.lines.Scan() {
		f.line++
		return f.lines.Bytes(), nil
	}
	switch err := f.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		f.line++
		return nil, fmt.Errorf("longer than %d bytes", maxLine)
	case err != nil:
		return nil, err
	case f.line == 0:
		return nil, errors.New("the file is empty")
	}
	return nil, errors.New("the file ends without its footer: it was cut")
}

// next returns the next record, and io.EOF after the last one.
func (f *reader) next() (record, error) {
	line, err := f.readLine()
	if err != nil {
		return nil, f.at(err)
	}
	r, err := f.parse(line)
	return r, f.at(err)
}

func (f *reader) parse(line []byte) (record, error) {
	name, err := typeOf(line)
	if err != nil {
		return nil, err
	}
	if name == "footer" {
		return nil, f.end(line)
	}
	r := newRecord(name)
	if r == nil {
		return nil, fmt.Errorf("unknown record %q", shorten(name))
	}
	if later := laterTypes[name]; f.header.Version < later.version {
		return nil, fmt.Errorf("%s are not in files of version %d", later.plural, f.header.Version)
	}
	if err := decodeStrict(line, r); err != nil {
		return nil, err
	}
	if err := r.check(f.header); err != nil {
		return nil, err
	}
	if err := f.inOrder(name, r); err != nil {
		return nil, err
	}
	*f.counts.of(name)++
	return r, nil
}

// typeOf reads the type of a record, which is the first member of every line.
func typeOf(line []byte) (string, error) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"record":"`))
	name, _, closed := bytes.Cut(rest, []byte(`"`))
	if !ok || !closed {
		return "", errors.New(`not a record: it does not begin with {"record":"…"`)
	}
	return string(name), nil
}

// end checks the footer and that nothing follows.
func (f *reader) end(line []byte) error {
	var end footer
	if err := decodeStrict(line, &end); err != nil {
		return err
	}
	if end.Counts != f.counts {
		return fmt.Errorf("the footer counts %+v, the file has %+v: it was cut or changed", end.Counts, f.counts)
	}
	if f.lines.Scan() {
		f.line++
		return errors.New("text behind the footer")
	}
	if err := f.lines.Err(); err != nil {
		return err
	}
	return io.EOF
}

// inOrder wants the types in their order, and the records of a type in theirs. So
// nothing can be there twice.
func (f *reader) inOrder(name string, r record) error {
	section := slices.Index(recordTypes, name)
	place := r.place()
	switch {
	case section < f.section:
		return fmt.Errorf("a record of the type %s is after one of the type %s", name, recordTypes[f.section])
	case section == f.section && slices.Compare(f.last, place) >= 0:
		return errors.New("the record is not in order, or there twice: " + strings.Join(place, " "))
	case f.header.Account != "" && r.owner() != f.header.Account:
		return fmt.Errorf("a record of the account %s in a file about %s", r.owner(), f.header.Account)
	}
	f.section, f.last = section, place
	return nil
}

// gzipMagic is what every gzip file begins with.
const gzipMagic = "\x1f\x8b"

// parseHeader tells apart what is no export, what a newer version made, and what is
// broken.
func parseHeader(line []byte, kinds resource.StoredKinds) (*header, error) {
	if bytes.HasPrefix(line, []byte(gzipMagic)) {
		return nil, errors.New("this is a gzip file: gunzip it first")
	}
	var kind struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(line, &kind); err != nil || kind.Format != formatName {
		return nil, errors.New("this is not a file that lanyard export made")
	}
	if kind.Version > formatVersion {
		return nil, fmt.Errorf("the file has version %d of the format, this lanyard knows %d: import it with a newer one", kind.Version, formatVersion)
	}
	h := &header{kinds: kinds}
	if err := decodeStrict(line, h); err != nil {
		return nil, err
	}
	return h, h.check()
}

// maxDepth is how deep a record may nest: documents of the API are far from it.
const maxDepth = 64

// decodeStrict reads a line that holds one JSON object, refusing what readers of JSON
// disagree about: members that are unknown or there twice, and text that is not UTF-8.
func decodeStrict(line []byte, v any) error {
	if !utf8.Valid(line) {
		return errors.New("not UTF-8")
	}
	if err := checkMembers(json.NewDecoder(bytes.NewReader(line)), 0); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text behind the record")
	}
	return nil
}

// checkMembers reads one JSON value and refuses an object that has a member twice.
func checkMembers(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return errors.New("malformed JSON")
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return errors.New("malformed JSON")
			}
			name := fmt.Sprint(key)
			if depth == 0 { // Go's reader does not tell the case of our own members
				name = strings.ToLower(name)
			}
			if seen[name] {
				return fmt.Errorf("the member %q is there twice", shorten(name))
			}
			seen[name] = true
		}
		if err := checkMembers(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errors.New("malformed JSON")
	}
	return nil
}

// shorten keeps a message readable whatever the file holds.
func shorten(s string) string {
	const most = 64
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
