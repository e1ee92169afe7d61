package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fill makes a store of n key pairs, each with its operation, by bulk load.
func fill(ctx context.Context, dir string, n int) error {
	w, err := start(dir, nil) // makes account and key
	if err != nil {
		return err
	}
	if err := w.stop(); err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{DSN: filepath.Join(dir, "lanyard.db")})
	if err != nil {
		return err
	}
	const batch = 2000
	for from := 0; from < n && err == nil; from += batch {
		err = db.Update(ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				if err := insertPair(tx, fmt.Sprintf("key%07d", i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return errors.Join(err, db.Close())
}

func insertPair(tx *store.Tx, name string) error {
	r := &resource.Resource{
		ID: uuid.NewString(), Account: account, Region: region, Name: name, Kind: resource.KeyPair, Zone: "all",
		CreatedAt: time.Now(), Priv: []byte(`{"publicKey":"` + edLine + `"}`),
	}
	arn, code, finger := r.ARN(), r.SupportCode(name), strings.Repeat("00:", 15)+"00"
	r.Doc = codec.Encode(&types.KeyPair{
		Arn: &arn, CreatedAt: &r.CreatedAt, Fingerprint: &finger, Location: r.Location(), Name: &name,
		ResourceType: types.ResourceTypeKeyPair, SupportCode: &code,
	})
	return errors.Join(tx.InsertResource(r), tx.InsertOperation(pairOperation(r, uuid.NewString(), "ImportKeyPair")))
}

// pairOperation is the record of an action on a key pair.
func pairOperation(r *resource.Resource, id, action string) *store.Operation {
	terminal := true
	return &store.Operation{
		ID: id, Account: r.Account, Region: r.Region, Resource: r.Name,
		Doc: codec.Encode(&types.Operation{
			Id: &id, ResourceName: &r.Name, ResourceType: types.ResourceTypeKeyPair, CreatedAt: &r.CreatedAt, Location: r.Location(),
			IsTerminal: &terminal, OperationType: types.OperationType(action), Status: types.OperationStatusSucceeded,
			StatusChangedAt: &r.CreatedAt,
		}),
	}
}

// costs of calls against a store of some size.
type costs struct {
	get, first, last time.Duration
	listing          time.Duration
}

// measure times the reads of a store.
func (w *world) measure(ctx context.Context, n int) (c costs, err error) {
	client := w.client()
	get, err := timed(600, func(i int) error {
		name := fmt.Sprintf("key%07d", i*7919%n)
		_, err := client.GetKeyPair(ctx, &lightsail.GetKeyPairInput{KeyPairName: &name})
		return err
	})
	if err != nil {
		return c, err
	}
	begin := time.Now()
	var before, token *string
	for {
		out, err := client.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{PageToken: token})
		if err != nil {
			return c, err
		}
		if out.NextPageToken == nil {
			break
		}
		before, token = token, out.NextPageToken
	}
	c.listing = time.Since(begin)
	page := func(token *string) ([]time.Duration, error) {
		return timed(200, func(int) error {
			_, err := client.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{PageToken: token})
			return err
		})
	}
	first, err := page(nil)
	if err != nil {
		return c, err
	}
	last, err := page(before) // the last page that is full
	if err != nil {
		return c, err
	}
	c.get, c.first, c.last = median(get), median(first), median(last)
	return c, nil
}

// largeStore: the cost of a call does not grow with the data.
func largeStore(ctx context.Context, s settings) ([]row, error) {
	const small = 1000
	dirs := map[int]string{}
	for _, n := range []int{small, s.n} {
		dir, err := os.MkdirTemp("", "lanyard-bench")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if err := fill(ctx, dir, n); err != nil {
			return nil, err
		}
		dirs[n] = dir
	}
	results := map[int]costs{}
	for _, n := range []int{small, s.n} {
		w, err := start(dirs[n], nil)
		if err != nil {
			return nil, err
		}
		c, err := w.measure(ctx, n)
		if err = errors.Join(err, w.stop()); err != nil {
			return nil, err
		}
		results[n] = c
	}
	few, many := results[small], results[s.n]
	ratio := func(a, b time.Duration) (string, float64) {
		r := float64(a) / float64(b)
		return fmt.Sprintf("%.2f", r), r
	}
	getText, get := ratio(many.get, few.get)
	pageText, page := ratio(many.first, few.first)
	lastText, last := ratio(many.last, many.first)
	perPair := func(c costs, n int) time.Duration { return c.listing / time.Duration(n) }
	listText, list := ratio(perPair(many, s.n), perPair(few, small))
	name := fmt.Sprintf("4. with %d key pairs to 1,000: ", s.n)
	return []row{
		{name + "GetKeyPair", ms(many.get) + " to " + ms(few.get), getText, "≤ 1.5", get <= 1.5},
		{name + "a GetKeyPairs page of " + strconv.Itoa(pageSize), ms(many.first) + " to " + ms(few.first), pageText, "≤ 1.5", page <= 1.5},
		{"4. the last page to the first", ms(many.last) + " to " + ms(many.first), lastText, "≤ 1.5", last <= 1.5},
		{name + "listing all, per key pair", fmt.Sprint(perPair(many, s.n), " to ", perPair(few, small)), listText, "≤ 1.5", list <= 1.5},
	}, nil
}

// starts: the built binary answers soon and idles small.
func starts(ctx context.Context, s settings) ([]row, error) {
	dir, err := os.MkdirTemp("", "lanyard-bench")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	full := filepath.Join(dir, "full")
	if err := fill(ctx, full, s.n); err != nil {
		return nil, err
	}
	var empty, large []time.Duration
	var idle float64
	for i := range 5 {
		fresh := filepath.Join(dir, fmt.Sprint("fresh", i))
		took, _, err := s.launch(ctx, fresh, 0)
		if err != nil {
			return nil, err
		}
		empty = append(empty, took)
		if took, _, err = s.launch(ctx, full, 0); err != nil {
			return nil, err
		}
		large = append(large, took)
	}
	if _, idle, err = s.launch(ctx, full, 5*time.Second); err != nil {
		return nil, err
	}
	info, err := os.Stat(s.binary)
	if err != nil {
		return nil, err
	}
	size := float64(info.Size()) / megabyte
	e, l := median(empty), median(large)
	return []row{
		{"5. start of the binary to the first signed answer, no store yet", ms(e), "", "≤ 50 ms", e <= 50*time.Millisecond},
		{fmt.Sprintf("5. … with %d key pairs", s.n), ms(l), "", "≤ 100 ms", l <= 100*time.Millisecond},
		{"5. resident memory when idle, pool full", fmt.Sprintf("%.1f MB", idle), "", "≤ 32 MB", idle <= 32},
		{"5. the stripped binary", fmt.Sprintf("%.1f MB", size), "", "≤ 32 MB", size <= 32},
	}, nil
}

const megabyte = 1e6

// launch starts the binary, waits for its first signed answer and, after a rest,
// reads its memory in megabytes.
func (s settings) launch(ctx context.Context, dir string, rest time.Duration) (took time.Duration, rss float64, err error) {
	const listen = "127.0.0.1:20161"
	get, err := sign(ctx, "http://"+listen, "GetKeyPairs", "{}")
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, s.binary, "serve", "--listen", listen, "--data-dir", dir, "--page-size", strconv.Itoa(pageSize),
		"--account-id", account, "--access-key-id", keyID, "--secret-access-key", secret)
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
	}()
	for {
		if _, err = get.send(ctx, http.DefaultClient); err == nil {
			break
		}
		if time.Since(begin) > 20*time.Second {
			return 0, 0, err
		}
		time.Sleep(500 * time.Microsecond)
	}
	took = time.Since(begin)
	if rest == 0 {
		return took, 0, nil
	}
	if err := waitForPool(ctx, "http://"+listen, server.DefaultKeyPool); err != nil {
		return 0, 0, err
	}
	time.Sleep(rest)
	bytes, err := metric(ctx, "http://"+listen, "process_resident_memory_bytes")
	return took, bytes / megabyte, err
}

// metric reads one value from /metrics.
func metric(ctx context.Context, endpoint, name string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(body)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("/metrics has no %s", name)
}
