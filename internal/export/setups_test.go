package export_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fillSetups adds a peering, and two setups of HTTPS to an instance: one succeeds, one fails.
func (s *site) fillSetups() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		r := newResource(90, root, instance.LightsailVPC(root, region), resource.PeeredVPC)
		r.Zone = "all"
		peering := instance.NewPeering(r)
		peering.Fill(peering.SupportSuffix())
		if err := firstOf(peering.Pack(), tx.InsertResource(r)); err != nil {
			return err
		}
		for name, event := range map[string]string{"www.example.org": instance.SetupSucceeds, "shop.test": instance.SetupFails} {
			made := instance.Setup{OperationID: webPair, DomainNames: []string{name}, Provider: types.CertificateProviderLetsEncrypt}
			made.Plan = instance.SetupLifecycle.Plan(event, now, now.Add)
			doc, err := made.Pack()
			if err != nil {
				return err
			}
			if _, err := tx.AppendEntry(webInstance, instance.Setups, now, doc); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// TestImport_setups moves a peering and the history of an instance.
func TestImport_setups(t *testing.T) {
	file, exported := newSite(t, newDSN(t)).fill().fillInstances().fillSetups().export(export.Options{Passphrase: passphrase})
	to := newSite(t, newDSN(t))
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil || exported.Entries != 2 || imported.Counts != exported.Counts {
		t.Fatalf("exported %+v, imported %+v, %v, want the same with 2 entries", exported, imported, err)
	}
	to.view(func(tx *store.Tx) error {
		n, err := tx.CountEntries(webInstance, instance.Setups)
		if n != 2 {
			t.Errorf("the instance has %d setups, want 2", n)
		}
		if err == nil {
			_, err = tx.ResourceIn(root, region, resource.PeeredVPC.Space(), instance.LightsailVPC(root, region))
		}
		return err
	})
}

// TestImport_invalidSetups changes one thing about a setup or a peering. The API would not have made any of them.
func TestImport_invalidSetups(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillSetups().export(export.Options{})
	to := newSite(t, newDSN(t))
	const peering, setup, failed = `"kind":"PeeredVpc"`, `["www.example.org"]`, `["shop.test"]`
	for title, tc := range map[string]struct{ line, old, with, want string }{
		"another network":             {peering, `vpc-0[0-9a-f]{16}`, `vpc-00000000000000000`, "is not the id of the region's network"},
		"a peering in a zone":         {peering, `"zone":"all"`, `"zone":"us-east-1a"`, "location is not the resource's"},
		"more of a peering":           {peering, `"doc":\{`, `"doc":{"supportCode":"1",`, "supportCode is not what Lanyard writes"},
		"no operation":                {setup, `"operationId":"[^"]*"`, `"operationId":"x"`, "operationId is not the id of an operation"},
		"an unknown authority":        {setup, `"LetsEncrypt"`, `"Mallory"`, `unknown certificateProvider "Mallory"`},
		"no names":                    {setup, `\["www.example.org"\]`, `[]`, "there are not from 1 to 10 domainNames"},
		"too many names":              {setup, `\["www.example.org"`, `["www.example.org"` + strings.Repeat(`,"www.example.org"`, 10), "there are not from 1 to 10 domainNames"},
		"an invalid name":             {setup, `www.example.org`, `*`, `domainNames has "*"`},
		"a failure for no reason":     {failed, `shop.test`, `shop.example.org`, "the plan is not that of a setup"},
		"a success that cannot be":    {setup, `www.example.org`, `shop.test`, "the plan is not that of a setup"},
		"no plan":                     {setup, `"plan":\[[^\]]*\]`, `"plan":[]`, "the plan is not that of a setup"},
		"a setup of many years":       {setup, `\{"at":"[^"]*","state":"succeeded"\}`, `{"at":"2090-01-01T00:00:00Z","state":"succeeded"}`, "the plan takes more than 30 days"},
		"a member that is not stored": {setup, `"plan":`, `"emailAddress":"x","plan":`, `unknown field "emailAddress"`},
	} {
		t.Run(title, func(t *testing.T) {
			line := lineWith(t, good, tc.line)
			wantLineRefused(t, to, good, line, replaceRegexp(line, tc.old, tc.with), tc.want)
		})
	}
}
