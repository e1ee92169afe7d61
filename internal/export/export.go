package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Options say what to write.
type Options struct {
	// Account is the only account to write; "" is everything.
	Account string
	// Passphrase seals the secrets; without one they are left out.
	Passphrase []byte
	// Cost is that of guessing the passphrase. Zero is one that RFC 9106 recommends.
	Cost Cost
	// Version is the version of Lanyard, Now the time on the lifecycle clock: both are in the
	// header.
	Version string
	Now     time.Time
	// Kinds are the kinds of resources that this version knows.
	Kinds resource.StoredKinds
}

// Exported is what an export wrote.
type Exported struct {
	Counts
	// LeftOut is how many secrets were left out.
	LeftOut int
}

// Export writes one state of the store. The sealer is the store's. It keeps one
// record in memory at a time.
func Export(ctx context.Context, db *store.DB, sealer *seal.Sealer, o Options, w io.Writer) (Exported, error) {
	buffer := bufio.NewWriterSize(w, 64<<10)
	e := &exporter{o: o, sealer: sealer, w: buffer}
	if o.Passphrase != nil {
		var err error
		if e.vault, e.vaultSealer, err = newVault(o.Passphrase, o.Cost); err != nil {
			return Exported{}, err
		}
	}
	if err := db.View(ctx, func(tx *store.Tx) error { return e.run(ctx, tx) }); err != nil {
		return Exported{}, err
	}
	return e.done, buffer.Flush()
}

type exporter struct {
	o      Options
	sealer *seal.Sealer
	// vault and vaultSealer are nil if secrets are left out.
	vault       *vault
	vaultSealer *seal.Sealer
	w           io.Writer
	line        bytes.Buffer
	ctx         context.Context //nolint:containedctx // it lives as long as the export
	done        Exported
}

func (e *exporter) run(ctx context.Context, tx *store.Tx) error {
	e.ctx = ctx
	tx.SetNow(e.o.Now) // what is gone by then is left out
	h, err := e.header(tx)
	if err != nil {
		return err
	}
	if err := e.write(h); err != nil {
		return err
	}
	for _, table := range []func(*store.Tx) error{
		e.accounts, e.regionSetups, e.identities, e.accessKeys, e.resources, e.links, e.addresses, e.quotaUses, e.entries, e.entryLists, e.operations,
	} {
		if err := table(tx); err != nil {
			return err
		}
	}
	return e.write(footer{Record: "footer", Counts: e.done.Counts})
}

func (e *exporter) header(tx *store.Tx) (*header, error) {
	h := &header{
		Record: "header", Format: formatName, Version: formatVersion,
		Lanyard: e.o.Version, Created: e.o.Now.UTC().Truncate(time.Millisecond), Account: e.o.Account, Secrets: e.vault,
	}
	accounts := &identity.Accounts{Tx: tx}
	if e.o.Account != "" {
		_, err := tx.Account(e.o.Account)
		if errors.Is(err, store.ErrNotFound) {
			err = fmt.Errorf("there is no account %s", e.o.Account)
		}
		return h, err
	}
	var err error
	if h.RootAccount, err = accounts.Root(); err != nil {
		return nil, err
	}
	h.IdentitiesFile, err = accounts.FileNote()
	return h, err
}

// put writes a record and counts it.
func (e *exporter) put(count *int, r record) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	*count++
	return e.write(r)
}

func (e *exporter) write(v any) error {
	e.line.Reset()
	encoder := json.NewEncoder(&e.line)
	encoder.SetEscapeHTML(false) // documents stay as they are
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write a record: %w", err)
	}
	if e.line.Len() > maxLine {
		return fmt.Errorf("a record has %d bytes, more than the %d that a line may have", e.line.Len(), maxLine)
	}
	_, err := e.w.Write(e.line.Bytes())
	return err
}

func (e *exporter) accounts(tx *store.Tx) error {
	return tx.EachAccount(e.o.Account, func(a *store.Account) error {
		return e.put(&e.done.Accounts, &accountRecord{
			Record: "account", ID: a.ID, Created: a.CreatedAt.UTC(), SetUpUntil: utc(a.SetupUntil), Closed: a.Closed,
		})
	})
}

func (e *exporter) regionSetups(tx *store.Tx) error {
	return tx.EachRegionSetup(e.o.Account, func(s store.AccountRegionSetup) error {
		return e.put(&e.done.RegionSetups, &regionSetupRecord{
			Record: "regionSetup", Account: s.Account, Region: s.Region, Until: utc(s.Until),
		})
	})
}

