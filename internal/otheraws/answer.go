package otheraws

import (
	"encoding/json"
	"encoding/xml"
	"mime"
	"net/http"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
)

// Code is the error's name for log and metrics, whatever the protocol calls it.
const Code = "UnknownOperationException"

// Refuse makes the answer to a request that was meant for a service.
func Refuse(r *http.Request, service, requestID string) httpcall.Answer {
	e := refusal{
		message: "Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service " + service + ".",
		id:      requestID,
	}
	switch {
	case IsForm(r) && (service == "ec2" || service == "sdb"):
		return e.ec2()
	case IsForm(r):
		return e.query()
	case r.Header.Get("X-Amz-Target") != "":
		return e.json(r.Header.Get("Content-Type"))
	case service == "s3" || service == "s3-outposts" || service == "s3express":
		return e.s3()
	case service == "route53" || service == "cloudfront":
		return e.query() // errors in REST-XML have the form of the query protocol's
	}
	return e.json("application/json")
}

type refusal struct{ message, id string }

// jsonError is what the JSON protocols look for in a body.
type jsonError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

func (e refusal) json(contentType string) httpcall.Answer {
	if media, _, err := mime.ParseMediaType(contentType); err != nil || !strings.HasPrefix(media, "application/x-amz-json-") {
		contentType = "application/json"
	}
	body, err := json.Marshal(jsonError{Code, e.message})
	if err != nil { // two strings
		panic(err)
	}
	return refused(contentType, body)
}

func (e refusal) query() httpcall.Answer {
	return xmlAnswer(struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Type    string   `xml:"Error>Type"`
		Code    string   `xml:"Error>Code"`
		Message string   `xml:"Error>Message"`
		ID      string   `xml:"RequestId"`
	}{Type: "Sender", Code: "InvalidAction", Message: e.message, ID: e.id})
}

func (e refusal) ec2() httpcall.Answer {
	return xmlAnswer(struct {
		XMLName xml.Name `xml:"Response"`
		Code    string   `xml:"Errors>Error>Code"`
		Message string   `xml:"Errors>Error>Message"`
		ID      string   `xml:"RequestID"`
	}{Code: "InvalidAction", Message: e.message, ID: e.id})
}

func (e refusal) s3() httpcall.Answer {
	return xmlAnswer(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
		ID      string   `xml:"RequestId"`
	}{Code: "InvalidRequest", Message: e.message, ID: e.id})
}

func xmlAnswer(doc any) httpcall.Answer {
	body, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil { // strings alone
		panic(err)
	}
	return refused("text/xml", append(body, '\n'))
}

func refused(contentType string, body []byte) httpcall.Answer {
	return httpcall.Answer{Status: http.StatusBadRequest, ContentType: contentType, Body: body, Code: Code}
}
