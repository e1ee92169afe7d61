package confirm

import (
	"errors"
	"fmt"
	"html"
	"net/http"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
)

// failure is a page that says why nothing was confirmed.
type failure struct {
	status     int
	code, text string
}

func (f *failure) Error() string { return f.text }

var (
	errUnknown = &failure{http.StatusNotFound, "UnknownLink", "This link is not one of this server's. Open it as it is in the mail."}
	errSpent   = &failure{http.StatusGone, "SpentLink", "This link has been used, has expired, or a newer mail has another one."}
	errMethod  = &failure{http.StatusMethodNotAllowed, "MethodNotAllowed", "This page can be read, and its button be pressed, and nothing else."}
	errBusy    = &failure{http.StatusServiceUnavailable, "Busy", "The server is busy. Try again in a moment."}
	errFailed  = &failure{http.StatusInternalServerError, "InternalFailure", "The server has failed. Try again later."}
)

// refuse makes the page for an error.
func refuse(_ *httpcall.Call, err error) (a httpcall.Answer, internal bool) {
	f := errFailed
	if !errors.As(err, &f) {
		internal = true
	}
	a = page(f.status, "Not confirmed", html.EscapeString(f.text))
	a.Code = f.code
	return a, internal
}

const asks = `Notifications of Amazon Lightsail in the Region %s are to be sent to %s.</p>
<form method="post"><button>Confirm subscription</button></form>
<p>If you do not want them, close this page.`

// asking is the page with the button, for an address in a region.
func asking(address, region string) httpcall.Answer {
	return page(http.StatusOK, "Confirm subscription", fmt.Sprintf(asks, region, html.EscapeString(address)))
}

// confirmed is the page after that.
func confirmed(address, region string) httpcall.Answer {
	const text = `Notifications of Amazon Lightsail in the Region %s are sent to %s from now on.`
	return page(http.StatusOK, "Subscription confirmed", fmt.Sprintf(text, region, html.EscapeString(address)))
}

const form = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%[1]s</title></head>
<body>
<h1>%[1]s</h1>
<p>%[2]s</p>
</body>
</html>
`

// page is a page with a title and a text in HTML.
func page(status int, title, text string) httpcall.Answer {
	return httpcall.Answer{Status: status, ContentType: "text/html; charset=utf-8", Body: fmt.Appendf(nil, form, title, text)}
}

// secure sets headers that keep the link from others: from caches, from sites that the browser goes to
// next, and from sites that show the page in a frame to have its button pressed.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
}
