package api

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
)

// Do makes a call inside the process, in the same way as one over HTTP: there has to be
// room for it, the body is decoded and validated, the caller's rights are checked, and it
// is logged and measured. The body is the input as AWS JSON. The error is what a client
// would get, an exception of the SDK or a *FrontError; the details of an internal error
// are in the log alone.
func (p *Pipeline) Do(ctx context.Context, caller Caller, region, action string, body []byte) (out smithy.Serializable, err error) {
	internal, err := p.service.Do(ctx, func(hc *httpcall.Call) error {
		a, err := p.action(action)
		if err != nil {
			return err
		}
		a.note(hc)
		if len(body) > httpcall.MaxBody {
			return errTooLarge
		}
		if _, known := catalogue.LookupRegion(region); !known {
			return &FrontError{Type: "UnknownOperationException", Message: fmt.Sprintf("There is no region %q.", region)}
		}
		hc.Body = body
		return p.admitted(func() (err error) {
			out, err = p.route(p.newCall(hc, caller, region, a))
			return err
		})
	})
	if internal {
		err = serviceException(err)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Invoke is Do with the SDK's types.
func Invoke[I, O any, PI Input[I], PO Output[O]](ctx context.Context, p *Pipeline, caller Caller, region string, in PI) (PO, error) {
	name := strings.TrimSuffix(reflect.TypeFor[I]().Name(), "Input")
	out, err := p.Do(ctx, caller, region, name, codec.Encode(in))
	if err != nil {
		return nil, err
	}
	typed, ok := out.(PO)
	if !ok {
		return nil, fmt.Errorf("api: the output of %s is a %T", name, out)
	}
	return typed, nil
}
