package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// hosted is a script's server. It is in the environment's values as hostedKey.
type hosted struct {
	server *server.Server
	stop   func() error
}

type hostedKey struct{}

// inStore changes the script's database beside its server.
func inStore(ts *testscript.TestScript, fn func(*store.Tx) error) {
	db, err := store.Open(context.Background(), store.Options{DSN: filepath.Join(ts.Getenv("LANYARD_DATA_DIR"), "lanyard.db")})
	ts.Check(err)
	defer func() { ts.Check(db.Close()) }()
	ts.Check(db.Update(context.Background(), fn))
}

// rewriteInstance is the command: rewrite REGION NAME MEMBER QUOTED. It changes a member of
// an instance's document in the database, as a crafted file or a damaged disk would.
func rewriteInstance(ts *testscript.TestScript, _ bool, args []string) {
	value, err := strconv.Unquote(args[3])
	ts.Check(err)
	inStore(ts, func(tx *store.Tx) error {
		r, err := tx.Resource(rootAccount, args[0], args[1])
		if err != nil {
			return err
		}
		var doc map[string]any
		if err := json.Unmarshal(r.Doc, &doc); err != nil {
			return err
		}
		if doc[args[2]] == nil {
			return fmt.Errorf("document of the instance: no member %s", args[2])
		}
		doc[args[2]] = value
		if r.Doc, err = json.Marshal(doc); err != nil {
			return err
		}
		return tx.UpdateResource(r)
	})
}

// setFirewall is the command: firewall REGION NAME SOURCE... It opens port 22 to IPv4
// blocks and aliases, and nothing else.
func setFirewall(ts *testscript.TestScript, _ bool, args []string) {
	port := types.PortInfo{FromPort: 22, ToPort: 22, Protocol: types.NetworkProtocolTcp}
	for _, source := range args[2:] {
		if strings.Contains(source, "/") {
			port.Cidrs = append(port.Cidrs, source)
		} else {
			port.CidrListAliases = append(port.CidrListAliases, source)
		}
	}
	ports := []types.PortInfo{port}
	if len(args) == 2 {
		ports = []types.PortInfo{}
	}
	_, err := rootClient(ts, args[0]).PutInstancePublicPorts(context.Background(), &lightsail.PutInstancePublicPortsInput{InstanceName: &args[1], PortInfos: ports})
	ts.Check(err)
}

// getAccess is the command: access REGION NAME FILE. It writes the key and certificate of
// GetInstanceAccessDetails for OpenSSH.
func getAccess(ts *testscript.TestScript, _ bool, args []string) {
	out, err := rootClient(ts, args[0]).GetInstanceAccessDetails(context.Background(), &lightsail.GetInstanceAccessDetailsInput{InstanceName: &args[1]})
	ts.Check(err)
	path := ts.MkAbs(args[2])
	ts.Check(os.WriteFile(path, []byte(*out.AccessDetails.PrivateKey+"\n"), 0o600))
	ts.Check(os.WriteFile(path+"-cert.pub", []byte(*out.AccessDetails.CertKey+"\n"), 0o600))
}

// impersonate is the command: impostor REGION NAME. It stops the server, and starts a hostile
// one on its port. Its answers are those of the server, except that the user name is a
// command. The file impostor.log has the calls.
func impersonate(ts *testscript.TestScript, _ bool, args []string) {
	h, _ := ts.Value(hostedKey{}).(*hosted)
	address := strings.TrimPrefix(h.server.Endpoint(), "http://")
	out, err := rootClient(ts, args[0]).GetInstanceAccessDetails(context.Background(), &lightsail.GetInstanceAccessDetailsInput{InstanceName: &args[1]})
	ts.Check(err)
	ts.Check(h.stop())
	d := out.AccessDetails
	details, err := json.Marshal(map[string]any{"accessDetails": map[string]any{
		"username":   "admin\n    ProxyCommand touch " + ts.MkAbs("owned") + " #",
		"privateKey": *d.PrivateKey, "certKey": *d.CertKey, "instanceName": *d.InstanceName, "protocol": "ssh",
	}})
	ts.Check(err)
	listener, err := net.Listen("tcp", address)
	ts.Check(err)
	var mu sync.Mutex
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		f, _ := os.OpenFile(ts.MkAbs("impostor.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		fmt.Fprintln(f, r.Method, r.URL.Path, r.Header.Get("X-Amz-Target"))
		_ = f.Close()
		switch {
		case r.URL.Path == "/readyz":
			_, _ = io.WriteString(w, "ready\n")
		case r.Header.Get("X-Amz-Target") != "":
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_, _ = w.Write(details)
		default:
			_, _ = io.WriteString(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>`+
				rootAccount+`</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		}
	})
	impostor := &http.Server{Handler: answer}
	go func() { _ = impostor.Serve(listener) }()
	ts.Defer(func() { _ = impostor.Close() })
}

// renameUser is the command: rename-user NAME QUOTED. It gives a user another name in the
// database, as a crafted file would.
func renameUser(ts *testscript.TestScript, _ bool, args []string) {
	value, err := strconv.Unquote(args[1])
	ts.Check(err)
	inStore(ts, func(tx *store.Tx) error {
		e, err := tx.Identity(rootAccount, "user", args[0])
		if err != nil {
			return err
		}
		if err := tx.DeleteIdentity(e); err != nil {
			return err
		}
		e.Name = value
		return tx.InsertIdentity(e)
	})
}
