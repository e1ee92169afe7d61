package distribution

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// errorCodes are those of an origin for which CloudFront has pages, and responseCodes those that it can answer with
// in their place.
var (
	errorCodes    = []int32{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
	responseCodes = []string{"200", "400", "403", "404", "405", "414", "416", "500", "501", "502", "503", "504"}
)

// defaultErrorTTL is for how long an answer for an error is cached, in seconds (API reference).
const defaultErrorTTL = 10

// setPages sets the pages for errors, as a whole, and the one for the root. An empty text removes the latter.
func (d *Distribution) setPages(w Wish) error {
	if w.RootObject != nil {
		d.Doc.DefaultRootObject = w.RootObject
		if root := *w.RootObject; root == "" {
			d.Doc.DefaultRootObject = nil
		} else if !isText(root) || strings.HasPrefix(root, "/") {
			return resource.Refuse("The default root object is not the name of an object.")
		}
	}
	if w.ErrorResponses == nil {
		return nil
	}
	var list []types.DistributionCustomErrorResponse
	for _, e := range w.ErrorResponses {
		page, err := errorPage(e)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(other types.DistributionCustomErrorResponse) bool { return *other.ErrorCode == *page.ErrorCode }) {
			return resource.Refuse("The error code %d has two custom error responses.", *page.ErrorCode)
		}
		list = append(list, page)
	}
	d.Doc.CustomErrorResponses = list
	return nil
}

func errorPage(e types.DistributionCustomErrorResponse) (types.DistributionCustomErrorResponse, error) {
	ttl, path := or(e.ErrorCachingMinTTL, defaultErrorTTL), aws.ToString(e.ResponsePagePath)
	switch {
	case !slices.Contains(errorCodes, *e.ErrorCode):
		return e, resource.Refuse("There is no custom error response for the error code %d.", *e.ErrorCode)
	case *ttl < 0 || *ttl > longestTTL:
		return e, resource.Refuse("The TTL of a custom error response is from 0 to %d, not %d.", longestTTL, *ttl)
	case (e.ResponseCode == nil) != (e.ResponsePagePath == nil):
		return e, resource.Refuse("A custom error response has a response code and a page, or neither.")
	case e.ResponseCode != nil && !slices.Contains(responseCodes, *e.ResponseCode):
		return e, resource.Refuse("A custom error response cannot have the given response code.")
	case e.ResponsePagePath != nil && (!isText(path) || !strings.HasPrefix(path, "/")):
		return e, resource.Refuse("The path of the page of a custom error response must begin with a forward slash.")
	}
	e.ErrorCachingMinTTL = ttl
	return e, nil
}
