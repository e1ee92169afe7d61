package confirm_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
	"github.com/lanyard-cloud/lanyard/test/mailtest"
)

// world is a server whose mails a person reads.
type world struct {
	*familytest.Lab

	read map[string]bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{familytest.NewLab(t, lanyardtest.Options{}), map[string]bool{}}
}

func (w *world) create(address string) {
	w.T.Helper()
	familytest.Do(w.T, w.CreateContactMethod, &lightsail.CreateContactMethodInput{Protocol: types.ContactProtocolEmail, ContactEndpoint: &address})
}

func (w *world) wantStatus(want types.ContactMethodStatus) {
	w.T.Helper()
	all := familytest.Do(w.T, w.GetContactMethods, &lightsail.GetContactMethodsInput{}).ContactMethods
	if len(all) != 1 || all[0].Status != want {
		w.T.Errorf("contact methods are %+v, want one that is %s", all, want)
	}
}

// next waits for a mail that was not read yet.
func (w *world) next() mailtest.Mail {
	w.T.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		for _, m := range mailtest.Read(w.T, w.Server.Mailbox()) {
			if !w.read[m.ID] {
				w.read[m.ID] = true
				return m
			}
		}
	}
	w.T.Fatal("no mail came")
	return mailtest.Mail{}
}

// link reads a mail and returns the link in it.
func (w *world) link() string {
	w.T.Helper()
	return mailtest.Link(w.T, w.next())
}

func (w *world) wantPage(method, url string, wantStatus int, want string) {
	w.T.Helper()
	if status, page, _ := mailtest.Visit(w.T, method, url); status != wantStatus || !strings.Contains(page, want) {
		w.T.Errorf("%s of the link: %d and\n%s\nwant %d and %q", method, status, page, wantStatus, want)
	}
}

// TestConfirm goes the way of a person: mail, link, button. Programs that open links come first, and change nothing.
func TestConfirm(t *testing.T) {
	w := newWorld(t)
	w.create("r&d@example.com")
	url := w.link()
	for range 3 {
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			if status, _, _ := mailtest.Visit(w.T, method, url); status != http.StatusOK {
				t.Errorf("%s of the link: %d, want 200", method, status)
			}
		}
	}
	w.wantStatus(types.ContactMethodStatusPendingVerification)
	w.wantPage(http.MethodGet, url, http.StatusOK, `in the Region us-east-1 are to be sent to r&amp;d@example.com.`)
	w.wantPage(http.MethodGet, url, http.StatusOK, `<form method="post"><button>Confirm subscription</button></form>`)
	w.wantPage(http.MethodPost, url, http.StatusOK, `are sent to r&amp;d@example.com from now on.`)
	w.wantStatus(types.ContactMethodStatusValid)
	w.wantPage(http.MethodPost, url, http.StatusGone, "has been used")
	w.wantPage(http.MethodGet, url, http.StatusGone, "has been used")
	w.Pass(30 * 24 * time.Hour)
	w.Server.Restart(t)
	w.wantStatus(types.ContactMethodStatusValid)
}

// TestConfirm_headers keeps the link from caches, from other sites, and from the log.
func TestConfirm_headers(t *testing.T) {
	w := newWorld(t)
	w.create("ops@example.com")
	url := w.link()
	for _, at := range []string{url, url + "x"} {
		_, _, header := mailtest.Visit(w.T, http.MethodGet, at)
		for name, want := range map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("header %s is %q, want %q", name, got, want)
			}
		}
	}
}

// TestConfirm_spentLinks has links that confirm nothing any more.
func TestConfirm_spentLinks(t *testing.T) {
	for name, spend := range map[string]func(*world){
		"after a day": func(w *world) { w.Pass(24 * time.Hour) },
		"of an address that was replaced": func(w *world) {
			w.create("other@example.com")
		},
		"of an address that was replaced, and is there again": func(w *world) {
			w.create("other@example.com")
			w.create("ops@example.com")
		},
		"after another mail was asked for": func(w *world) {
			familytest.Do(w.T, w.SendContactMethodVerification, &lightsail.SendContactMethodVerificationInput{Protocol: "Email"})
		},
		"of a contact method that was deleted": func(w *world) {
			familytest.Do(w.T, w.DeleteContactMethod, &lightsail.DeleteContactMethodInput{Protocol: "Email"})
			w.create("ops@example.com")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.create("ops@example.com")
			url := w.link()
			spend(w)
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				w.wantPage(method, url, http.StatusGone, "This link has been used, has expired, or a newer mail has another one.")
			}
			for _, m := range familytest.Do(t, w.GetContactMethods, &lightsail.GetContactMethodsInput{}).ContactMethods {
				if m.Status == types.ContactMethodStatusValid {
					t.Errorf("the contact method is %+v, want none that is valid", m)
				}
			}
		})
	}
}

