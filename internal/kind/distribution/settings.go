package distribution

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

const (
	// maxAllowList is how many names an allow-list has (developer guide).
	maxAllowList = 10
	// maxBehaviors is how many paths have a behavior of their own (developer guide).
	maxBehaviors = 25
	// maxText bounds paths and names, as CloudFront does.
	maxText = 255
	// longestTTL is CloudFront's: 100 years of 365 days, in seconds.
	longestTTL = 100 * 365 * 24 * 60 * 60
	// defaultOnly is the option of headers of which only the default ones are forwarded. The API model calls it
	// none, the service shows it so (acceptance tests of Terraform's AWS provider).
	defaultOnly types.ForwardValues = "default"
)

// The lists of HTTP methods that the API has (API reference), each of which begins with the one before. A user saw
// the service accept two more words for the longest and the shortest.
var (
	methods = []string{"GET,HEAD", "GET,HEAD,OPTIONS", "GET,HEAD,OPTIONS,PUT,PATCH,POST,DELETE"}
	aliases = map[string]string{"GET-HEAD": methods[0], "allow-all": methods[2]}
)

// Wish is what a call wants of the settings of a distribution. What is nil, or empty for texts, stays as it is.
type Wish struct {
	Enabled         *bool
	IPAddressType   types.IpAddressType
	DefaultBehavior *types.CacheBehavior
	Settings        *types.CacheSettings
	Behaviors       []types.CacheBehaviorPerPath
	ErrorResponses  []types.DistributionCustomErrorResponse
	RootObject      *string
	PrivateOrigin   *bool
	WAF             *bool
	WAFRules        []types.WafRule
	MinimumTLS      types.ViewerMinimumTlsProtocolVersionEnum
}

// Apply changes the settings, or returns a resource.RefusalError. The distribution has its origin.
func (d *Distribution) Apply(w Wish) error {
	d.Doc.IpAddressType = cmp.Or(w.IPAddressType, d.Doc.IpAddressType)
	switch {
	case d.Doc.IpAddressType == types.IpAddressTypeIpv6:
		return resource.Refuse("The IP address type of a distribution is ipv4 or dualstack, not ipv6.")
	case w.MinimumTLS != "" && d.Doc.ViewerMinimumTlsProtocolVersion == nil:
		return resource.Refuse("The distribution %s has no certificate that a minimum TLS version could be for.", d.Resource.Name)
	case w.MinimumTLS != "":
		d.Doc.ViewerMinimumTlsProtocolVersion = new(string(w.MinimumTLS))
	}
	if w.Enabled != nil {
		d.Doc.IsEnabled = w.Enabled
	}
	for _, set := range []func(Wish) error{d.setCache, d.setBehaviors, d.setPages, d.setWAF} {
		if err := set(w); err != nil {
			return err
		}
	}
	return d.setPrivate(w.PrivateOrigin)
}

// setCache sets the default behavior, and the settings as a whole. A distribution that caches nothing of itself has no
// settings until some are given, and one that caches has them all.
func (d *Distribution) setCache(w Wish) error {
	if w.DefaultBehavior != nil {
		d.Doc.DefaultCacheBehavior = &types.CacheBehavior{Behavior: w.DefaultBehavior.Behavior}
	}
	if w.Settings != nil || d.Doc.CacheBehaviorSettings == nil {
		d.Doc.CacheBehaviorSettings = cmp.Or(w.Settings, &types.CacheSettings{})
	}
	if isEmpty(d.Doc.CacheBehaviorSettings) && d.Doc.DefaultCacheBehavior.Behavior == types.BehaviorEnumDontCacheSetting {
		return nil
	}
	var err error
	d.Doc.CacheBehaviorSettings, err = settings(d.Doc.CacheBehaviorSettings)
	return err
}

func isEmpty(s *types.CacheSettings) bool { return reflect.ValueOf(*s).IsZero() }

// settings are what a call has sent, with the defaults for what it has left out.
func settings(in *types.CacheSettings) (*types.CacheSettings, error) {
	s := &types.CacheSettings{
		DefaultTTL: or(in.DefaultTTL, 86400), MinimumTTL: or(in.MinimumTTL, 0), MaximumTTL: or(in.MaximumTTL, 31536000),
		AllowedHTTPMethods: or(in.AllowedHTTPMethods, methods[2]), CachedHTTPMethods: or(in.CachedHTTPMethods, methods[0]),
	}
	for _, m := range []*string{s.AllowedHTTPMethods, s.CachedHTTPMethods} {
		*m = cmp.Or(aliases[*m], *m)
	}
	var err error
	if s.ForwardedCookies, err = cookies(in.ForwardedCookies); err != nil {
		return nil, err
	}
	if s.ForwardedHeaders, err = headers(in.ForwardedHeaders); err != nil {
		return nil, err
	}
	if s.ForwardedQueryStrings, err = queryStrings(in.ForwardedQueryStrings); err != nil {
		return nil, err
	}
	return s, checkSettings(s)
}

