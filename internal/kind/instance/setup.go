package instance

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MaxSetups is how many setups of HTTPS the history of an instance has (API reference).
const MaxSetups = 5

// Setups is the class of an instance's setups of HTTPS.
var Setups = resource.Class{Name: "setups", Limit: MaxSetups, Exported: true, Check: checkSetup}

// Setup is a setup of HTTPS on an instance.
type Setup struct {
	// OperationID is the operation of the call that began the setup.
	OperationID string   `json:"operationId"`
	DomainNames []string `json:"domainNames"`
	// Provider is the certificate authority.
	Provider types.CertificateProvider `json:"certificateProvider"`
	// The plan has the scripts that run, and how the setup ends.
	resource.Planned
	// At and Seq are those of the setup's entry.
	At  time.Time `json:"-"`
	Seq int64     `json:"-"`
}

// The events of SetupLifecycle: how a setup ends.
const (
	SetupSucceeds = "succeeds"
	SetupFails    = "fails"
)

// The steps of a setup. Lightsail leaves Certbot, a redirection and renewal on an instance (developer guide);
// which scripts do that is not published.
const (
	stepCertbot     = "install-certbot"
	stepCertificate = "request-certificate"
	stepRedirect    = "redirect-to-https"
	stepRenewal     = "renew-certificate"

	setupSucceeded = string(types.SetupStatusSucceeded)
	setupFailed    = string(types.SetupStatusFailed)
)

// SetupLifecycle is which scripts a setup runs. AWS says that it takes minutes; the times are a guess.
var SetupLifecycle = resource.Lifecycle{
	SetupSucceeds: {
		{State: stepCertbot, Takes: 30 * time.Second},
		{State: stepCertificate, Takes: 30 * time.Second},
		{State: stepRedirect, Takes: 20 * time.Second},
		{State: stepRenewal, Takes: 10 * time.Second},
		{State: setupSucceeded},
	},
	SetupFails: {
		{State: stepCertbot, Takes: 30 * time.Second},
		{State: stepCertificate, Takes: 30 * time.Second},
		{State: setupFailed},
	},
}

// reservedDomains are top-level domains for which no authority issues certificates (RFC 6761, RFC 6762).
var reservedDomains = []string{"test", "example", "invalid", "localhost", "local"}

// Uncertifiable is the first of the names that no authority issues certificates for; "" if there is none.
func Uncertifiable(names []string) string {
	at := slices.IndexFunc(names, func(name string) bool {
		return slices.Contains(reservedDomains, strings.ToLower(name[strings.LastIndexByte(name, '.')+1:]))
	})
	if at < 0 {
		return ""
	}
	return names[at]
}

// Failure is why a setup fails that asks for a certificate for a name. The text is ours.
func Failure(name string) string {
	return "The certificate authority does not issue a certificate for " + name + ": the name does not end with a public suffix."
}

// Pack returns the document of the setup's entry.
func (s *Setup) Pack() ([]byte, error) { return json.Marshal(s) }

// OpenSetup opens a stored setup.
func OpenSetup(e *resource.Entry) (*Setup, error) {
	s := &Setup{At: e.At, Seq: e.Seq}
	if err := json.Unmarshal(e.Doc, s); err != nil {
		return nil, fmt.Errorf("stored setup %d of %s: %w", e.Seq, e.Owner, err)
	}
	return s, nil
}

// Runs reports whether the setup has begun and not ended.
func (s *Setup) Runs(now time.Time) bool { return !now.Before(s.At) && now.Before(s.Settled()) }

// Show is the setup as the API shows it at a moment, of an instance.
func (s *Setup) Show(i *Instance, now time.Time) types.SetupHistory {
	return types.SetupHistory{
		OperationId: &s.OperationID, Status: statusOf(s.State(now)), ExecutionDetails: s.details(i.Resource.Name, now),
		Request: &types.SetupRequest{CertificateProvider: s.Provider, DomainNames: s.DomainNames, InstanceName: &i.Resource.Name},
		Resource: &types.SetupHistoryResource{
			Arn: i.Doc.Arn, CreatedAt: i.Doc.CreatedAt, Location: i.Doc.Location, Name: i.Doc.Name, ResourceType: i.Doc.ResourceType,
		},
	}
}

// statusOf is the status of a setup in a step.
func statusOf(step string) types.SetupStatus {
	if step == setupSucceeded || step == setupFailed {
		return types.SetupStatus(step)
	}
	return types.SetupStatusInProgress
}

// details are the scripts that have begun at a moment, on an instance of the name.
func (s *Setup) details(name string, now time.Time) []types.SetupExecutionDetails {
	all := []types.SetupExecutionDetails{}
	last := len(s.Plan) - 1
	for n, step := range s.Plan[:last] {
		if step.At.After(now) {
			break
		}
		d := types.SetupExecutionDetails{
			Command: new("/opt/bitnami/lightsail/scripts/" + step.State + ".sh"), DateTime: &step.At, Name: &name,
			Status: types.SetupStatusInProgress, Version: new("1.0"),
		}
		if next := s.Plan[n+1]; !next.At.After(now) {
			d.Status = types.SetupStatusSucceeded
			if next.State == setupFailed {
				d.Status, d.StandardError = types.SetupStatusFailed, new(Failure(Uncertifiable(s.DomainNames)))
			} else {
				d.StandardOutput = new(step.State + ": done")
			}
		}
		all = append(all, d)
	}
	return all
}

// checkSetup holds an entry to what the actions would have written of it.
func checkSetup(e *resource.Entry) error {
	var s Setup
	if err := audit.Decode(e.Doc, &s); err != nil {
		return err
	}
	var a audit.Audit
	a.Want(len(s.OperationID) == 36 && uuid.Validate(s.OperationID) == nil, "operationId is not the id of an operation")
	a.Want(slices.Contains(s.Provider.Values(), s.Provider), "unknown certificateProvider %q", audit.Shorten(string(s.Provider)))
	names := model.Constraints("SetupDomainName")
	a.Want(len(s.DomainNames) > 0 && len(s.DomainNames) <= MaxSetupNames, "there are not from 1 to %d domainNames", MaxSetupNames)
	for _, name := range s.DomainNames {
		a.Want(names.Match(name), "domainNames has %q", audit.Shorten(name))
	}
	if a.Err != nil {
		return a.Err
	}
	event := SetupSucceeds
	if Uncertifiable(s.DomainNames) != "" {
		event = SetupFails
	}
	if !follows(s.Plan, SetupLifecycle[event]) {
		return errors.New("the plan is not that of a setup")
	}
	a.Plan(s.Plan, stepCertbot, stepCertificate, stepRedirect, stepRenewal, setupSucceeded, setupFailed)
	a.Want(s.Settled().Sub(s.Plan[0].At) <= audit.MaxTransition, "the plan takes more than 30 days")
	return a.Err
}

// MaxSetupNames is how many names a setup is for (API model).
const MaxSetupNames = 10

// follows reports whether a plan has the states of phases.
func follows(p resource.Plan, phases []resource.Phase) bool {
	return slices.EqualFunc(p, phases, func(s resource.Step, phase resource.Phase) bool { return s.State == phase.State })
}
