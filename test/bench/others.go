package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// replicas: two servers on one PostgreSQL serve more than one.
func replicas(ctx context.Context, s settings) (rows []row, err error) {
	pg, err := pgtest.New()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pg.Close()) }()
	dsn, err := pg.NewDatabase()
	if err != nil {
		return nil, err
	}
	key := base64.StdEncoding.EncodeToString(seal.NewMasterKey())
	shared := func(o *server.Options) { o.Store, o.MasterKey.Text = dsn, key }
	return rows, withServer(shared, func(a *world) error {
		return withServer(shared, func(b *world) error {
			c := a.client()
			if _, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: new("there"), PublicKeyBase64: new(edLine)}); err != nil {
				return err
			}
			onA, err := sign(ctx, a.endpoint, "GetKeyPair", `{"keyPairName":"there"}`)
			if err != nil {
				return err
			}
			onB, err := sign(ctx, b.endpoint, "GetKeyPair", `{"keyPairName":"there"}`)
			if err != nil {
				return err
			}
			both := func() (float64, error) {
				return rate(ctx, 16, s.round/2, func(n int64) error {
					_, err := []signed{onA, onB}[n%2].send(ctx, http.DefaultClient)
					return err
				})
			}
			two, err := alternate(3, s.load(ctx, onA), both)
			r := two.row("7. reads of two replicas on one PostgreSQL to those of one", "%.0f", 1.6)
			if runtime.NumCPU() < 6 && !r.met {
				// Client, database and one replica already fill the machine.
				r.goal = ""
				r.what += fmt.Sprintf(" (%d cores do not allow it: one replica, PostgreSQL and the clients fill them)", runtime.NumCPU())
			}
			rows = []row{r}
			return err
		})
	})
}

// peer: the same work against moto's EC2 server, if the machine has it.
func peer(ctx context.Context, s settings) ([]row, error) {
	const what = "peer: moto's EC2 server"
	binary, err := exec.LookPath("moto_server")
	if err != nil {
		return []row{{what: what, measured: "moto_server is not on this machine"}}, nil
	}
	const listen = "127.0.0.1:20162"
	cmd := exec.CommandContext(ctx, binary, "-H", "127.0.0.1", "-p", "20162")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	moto := func(n int64, form url.Values) error {
		form.Set("Version", "2016-11-15")
		if n >= 0 {
			form.Set("KeyName", fmt.Sprint("key", n))
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+listen+"/", strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=x")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	}
	describe := func(int64) error { return moto(-1, url.Values{"Action": {"DescribeKeyPairs"}}) }
	deadline := time.Now().Add(time.Minute)
	for describe(0) != nil {
		if time.Now().After(deadline) {
			return []row{{what: what, measured: "moto_server does not answer"}}, nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return s.compare(ctx, what, moto, describe)
}

// compare runs both servers' creates and lists in turn.
func (s settings) compare(ctx context.Context, what string, moto func(int64, url.Values) error, describe func(int64) error) (rows []row, err error) {
	dir, err := os.MkdirTemp("", "lanyard-bench")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := start(dir, func(o *server.Options) { o.KeyPool = server.DefaultKeyPool })
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.stop()) }()
	c := w.client()
	create := func(n int64) error {
		_, err := c.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: new(fmt.Sprint("key", n))})
		return err
	}
	theirs, err := rate(ctx, 4, s.round, func(n int64) error { return moto(n, url.Values{"Action": {"CreateKeyPair"}}) })
	if err != nil {
		return nil, err
	}
	ours, err := rate(ctx, 4, s.round, create)
	if err != nil {
		return nil, err
	}
	rows = append(rows, versus(what+", CreateKeyPair, 4 clients", ours, theirs))
	if theirs, err = rate(ctx, 4, s.round, describe); err != nil {
		return nil, err
	}
	ours, err = rate(ctx, 4, s.round, func(int64) error {
		_, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{})
		return err
	})
	return append(rows, versus(what+", DescribeKeyPairs to our GetKeyPairs, 4 clients", ours, theirs)), err
}

func versus(what string, ours, theirs float64) row {
	return row{what: what, measured: fmt.Sprintf("%.1f/s to %.1f/s", ours, theirs), ratio: fmt.Sprintf("%.1f", ours/theirs)}
}
