package resource

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// envelope is where a document has the members that the documents of all kinds share. A
// kind's type may lack some: a container service has no supportCode, a static IP no tags.
type envelope struct {
	arn, name, createdAt, location, resourceType, supportCode, tags []int
}

var envelopes sync.Map // by reflect.Type

func envelopeOf[Doc any]() *envelope {
	t := reflect.TypeFor[Doc]()
	if e, ok := envelopes.Load(t); ok {
		return e.(*envelope)
	}
	e := &envelope{
		arn: member[*string](t, "Arn"), name: nameMember(t), createdAt: member[*time.Time](t, "CreatedAt"),
		location: member[*types.ResourceLocation](t, "Location"), resourceType: member[types.ResourceType](t, "ResourceType"),
		supportCode: member[*string](t, "SupportCode"), tags: member[[]types.Tag](t, "Tags"),
	}
	envelopes.Store(t, e)
	return e
}

// nameMember finds the name of a document: in Name, or in a member that is called after the kind,
// as in ContainerServiceName.
func nameMember(doc reflect.Type) []int {
	if name := member[*string](doc, "Name"); name != nil {
		return name
	}
	return member[*string](doc, doc.Name()+"Name")
}

// member finds a member of a document's type; nil if it has none of the name and type.
func member[T any](doc reflect.Type, name string) []int {
	f, ok := doc.FieldByName(name)
	if !ok || f.Type != reflect.TypeFor[T]() {
		return nil
	}
	return f.Index
}

// at returns a pointer to a member of a document; nil if the type has none.
func at[T any](doc any, index []int) *T {
	if index == nil {
		return nil
	}
	return reflect.ValueOf(doc).Elem().FieldByIndex(index).Addr().Interface().(*T)
}

func set[T any](doc any, index []int, value T) {
	if m := at[T](doc, index); m != nil {
		*m = value
	}
}

// fill writes the envelope of a resource into its document.
func (e *envelope) fill(r *Resource, doc any, supportSuffix string) {
	arn := r.ARN()
	set(doc, e.arn, &arn)
	set(doc, e.name, &r.Name)
	set(doc, e.createdAt, &r.CreatedAt)
	set(doc, e.location, r.Location())
	set(doc, e.resourceType, types.ResourceType(r.Kind))
	if code := at[*string](doc, e.supportCode); code != nil && *code == nil && supportSuffix != "" {
		*code = new(r.SupportCode(supportSuffix))
	}
}

// check returns an error if a document's envelope is not the one that fill writes, or if
// it repeats the tags, which are stored beside it.
func (e *envelope) check(r *Resource, doc any, supportSuffix string) error {
	code := ""
	if supportSuffix != "" {
		code = r.SupportCode(supportSuffix)
	}
	switch {
	case !holds(doc, e.arn, r.ARN()) || !holds(doc, e.name, r.Name):
		return fmt.Errorf("doc: its arn or name are not the resource's")
	case !isTime(doc, e.createdAt, r.CreatedAt):
		return fmt.Errorf("doc: createdAt is not when the resource was created")
	case !isLocation(doc, e.location, r.Location()):
		return fmt.Errorf("doc: location is not the resource's")
	case e.resourceType != nil && *at[types.ResourceType](doc, e.resourceType) != types.ResourceType(r.Kind):
		return fmt.Errorf("doc: resourceType is not the resource's kind")
	case !holds(doc, e.supportCode, code):
		return fmt.Errorf("doc: supportCode is not the resource's")
	case e.tags != nil && *at[[]types.Tag](doc, e.tags) != nil:
		return fmt.Errorf("doc: tags are beside the document, not in it")
	case !r.Kind.Taggable() && len(r.Tags) > 0:
		return fmt.Errorf("a resource of the kind %s has no tags", r.Kind)
	}
	return nil
}

// holds reports whether a member is the text; absent is "". A type without the member
// holds any.
func holds(doc any, index []int, want string) bool {
	m := at[*string](doc, index)
	if m == nil {
		return true
	}
	if *m == nil {
		return want == ""
	}
	return **m == want
}

func isTime(doc any, index []int, want time.Time) bool {
	m := at[*time.Time](doc, index)
	return m == nil || *m != nil && (*m).Equal(want)
}

func isLocation(doc any, index []int, want *types.ResourceLocation) bool {
	m := at[*types.ResourceLocation](doc, index)
	return m == nil || reflect.DeepEqual(*m, want)
}
