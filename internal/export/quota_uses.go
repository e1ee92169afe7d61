package export

import (
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// quotaUseRecord is that a resource was created whose creation counts for a quota for a time,
// also if the resource is deleted. Another store would give the quota back without it.
type quotaUseRecord struct {
	Record   string    `json:"record"`
	Account  string    `json:"account"`
	Region   string    `json:"region"`
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	Resource string    `json:"resource"`
}

func (r *quotaUseRecord) owner() string { return r.Account }

func (r *quotaUseRecord) place() []string {
	return []string{r.Account, r.Region, r.Kind, padded(r.At.UnixMilli()), r.Resource}
}

func (r *quotaUseRecord) check(*header) error {
	if resource.Kind(r.Kind).QuotaPeriod() == 0 {
		return fmt.Errorf("no quota counts what was created of the kind %q", shorten(r.Kind))
	}
	if r.At.UnixMilli() < 0 {
		return errors.New("at is before 1970")
	}
	return firstOf(identity.CheckAccountID(r.Account), checkRegion(r.Region), checkUUID(r.Resource), checkTime("at", r.At))
}

func (e *exporter) quotaUses(tx *store.Tx) error {
	return tx.EachQuotaUse(e.o.Account, func(u *store.QuotaUse) error {
		return e.put(&e.done.QuotaUses, &quotaUseRecord{
			Record: "quotaUse", Account: u.Account, Region: u.Region, Kind: string(u.Kind), At: u.At.UTC(), Resource: u.Resource,
		})
	})
}

func (i *importer) quotaUse(r *quotaUseRecord) error {
	i.done.QuotaUses++
	return i.tx.InsertQuotaUse(&store.QuotaUse{
		Account: r.Account, Region: r.Region, Kind: resource.Kind(r.Kind), At: r.At, Resource: r.Resource,
	})
}
