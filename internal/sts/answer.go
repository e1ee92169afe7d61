package sts

import (
	"encoding/xml"
	"errors"
	"net/http"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
)

// Namespaces of answers. Errors of AWS's front end have one of their own (observed).
const (
	namespace      = "https://sts.amazonaws.com/doc/2011-06-15/"
	faultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09"
)

const contentTypeXML = "text/xml"

// response wraps an action's result. Its element is named by the action.
type response struct {
	XMLName   xml.Name
	Result    any
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type errorResponse struct {
	XMLName   xml.Name
	Type      string `xml:"Error>Type"`
	Code      string `xml:"Error>Code"`
	Message   string `xml:"Error>Message,omitempty"`
	RequestID string `xml:"RequestId"`
}

// credentials as the API shows them.
type credentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

// timestamp is ISO 8601 in whole seconds.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// success writes an action's result.
func success(action, requestID string, result any) httpcall.Answer {
	body := encode(response{xml.Name{Space: namespace, Local: action + "Response"}, result, requestID})
	return httpcall.Answer{Status: http.StatusOK, ContentType: contentTypeXML, Body: body}
}

// refuse turns any error of a call into what the client gets. internal reports whether it
// is an internal error, which must be logged.
func refuse(hc *httpcall.Call, err error) (a httpcall.Answer, internal bool) {
	if e, ok := errors.AsType[*apiError](err); ok {
		hc.Hint = e.hint
	}
	if hc.Gone(err) {
		err = errGone
	}
	return answerOf(err, hc.ID)
}

func answerOf(err error, requestID string) (a httpcall.Answer, internal bool) {
	var e *apiError
	if internal = !errors.As(err, &e); internal {
		e = errInternal
	}
	doc := errorResponse{
		XMLName: xml.Name{Space: namespace, Local: "ErrorResponse"},
		Type:    "Sender", Code: e.code, Message: e.message, RequestID: requestID,
	}
	if e.frontEnd {
		doc.XMLName.Space = faultNamespace
	}
	if e.status >= http.StatusInternalServerError {
		doc.Type = "Receiver"
	}
	return httpcall.Answer{Status: e.status, ContentType: contentTypeXML, Body: encode(doc), Code: e.code, HangUp: e.hangUp}, internal
}

// encode writes a document with AWS's indentation.
func encode(doc any) []byte {
	body, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil { // the documents are of strings and numbers
		panic(err)
	}
	return append(body, '\n')
}
