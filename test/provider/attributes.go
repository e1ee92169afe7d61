package provider

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// attributes are a resource's members by their paths, as in Terraform's state: "location.regionName", "ports.80". Of a list
// there is its length, "disks.#", and each element, "disks.0.name"; of a map "ports.%". Tags are a map. What is absent in the answer has no
// entry.
type attributes map[string]string

// absent is the value of what is not there.
const absent = "(absent)"

// flatten returns the attributes of a value of the SDK's types.
func flatten(v any) attributes {
	a := attributes{}
	a.add("", reflect.ValueOf(v))
	return a
}

func (a attributes) add(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		switch {
		case v.IsNil():
		case v.Elem().Kind() == reflect.String:
			a[path] = v.Elem().String()
		default:
			a.add(path, v.Elem())
		}
	case reflect.Struct:
		a.addStruct(path, v)
	case reflect.Slice:
		a.addList(path, v)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		a[path+".%"] = strconv.Itoa(v.Len())
		for _, key := range v.MapKeys() {
			a.add(path+"."+key.String(), v.MapIndex(key))
		}
	case reflect.String:
		if v.String() != "" { // an enum that is absent is ""
			a[path] = v.String()
		}
	default:
		a[path] = fmt.Sprint(v.Interface())
	}
}

func (a attributes) addStruct(path string, v reflect.Value) {
	if at, isTime := reflect.TypeAssert[time.Time](v); isTime {
		a[path] = at.UTC().Format(time.RFC3339) // providers keep no fractions of seconds
		return
	}
	for _, field := range reflect.VisibleFields(v.Type()) {
		if field.IsExported() {
			name := strings.ToLower(field.Name[:1]) + field.Name[1:]
			a.add(strings.TrimPrefix(path+"."+name, "."), v.FieldByIndex(field.Index))
		}
	}
}

func (a attributes) addList(path string, v reflect.Value) {
	if v.IsNil() {
		return
	}
	if list, areTags := reflect.TypeAssert[[]types.Tag](v); areTags {
		a[path+".%"] = strconv.Itoa(len(list))
		for _, tag := range list {
			a.add(path+"."+*tag.Key, reflect.ValueOf(tag.Value))
		}
		return
	}
	a[path+".#"] = strconv.Itoa(v.Len())
	for n := range v.Len() {
		a.add(path+"."+strconv.Itoa(n), v.Index(n))
	}
}

// at returns the value at a path, or absent.
func (a attributes) at(path string) string {
	if value, ok := a[path]; ok {
		return value
	}
	return absent
}

// faults says what a provider stumbles over. The reads are paths, separated by spaces: such a member must be there, "arn!" must not be
// empty, and "publicIpAddress?" may be absent. "*" stands for each element of a list.
func (a attributes) faults(reads string) (faults []string) {
	for path := range strings.FieldsSeq(reads) {
		name := strings.TrimRight(path, "!?")
		for _, path := range a.elements(name, path) {
			name := strings.TrimRight(path, "!?")
			switch {
			case strings.HasSuffix(path, "?"):
			case !a.has(name):
				faults = append(faults, name+" is absent: the provider panics")
			case strings.HasSuffix(path, "!") && a[name] == "":
				faults = append(faults, name+" is empty: the provider's test fails")
			}
		}
	}
	return faults
}

// elements puts the numbers of all elements in place of a star.
func (a attributes) elements(name, path string) (paths []string) {
	before, _, hasStar := strings.Cut(name, ".*")
	if !hasStar {
		return []string{path}
	}
	length, err := strconv.Atoi(a[before+".#"])
	if err != nil {
		return []string{before}
	}
	for n := range length {
		paths = append(paths, strings.Replace(path, "*", strconv.Itoa(n), 1))
	}
	return paths
}

func (a attributes) has(name string) bool {
	_, ok := a[name]
	return ok || slices.ContainsFunc(slices.Collect(maps.Keys(a)), func(path string) bool { return strings.HasPrefix(path, name+".") })
}

// only returns the attributes that a provider keeps.
func (a attributes) only(reads string) attributes {
	kept := attributes{}
	for path := range strings.FieldsSeq(reads) {
		name := strings.TrimRight(path, "!?")
		if before, _, hasStar := strings.Cut(name, ".*"); hasStar {
			name = before
		}
		for path, value := range a {
			if path == name || strings.HasPrefix(path, name+".") {
				kept[path] = value
			}
		}
	}
	return kept
}
