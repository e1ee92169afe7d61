package sigv4

import "strings"

// authorization is a taken-apart Authorization header:
//
//	AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…
type authorization struct {
	header                               string
	credential, signature, signedHeaders param
}

type param struct {
	value string
	found bool
}

// parseAuthorization splits at commas and at spaces, as AWS does.
func parseAuthorization(header string) (authorization, error) {
	auth := authorization{header: header}
	scheme, params, _ := strings.Cut(header, " ")
	if !strings.HasPrefix(scheme, "AWS") { // Bearer, Basic …: nothing of AWS's
		return auth, errMissing()
	}
	if scheme != algorithm {
		return auth, errAlgorithm(scheme)
	}
	for part := range strings.FieldsFuncSeq(params, isSeparator) {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return auth, errNotPair(part, header)
		}
		p := auth.param(name)
		if p == nil {
			return auth, errUnknownParam(name)
		}
		if p.found {
			return auth, errDuplicateParam(name)
		}
		*p = param{value: value, found: true}
	}
	return auth, nil
}

func isSeparator(c rune) bool { return c == ',' || c == ' ' || c == '\t' }

func (a *authorization) param(name string) *param {
	switch name {
	case "Credential":
		return &a.credential
	case "Signature":
		return &a.signature
	case "SignedHeaders":
		return &a.signedHeaders
	}
	return nil
}

// checkComplete gathers everything that is missing into one message, as AWS does. SignedHeaders may be empty here:
// AWS then complains about the Host header that it does not name.
func (a *authorization) checkComplete(date httpDate) error {
	var missing strings.Builder
	if a.credential.value == "" {
		missing.WriteString("Authorization header requires 'Credential' parameter. ")
	}
	if a.signature.value == "" {
		missing.WriteString("Authorization header requires 'Signature' parameter. ")
	}
	if !a.signedHeaders.found {
		missing.WriteString("Authorization header requires 'SignedHeaders' parameter. ")
	}
	if !date.present {
		missing.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if missing.Len() > 0 {
		return errIncomplete(missing.String(), a.header)
	}
	return nil
}

// parseSignedHeaders accepts exactly what a canonical request may contain, so that it can be used there as it is.
func parseSignedHeaders(list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	if strings.Count(list, ";") >= maxSignedHeaders {
		return nil, errSignedHeaderCount()
	}
	names := strings.Split(list, ";")
	for i, name := range names {
		if !isHeaderName(name) {
			return nil, errSignedHeaderName(name)
		}
		if i > 0 && name <= names[i-1] {
			return nil, errSignedHeaderOrder(names[i-1], name)
		}
	}
	return names, nil
}

// isHeaderName reports whether the name is a token of HTTP without upper-case letters.
func isHeaderName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return name != ""
}
