package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Bounds of what has no rule of its own.
const (
	maxPosition = 253402300799999999 // the last microsecond of the year 9999
	maxDetails  = 64 << 10           // what names ports: many in one call
	// maxGeneration leaves room for more plans of a resource than it can get.
	maxGeneration = 1 << 53
)

func (r *operationRecord) owner() string { return r.Account }

func (r *operationRecord) place() []string {
	return []string{r.Account, r.Region, padded(r.Position), r.ID}
}

func (r *operationRecord) check(*header) error {
	var doc types.Operation
	if err := decodeDocument(r.Doc, &doc); err != nil {
		return fmt.Errorf("doc: %w", err)
	}
	if r.Position < 1 || r.Position > maxPosition {
		return fmt.Errorf("the position %d is out of bounds", r.Position)
	}
	if r.Generation < 0 || r.Generation > maxGeneration {
		return fmt.Errorf("the generation %d is out of bounds", r.Generation)
	}
	return firstOf(
		identity.CheckAccountID(r.Account), checkRegion(r.Region), checkSubject(resource.Kind(doc.ResourceType), r.Resource), checkUUID(r.ID), r.checkDoc(&doc))
}

// checkSubject wants the name of a resource of the kind, or of what belongs to an account as a whole:
// a registry's host.
func checkSubject(kind resource.Kind, name string) error {
	if err := checkName("", name); err != nil {
		return checkName(kind, name)
	}
	return nil
}

// checkDoc wants an operation as it is in the end: what it is before follows from the clock.
// If the end is not known, it is one that has started. Its resource need not be there any
// more.
func (r *operationRecord) checkDoc(doc *types.Operation) error {
	if aws.ToString(doc.Id) != r.ID || aws.ToString(doc.ResourceName) != r.Resource {
		return errors.New("doc: its id or resourceName are not the operation's")
	}
	if r.Subject == "" && !isOver(doc) {
		return errors.New("doc: not an operation that has succeeded, or failed with an error")
	}
	if r.Subject != "" && (!isOpen(doc) || checkUUID(r.Subject) != nil) {
		return errors.New("doc: not an operation that has started and that its subject ends")
	}
	if doc.CreatedAt == nil || doc.StatusChangedAt != nil && doc.StatusChangedAt.Before(*doc.CreatedAt) {
		return errors.New("doc: its times are not those of an operation")
	}
	return firstOf(
		checkTime("createdAt", *doc.CreatedAt), checkTime("statusChangedAt", aws.ToTime(doc.StatusChangedAt)), r.checkWords(doc))
}

// isOver reports whether an operation has succeeded, or failed with a code and details.
func isOver(doc *types.Operation) bool {
	failed := doc.Status == types.OperationStatusFailed
	return (failed || doc.Status == types.OperationStatusSucceeded) && aws.ToBool(doc.IsTerminal) &&
		(doc.ErrorCode != nil) == failed && (doc.ErrorDetails != nil) == failed
}

// isOpen reports whether an operation has started and nothing else.
func isOpen(doc *types.Operation) bool {
	return doc.Status == types.OperationStatusStarted && doc.IsTerminal != nil && !*doc.IsTerminal && doc.ErrorCode == nil && doc.ErrorDetails == nil
}

// checkWords holds to the API what the document says of the operation in words.
func (r *operationRecord) checkWords(doc *types.Operation) error {
	_, action := model.LookupAction(string(doc.OperationType))
	seen := action || doc.OperationType == resource.PeeredVPCOperation || doc.OperationType == resource.UnpeeredVPCOperation
	details := aws.ToString(doc.OperationDetails) + aws.ToString(doc.ErrorCode) + aws.ToString(doc.ErrorDetails)
	switch {
	case !slices.Contains(doc.ResourceType.Values(), doc.ResourceType):
		return fmt.Errorf("doc: unknown resourceType %q", shorten(string(doc.ResourceType)))
	case !seen && !slices.Contains(doc.OperationType.Values(), doc.OperationType):
		return fmt.Errorf("doc: unknown operationType %q", shorten(string(doc.OperationType)))
	case doc.Location == nil || !r.checkLocation(doc.Location):
		return errors.New("doc: its location is not in the operation's region")
	case len(details) > maxDetails || strings.ContainsFunc(details, unicode.IsControl):
		return errors.New("doc: its operationDetails, errorCode and errorDetails are not lines of text")
	}
	return nil
}

// checkLocation reports whether a location is in the operation's region. Its zone may
// be the region itself.
func (r *operationRecord) checkLocation(at *types.ResourceLocation) bool {
	region, ok := catalogue.LookupRegion(r.Region)
	zone := aws.ToString(at.AvailabilityZone)
	return ok && (string(at.RegionName) == r.Region || at.RegionName == "global") &&
		(zone == "all" || zone == r.Region || slices.Contains(region.Zones, zone))
}

// decodeDocument reads a document of the API, and wants no member that is unknown, at any
// depth.
func decodeDocument(doc []byte, v smithy.Serializable) error {
	if err := codec.Unmarshal(doc, v); err != nil {
		return err
	}
	var given, known any
	if err := errors.Join(json.Unmarshal(doc, &given), json.Unmarshal(codec.Encode(v), &known)); err != nil {
		return err
	}
	if !reflect.DeepEqual(given, known) {
		return errors.New("it has members that Lanyard does not write")
	}
	return nil
}