// or is a copy of a value, or a default.
func or[T any](given *T, or T) *T {
	if given != nil {
		or = *given
	}
	return &or
}

// checkSettings checks what the members say together. The rules for times and methods are CloudFront's.
func checkSettings(s *types.CacheSettings) error {
	switch shortest, usual, longest := *s.MinimumTTL, *s.DefaultTTL, *s.MaximumTTL; {
	case shortest < 0 || shortest > usual || usual > longest || longest > longestTTL:
		return resource.Refuse("The minimum TTL (%d), the default TTL (%d) and the maximum TTL (%d) must be in this order, from 0 to %d.",
			shortest, usual, longest, longestTTL)
	case shortest > 0 && s.ForwardedHeaders.Option == types.ForwardValuesAll:
		return resource.Refuse("The minimum TTL must be 0 if all headers are forwarded to the origin.")
	case !slices.Contains(methods, *s.AllowedHTTPMethods):
		return resource.Refuse("The allowed HTTP methods are %s, not what was given.", strings.Join(methods, " or "))
	case !slices.Contains(methods[:2], *s.CachedHTTPMethods):
		return resource.Refuse("The cached HTTP methods are %s, not what was given.", strings.Join(methods[:2], " or "))
	case !strings.HasPrefix(*s.AllowedHTTPMethods, *s.CachedHTTPMethods):
		return resource.Refuse("The cached HTTP methods must be among the allowed ones.")
	}
	return nil
}

func cookies(in *types.CookieObject) (*types.CookieObject, error) {
	if in == nil {
		in = &types.CookieObject{}
	}
	option := cmp.Or(in.Option, types.ForwardValuesNone)
	if option == defaultOnly {
		return nil, resource.Refuse("There are no default cookies. The option of forwarded cookies is none, allow-list or all.")
	}
	return &types.CookieObject{Option: option, CookiesAllowList: listed(in.CookiesAllowList)},
		checkAllowList("cookies", option == types.ForwardValuesAllowList, in.CookiesAllowList)
}

func headers(in *types.HeaderObject) (*types.HeaderObject, error) {
	if in == nil {
		in = &types.HeaderObject{}
	}
	option := cmp.Or(in.Option, types.ForwardValuesNone)
	if option == types.ForwardValuesNone {
		option = defaultOnly
	}
	return &types.HeaderObject{Option: option, HeadersAllowList: listed(in.HeadersAllowList)},
		checkAllowList("headers", option == types.ForwardValuesAllowList, in.HeadersAllowList)
}

func queryStrings(in *types.QueryStringObject) (*types.QueryStringObject, error) {
	if in == nil {
		in = &types.QueryStringObject{}
	}
	return &types.QueryStringObject{Option: or(in.Option, false), QueryStringsAllowList: listed(in.QueryStringsAllowList)},
		checkAllowList("query strings", false, in.QueryStringsAllowList)
}

// listed is a list that is there, also if it is empty.
func listed[T any](list []T) []T { return append([]T{}, list...) }

func checkAllowList[S ~string](what string, wanted bool, list []S) error {
	switch {
	case wanted && len(list) == 0:
		return resource.Refuse("The allow-list of forwarded %s is empty.", what)
	case len(list) > maxAllowList:
		return resource.Refuse("An allow-list can have at most %d %s, not %d.", maxAllowList, what, len(list))
	case slices.ContainsFunc(list, func(name S) bool { return !isText(string(name)) }):
		return resource.Refuse("A name in the allow-list of forwarded %s is not valid.", what)
	}
	return nil
}

// setBehaviors sets what is cached of single paths, as a whole.
func (d *Distribution) setBehaviors(w Wish) error {
	if w.Behaviors == nil {
		return nil
	}
	if len(w.Behaviors) > maxBehaviors {
		return resource.Refuse("A distribution can have at most %d cache behaviors per path, not %d.", maxBehaviors, len(w.Behaviors))
	}
	list, seen := []types.CacheBehaviorPerPath{}, map[string]bool{}
	for _, b := range w.Behaviors {
		path := aws.ToString(b.Path)
		if !isText(path) || seen[path] {
			return resource.Refuse("The path of a cache behavior is not valid, or comes twice.")
		}
		seen[path] = true
		list = append(list, types.CacheBehaviorPerPath{Path: &path, Behavior: b.Behavior})
	}
	d.Doc.CacheBehaviors = list
	return nil
}

// isText reports whether a text is a name or a path: ASCII without blanks, and not too long.
func isText(s string) bool {
	return 0 < len(s) && len(s) <= maxText && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || '~' < r })
}
