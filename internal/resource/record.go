package resource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/codec"
)

// Document is a pointer to the SDK's type of a kind.
type Document[Doc any] interface {
	*Doc
	smithy.Serializable
}

// Record is a stored resource, opened. A kind embeds it in a type of its own, which adds
// what the kind can say of itself.
type Record[Doc, Priv any, P Document[Doc]] struct {
	// Resource is the row. Pack writes Doc and Priv into it.
	Resource *Resource
	// Doc is what the API shows, except for what the kind's Show adds: tags, and what
	// follows from the time.
	Doc Doc
	// Priv is what Lanyard knows of the resource and the API never shows.
	Priv Priv
	// docOnly reports that Priv was not read: Pack keeps the stored one then.
	docOnly bool
}

// Opened is a record of any kind.
type Opened interface {
	// Row is where the record is stored.
	Row() *Resource
	// Fill writes the members that the documents of all kinds share.
	Fill(supportSuffix string)
	// Pack writes the documents into the row.
	Pack() error
	// SupportSuffix is the kind's end of the support code; "" for kinds without one.
	SupportSuffix() string
}

// Row is where the record is stored.
func (rec *Record[Doc, Priv, P]) Row() *Resource { return rec.Resource }

// Empty is an empty document of the kind.
func (rec *Record[Doc, Priv, P]) Empty() smithy.Serializable { return P(new(Doc)) }

// Open reads a stored resource.
func (rec *Record[Doc, Priv, P]) Open(r *Resource) error {
	if err := rec.OpenDoc(r); err != nil {
		return err
	}
	return rec.OpenPriv()
}

// OpenDoc is Open without Priv, for kinds that are mostly shown: it costs less.
func (rec *Record[Doc, Priv, P]) OpenDoc(r *Resource) error {
	rec.Resource, rec.docOnly = r, true
	if err := codec.Unmarshal(r.Doc, P(&rec.Doc)); err != nil {
		return fmt.Errorf("stored %s %s: %w", r.Kind, r.ID, err)
	}
	return nil
}

// OpenPriv reads Priv.
func (rec *Record[Doc, Priv, P]) OpenPriv() error {
	r := rec.Resource
	rec.docOnly = false
	err := json.Unmarshal(r.Priv, &rec.Priv)
	if err == nil && !bytes.HasPrefix(bytes.TrimLeft(r.Priv, " \t\r\n"), []byte("{")) { // null would leave Priv as it was
		err = errors.New("its private document is not an object")
	}
	if err != nil {
		return fmt.Errorf("stored %s %s: %w", r.Kind, r.ID, err)
	}
	return nil
}

// Pack writes Doc and Priv into the row; storing that is the caller's part. A kind whose
// Show adds members leaves them out with PackDoc.
func (rec *Record[Doc, Priv, P]) Pack() error { return rec.PackDoc(rec.Doc) }

// PackDoc is Pack with another document.
func (rec *Record[Doc, Priv, P]) PackDoc(doc Doc) error {
	rec.Resource.Doc = codec.Encode(P(&doc))
	if rec.docOnly {
		return nil
	}
	encoded, err := json.Marshal(rec.Priv)
	if err != nil {
		return fmt.Errorf("%s %s: %w", rec.Resource.Kind, rec.Resource.ID, err)
	}
	rec.Resource.Priv = encoded
	return nil
}

// Fill writes the envelope of a new document: the members that the documents of all kinds
// share. A support code never changes, so a document that has one keeps it.
func (rec *Record[Doc, Priv, P]) Fill(supportSuffix string) {
	envelopeOf[Doc]().fill(rec.Resource, &rec.Doc, supportSuffix)
}

// CheckEnvelope returns an error if the envelope is not the one that Fill writes.
func (rec *Record[Doc, Priv, P]) CheckEnvelope(supportSuffix string) error {
	return envelopeOf[Doc]().check(rec.Resource, &rec.Doc, supportSuffix)
}
