package account

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// emptyLists are the lists of families that are not built. They are empty, so that tools
// that take an inventory of an account work. Prices and plans of these families belong to
// no account: those actions are not built.
func emptyLists() []api.Action {
	return []api.Action{
	}
}

// empty makes an action that answers as an account does that has nothing of the kind.
// list returns the answer and the request's page token, which none was given out for.
func empty[I, O any, PI api.Input[I], PO api.Output[O]](list func(PI) (PO, *string), options ...api.Option) api.Action {
	return api.New(func(_ *api.Call, in PI) (PO, error) {
		out, token := list(in)
		return out, api.Whole(token)
	}, append(options, api.OfEmptyAccount())...)
}
