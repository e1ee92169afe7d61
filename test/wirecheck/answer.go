package wirecheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/inputs"
)

const contentType = "application/x-amz-json-1.1"

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// frontEnd holds the errors that AWS's front end makes for any action, with their HTTP status.
var frontEnd = map[string]int{
	"ExpiredTokenException":               http.StatusBadRequest,
	"IncompleteSignatureException":        http.StatusBadRequest,
	"InvalidSignatureException":           http.StatusBadRequest,
	"MalformedHttpRequestException":       http.StatusBadRequest,
	"MissingAuthenticationTokenException": http.StatusBadRequest,
	"RequestEntityTooLargeException":      http.StatusRequestEntityTooLarge,
	"RequestTimeoutException":             http.StatusRequestTimeout,
	"SerializationException":              http.StatusBadRequest,
	"ThrottlingException":                 http.StatusBadRequest,
	"UnknownOperationException":           http.StatusBadRequest,
	"UnrecognizedClientException":         http.StatusBadRequest,
}

// answer is one answer to an action, with what is wrong with it.
type answer struct {
	action     *model.Action
	status     int
	header     http.Header
	body       []byte
	violations []string
}

func (a *answer) note(format string, args ...any) {
	a.violations = append(a.violations, fmt.Sprintf(format, args...))
}

// check returns the outcome: "" for success, else the exception's name. The code is the body's, or the outcome where that has none.
func (a *answer) check() (outcome, code string) {
	a.checkHeader()
	doc, err := decode(a.body)
	if err != nil {
		a.note("the body is not one JSON object: %v", err)
		return "?", "?"
	}
	if a.status == http.StatusOK {
		schema := inputs.SchemaOf(a.action.NewOutput())
		w := walker{note: a.note}
		w.structure("", schema, schema.ID().Name, doc)
		return "", ""
	}
	outcome = a.checkError(doc)
	code, ok := doc["code"].(string)
	if !ok {
		code = outcome
	}
	return outcome, code
}

func (a *answer) checkHeader() {
	if got := a.header.Get("Content-Type"); got != contentType {
		a.note("the content type is %q", got)
	}
	if got := a.header.Get("Content-Length"); got != strconv.Itoa(len(a.body)) {
		a.note("the content length is %q", got)
	}
	for name := range a.header {
		if strings.HasPrefix(name, "X-Amz") && name != "X-Amzn-Requestid" {
			a.note("there is a header %s", name)
		}
	}
}

// decode reads one JSON object with nothing after it.
func decode(body []byte) (doc map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more follows after byte %d", d.InputOffset())
	}
	if doc == nil {
		return nil, errors.New("it is null")
	}
	return doc, nil
}

// checkError demands the form that Lightsail's own exceptions have, which have no code if they are about containers, or the barer one
// of the front end's errors.
func (a *answer) checkError(doc map[string]any) (outcome string) {
	outcome, _ = doc["__type"].(string)
	want, front := frontEnd[outcome]
	members := []string{"__type", "message"}
	switch {
	case front && outcome == "SerializationException":
		members = []string{"__type", "Message"} // the front ends spell this one's so
	case front:
	case !a.action.MayFailWith(outcome):
		a.note("the action has no exception %q", outcome)
		return outcome
	case strings.Contains(a.action.Name, "Container"): // clients read the exception's own name
		members, want = []string{"__type", "message", "docs", "tip"}, http.StatusBadRequest
		a.checkPresent(doc, "message")
	default:
		members, want = []string{"__type", "code", "message", "docs", "tip"}, http.StatusBadRequest
		a.checkPresent(doc, "code", "message")
	}
	if outcome == "ServiceException" {
		want = http.StatusInternalServerError
	}
	if a.status != want {
		a.note("the status of %s is %d, not %d", outcome, a.status, want)
	}
	for name, v := range doc {
		if _, isText := v.(string); !isText {
			a.note("%s is not a string", name)
		}
		if !slices.Contains(members, name) {
			a.note("unknown member %s", name)
		}
	}
	return outcome
}

func (a *answer) checkPresent(doc map[string]any, names ...string) {
	for _, name := range names {
		if text, _ := doc[name].(string); text == "" {
			a.note("the error has no %s", name)
		}
	}
}