// TestSendContactMethodVerification_sendsAnotherLink uses the second one.
func TestSendContactMethodVerification_sendsAnotherLink(t *testing.T) {
	w := newWorld(t)
	w.create("ops@example.com")
	w.link()
	w.Pass(23 * time.Hour)
	familytest.Do(t, w.SendContactMethodVerification, &lightsail.SendContactMethodVerificationInput{Protocol: "Email"})
	url := w.link()
	w.Pass(23 * time.Hour)
	w.wantPage(http.MethodPost, url, http.StatusOK, "Subscription confirmed")
	w.wantStatus(types.ContactMethodStatusValid)
}

// TestConfirm_unknownLinks has links that are not of this server.
func TestConfirm_unknownLinks(t *testing.T) {
	w, stranger := newWorld(t), newWorld(t)
	w.create("ops@example.com")
	stranger.create("ops@example.com")
	url, other := w.link(), stranger.link()
	at := strings.LastIndex(url, "/") + 1
	for name, token := range map[string]string{
		"nothing": "", "a word": "x", "another server's": other[strings.LastIndex(other, "/")+1:], "a cut one": url[at : len(url)-4],
		"a changed one": url[at:at+8] + "AAAA" + url[at+12:], "a longer one": url[at:] + "AAAA", "one with a folder": url[at:] + "/",
		"a long one": strings.Repeat("A", 8_000), "no letters": "%00%ff%0d%0a", "a path": "../../healthz",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if status, page, _ := mailtest.Visit(w.T, method, url[:at]+token); status != http.StatusNotFound {
				t.Errorf("%s of %s: %d, want 404\n%s", method, name, status, page)
			}
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace, "CONFIRM"} {
		w.wantPage(method, url, http.StatusMethodNotAllowed, "Not confirmed")
	}
	w.wantStatus(types.ContactMethodStatusPendingVerification)
}

// TestConfirm_once lets many press the button at the same time: one of them confirms.
func TestConfirm_once(t *testing.T) {
	w := newWorld(t)
	w.create("ops@example.com")
	url := w.link()
	answers := make(chan int)
	for range 8 {
		go func() {
			status := 0
			defer func() { answers <- status }() // also if the request ends the test
			status, _, _ = mailtest.Visit(w.T, http.MethodPost, url)
		}()
	}
	got := map[int]int{}
	for range 8 {
		got[<-answers]++
	}
	if got[http.StatusOK] != 1 || got[http.StatusGone] != 7 {
		t.Errorf("answers by status: %v, want one 200 and seven 410", got)
	}
}

// TestTestAlarm_sendsMailsToConfirmedAddresses has the same alarm before and after the confirmation.
func TestTestAlarm_sendsMailsToConfirmedAddresses(t *testing.T) {
	w := newWorld(t)
	familytest.Do(t, w.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	})
	w.Pass(5 * time.Minute)
	familytest.Do(t, w.PutAlarm, &lightsail.PutAlarmInput{
		AlarmName: new("busy"), MonitoredResourceName: new("web"), MetricName: types.MetricNameCPUUtilization, Threshold: new(99.0),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, EvaluationPeriods: new(int32(1)),
		ContactProtocols: []types.ContactProtocol{types.ContactProtocolEmail},
	})
	test := func() {
		t.Helper()
		familytest.Do(t, w.TestAlarm, &lightsail.TestAlarmInput{AlarmName: new("busy"), State: types.AlarmStateAlarm})
		w.Pass(time.Minute)
	}
	test()
	w.create("ops@example.com")
	test()
	w.wantPage(http.MethodPost, w.link(), http.StatusOK, "Subscription confirmed")
	test()
	m := w.next()
	if want := `ALARM: "busy" in Virginia`; m.Subject != want || m.To != "<ops@example.com>" {
		t.Errorf("the next mail is %q to %s, want %q to ops@example.com", m.Subject, m.To, want)
	}
	if !strings.Contains(m.Text, "Resource: web (Instance)") {
		t.Errorf("the mail's text is\n%s", m.Text)
	}
}