func (e *exporter) identities(tx *store.Tx) error {
	return tx.EachIdentity(e.o.Account, func(i *store.Identity) error {
		return e.put(&e.done.Identities, &identityRecord{
			Record: "identity", Account: i.Account, Kind: i.Kind, Name: i.Name, ID: i.ID, Created: i.CreatedAt.UTC(), Doc: i.Doc,
		})
	})
}

func (e *exporter) accessKeys(tx *store.Tx) error {
	return tx.EachAccessKey(e.o.Account, func(k *store.AccessKey) error {
		moved, err := e.keySecret(k)
		if err != nil {
			return fmt.Errorf("secret of the access key %s: %w", k.ID, err)
		}
		return e.put(&e.done.AccessKeys, &accessKeyRecord{
			Record: "accessKey", Account: k.Account, ID: k.ID, Owner: k.Owner, Active: k.Active, Created: k.CreatedAt.UTC(), secret: moved,
		})
	})
}

func (e *exporter) resources(tx *store.Tx) error {
	return tx.EachResource(e.o.Account, func(r *resource.Resource) error {
		// A server of an earlier version that is still running may have written it.
		if err := e.o.Kinds.Upgrade(e.sealer, r); err != nil {
			return err
		}
		record := &resourceRecord{
			Record: "resource", Account: r.Account, Region: r.Region, Name: r.Name, Kind: string(r.Kind), Zone: r.Zone, ID: r.ID,
			Created: r.CreatedAt.UTC(), Tags: make([]tag, len(r.Tags)), Doc: r.Doc, Priv: r.Priv,
			GoneAt: utc(r.GoneAt),
		}
		for i, t := range r.Tags {
			record.Tags[i] = tag{*t.Key, resource.TagValue(t)}
		}
		if err := e.takeSecrets(r, record); err != nil {
			return fmt.Errorf("secret of the %s %s: %w", r.Kind, r.ID, err)
		}
		return e.put(&e.done.Resources, record)
	})
}

// takeSecrets moves what is sealed in a resource's private document into the record.
func (e *exporter) takeSecrets(r *resource.Resource, record *resourceRecord) error {
	if len(r.Priv) == 0 {
		record.Priv = nil
		return nil
	}
	sealed, rest, err := splitSecrets(r.Priv, r.Kind.Secrets())
	if err != nil || len(sealed) == 0 {
		return err
	}
	record.Priv = rest
	if e.vault == nil {
		e.done.LeftOut += len(sealed)
		record.LeftOut = true
		return nil
	}
	if sealed, err = resealed(r, e.sealer, e.vaultSealer, sealed, nil); err != nil {
		return err
	}
	record.setSecrets(sealed)
	return nil
}

func (e *exporter) links(tx *store.Tx) error {
	return tx.EachLink(e.o.Account, func(l store.StoredLink) error {
		return e.put(&e.done.Links, &linkRecord{
			Record: "link", Account: l.Account, From: l.From, Role: string(l.Role), To: l.To, Position: l.Position, Doc: l.Doc,
		})
	})
}

func (e *exporter) addresses(tx *store.Tx) error {
	return tx.EachAddress(e.o.Account, func(a store.AccountAddress) error {
		return e.put(&e.done.Addresses, &addressRecord{Record: "address", Account: a.Account, Owner: a.Owner, Pool: a.Pool, Number: a.Number})
	})
}

func (e *exporter) operations(tx *store.Tx) error {
	return tx.EachOperation(e.o.Account, func(o *store.Operation) error {
		return e.put(&e.done.Operations, &operationRecord{
			Record: "operation", Account: o.Account, Region: o.Region, Resource: o.Resource, ID: o.ID, Position: o.Position, Doc: o.Doc,
			Subject: o.Subject, Generation: o.Generation,
		})
	})
}

// keySecret seals the secret of an access key for the file, or leaves it out.
func (e *exporter) keySecret(k *store.AccessKey) (secret, error) {
	if e.vault == nil {
		e.done.LeftOut++
		return secret{LeftOut: true}, nil
	}
	plain, err := e.sealer.Open(seal.AccessKeySecret, k.Secret, k.Account, k.ID)
	if err != nil {
		return secret{}, err
	}
	defer clear(plain)
	return secret{Sealed: e.vaultSealer.Seal(seal.AccessKeySecret, plain, k.Account, k.ID)}, nil
}

// utc keeps the zero time, which stands for none.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
