package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// nothingIsInvalid are the built actions whose input can be no bad one.
var nothingIsInvalid = []string{
	"DownloadDefaultKeyPair", "GetBucketBundles", "GetContainerAPIMetadata", "GetContainerServicePowers", "GetDistributionBundles", "GetProfile", "GetRegions", "IsVpcPeered",
	"PeerVpc", "UnpeerVpc",
}

// TestActions_haveTheExceptionsOfTheModel reaches the exceptions that the API model
// lists for each built action, and sees that others do not fail with them, but for two: OperationFailureException depends on
// a resource's state, and the families' own tests have it; test/actions has NotFoundException.
func TestActions_haveTheExceptionsOfTheModel(t *testing.T) {
	w := newWorld(t)
	root, nobody := w.signedAs(w.root(ours)), w.signedAs(w.user("nobody"))
	walk := func(exception string, as *lanyardtest.Server, body func(action string) (string, bool)) {
		t.Helper()
		for _, a := range built() {
			text, reachable := body(a.Name)
			this := call{action: a.Name, body: text}
			switch {
			case !reachable:
			case a.MayFailWith(exception):
				wantCodeOf(t, a.Name, wantAnswer(t, as, this, exception))
			default:
				if got := this.send(t, as).body; strings.Contains(got, exception) {
					t.Errorf("%s answers %s, which the API model does not list for it", a.Name, got)
				}
			}
		}
	}
	empty := func(string) (string, bool) { return "{}", true }

	walk(denied, nobody, empty)
	walk("InvalidInputException", root, func(action string) (string, bool) {
		switch action { // these have no pages
		case "GetContactMethods":
			return `{"protocols":["Fax"]}`, true
		case "GetContainerServices":
			return `{"serviceName":"-"}`, true
		case "GetDistributionLatestCacheReset":
			return `{"distributionName":"-"}`, true
		}
		return `{"pageToken":"forged"}`, !slices.Contains(nothingIsInvalid, action)
	})
	w.change(func(tx *store.Tx) error { return tx.SetRegionSetup(ours, "us-east-1", w.now.Add(time.Minute)) })
	walk("RegionSetupInProgressException", root, empty)
	w.change(func(tx *store.Tx) error {
		return tx.UpdateAccount(&store.Account{ID: ours, SetupUntil: w.now.Add(time.Minute)})
	})
	walk("AccountSetupInProgressException", root, empty)
	w.change(func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: ours, Closed: true}) })
	walk("UnauthenticatedException", root, empty)
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	walk("ServiceException", root, empty)
}

// wantCodeOf wants an exception to have a code, unless its action is about container services: none
// of those has one, whatever part of the server makes it.
func wantCodeOf(t *testing.T, action, answer string) {
	t.Helper()
	if has := strings.Contains(answer, `"code":`); has == strings.Contains(action, "Container") {
		t.Errorf("the exception of %s has a code: %t, want the contrary: %s", action, has, answer)
	}
}

// built are the actions that do something: all but those that every resource refuses.
func built() []model.Action {
	var names []string
	for _, a := range api.Describe(families.All(families.Deps{}).Actions) {
		if !a.Refused {
			names = append(names, a.Name)
		}
	}
	return slices.DeleteFunc(slices.Clone(model.Actions()), func(a model.Action) bool { return !slices.Contains(names, a.Name) })
}
