package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

const (
	region  = "us-east-1"
	account = "111122223333"
	keyID   = "BENCHKEY"
	secret  = "a-secret-for-measuring"
	// pageSize keeps rows comparable with those of earlier versions, whose pages were as
	// long.
	pageSize = 100
	edLine   = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"
)

// world is a server in this process.
type world struct {
	endpoint string
	stop     func() error
}

// start runs a server on a directory, which it does not remove.
func start(dir string, change func(*server.Options)) (*world, error) {
	o := server.Options{
		Listen: "127.0.0.1:0", Database: home.Database{DataDir: dir}, KeyPool: -1, PageSize: pageSize,
		Root: home.Root{AccountID: account, AccessKeyID: keyID, SecretAccessKey: secret},
		Log:  slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	s, err := server.New(context.Background(), o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	return &world{s.Endpoint(), func() error {
		cancel()
		return <-done
	}}, nil
}

// withServer runs fn against a server on a new directory.
func withServer(change func(*server.Options), fn func(*world) error) error {
	dir, err := os.MkdirTemp("", "lanyard-bench")
	if err != nil {
		return err
	}
	w, err := start(dir, change)
	if err != nil {
		return err
	}
	return errors.Join(fn(w), w.stop(), os.RemoveAll(dir))
}

func (w *world) client() *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     region, BaseEndpoint: &w.endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, ""),
	})
}

// signed is a request that was signed beforehand and is sent again and again.
type signed struct {
	url    string
	header http.Header
	body   string
}

func sign(ctx context.Context, url, action, body string) (signed, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/", http.NoBody)
	if err != nil {
		return signed{}, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Lightsail_20161128."+action)
	sum := sha256.Sum256([]byte(body))
	err = v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, r,
		hex.EncodeToString(sum[:]), "lightsail", region, time.Now())
	return signed{url + "/", r.Header, body}, err
}

func (s signed) send(ctx context.Context, c *http.Client) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader(s.body))
	if err != nil {
		return nil, err
	}
	r.Header = s.header
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return body, err
}

// lightClient sends one request again and again over a connection of its own.
type lightClient struct {
	conn    net.Conn
	answers *bufio.Reader
	request []byte
}

func (s signed) dial(ctx context.Context) (*lightClient, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader(s.body))
	if err != nil {
		return nil, err
	}
	r.Header = s.header
	var request bytes.Buffer
	if err := r.Write(&request); err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", r.Host)
	if err != nil {
		return nil, err
	}
	return &lightClient{conn, bufio.NewReader(conn), request.Bytes()}, nil
}

func (c *lightClient) send() error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return err
}

func (c *lightClient) close() { _ = c.conn.Close() }

// rate calls from several clients for a while and returns calls per second.
func rate(ctx context.Context, clients int, d time.Duration, call func(n int64) error) (float64, error) {
	var n atomic.Int64
	var failed error
	var once sync.Once
	var wg sync.WaitGroup
	begin := time.Now()
	for range clients {
		wg.Go(func() {
			for time.Since(begin) < d && ctx.Err() == nil {
				if err := call(n.Add(1)); err != nil {
					once.Do(func() { failed = err })
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(begin).Seconds(), failed
}

// inTurn measures rates in turn, several times, so that all meet the same weather, and
// returns each one's rates, round by round.
func inTurn(rounds int, measures ...func() (float64, error)) ([][]float64, error) {
	all := make([][]float64, len(measures))
	for range rounds {
		for i, measure := range measures {
			r, err := measure()
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], r)
		}
	}
	return all, nil
}

// comparison has the medians of two rates, and of the ratio that they had in each round.
type comparison struct{ ours, theirs, ratio float64 }

func compare(ours, theirs []float64) comparison {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / theirs[i]
	}
	return comparison{median(slices.Clone(ours)), median(slices.Clone(theirs)), median(ratios)}
}

// alternate compares two rates, measured in turn.
func alternate(rounds int, theirs, ours func() (float64, error)) (comparison, error) {
	rates, err := inTurn(rounds, theirs, ours)
	if err != nil {
		return comparison{}, err
	}
	return compare(rates[1], rates[0]), nil
}

// row is a row with the least ratio that is wanted; without a goal if it is 0.
func (c comparison) row(what, format string, goal float64) row {
	r := row{what: what, measured: fmt.Sprintf(format+"/s to "+format+"/s", c.ours, c.theirs), ratio: fmt.Sprintf("%.2f", c.ratio)}
	if goal > 0 {
		r.goal, r.met = fmt.Sprintf("≥ %.2f", goal), c.ratio >= goal
	}
	return r
}

func median[T float64 | time.Duration](v []T) T {
	slices.Sort(v)
	return v[len(v)/2]
}

func percentile(v []time.Duration, p float64) time.Duration {
	slices.Sort(v)
	return v[int(p*float64(len(v)-1))]
}

// timed returns how long each of n calls took.
func timed(n int, call func(i int) error) ([]time.Duration, error) {
	took := make([]time.Duration, 0, n)
	for i := range n {
		begin := time.Now()
		if err := call(i); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin))
	}
	return took, nil
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// machine describes what this runs on.
func machine() string {
	cpu := "unknown CPU"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range bytes.Lines(info) {
			if name, ok := bytes.CutPrefix(line, []byte("model name\t: ")); ok {
				cpu = string(bytes.TrimSpace(name))
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", cpu, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
