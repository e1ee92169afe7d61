package distribution

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The groups of rules with settings of their own.
const (
	acfp       = "AWSManagedRulesACFPRuleSet"
	atp        = "AWSManagedRulesATPRuleSet"
	botControl = "AWSManagedRulesBotControlRuleSet"
)

// wafGroups are the groups of rules of the web application firewall that the bundles have (API reference). One that is
// not here has no firewall.
var wafGroups = func() map[string][]string {
	medium := []string{"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAnonymousIpList"}
	return map[string][]string{"medium_1_0": medium, "large_1_0": append(slices.Clone(medium),
		"AWSManagedRulesAdminProtectionRuleSet", "AWSManagedRulesSQLiRuleSet", "AWSManagedRulesLinuxRuleSet", "AWSManagedRulesUnixRuleSet",
		"AWSManagedRulesWindowsRuleSet", "AWSManagedRulesPHPRuleSet", "AWSManagedRulesWordPressRuleSet", "AWSManagedRulesAmazonIpReputationList",
		atp, acfp, botControl,
	)}
}()

// Lengths and numbers of the settings (API reference).
const (
	maxWAFPath  = 256
	maxWAFField = 512
	maxWAFCodes = 10
	maxWAFCode  = 999
)

// noWAF is a firewall that is off.
func noWAF() *types.WafConfig {
	return &types.WafConfig{IsWafEnabled: new(false), WafRules: []types.WafRule{}}
}

// setWAF switches the firewall, and sets its rules as a whole. Switching it off removes them.
func (d *Distribution) setWAF(w Wish) error {
	waf := *d.Doc.Waf
	if w.WAF != nil {
		waf.IsWafEnabled = w.WAF
	}
	if w.WAFRules != nil {
		waf.WafRules = w.WAFRules
	}
	if !*waf.IsWafEnabled {
		if len(w.WAFRules) > 0 {
			return resource.Refuse("You can specify WAF rules only when WAF is enabled for the distribution.")
		}
		waf.WafRules = []types.WafRule{}
	}
	d.Doc.Waf = &waf
	return d.checkWAF()
}

// checkWAF returns a resource.RefusalError if the bundle does not have the firewall, or one of its rules.
func (d *Distribution) checkWAF() error {
	if !*d.Doc.Waf.IsWafEnabled {
		return nil
	}
	bundle := *d.Doc.BundleId
	groups, seen := wafGroups[bundle], map[string]bool{}
	if groups == nil {
		return resource.Refuse("WAF is not available for distributions that use the %s bundle.", bundle)
	}
	for _, rule := range d.Doc.Waf.WafRules {
		name := *rule.Name
		if !slices.Contains(groups, name) || seen[name] {
			return resource.Refuse("A WAF rule group is not one of the %s bundle, or comes twice.", bundle)
		}
		seen[name] = true
		if err := checkRule(rule); err != nil {
			return err
		}
	}
	return nil
}

// checkRule checks the settings of a group: it has those that are its own, and no others.
func checkRule(r types.WafRule) error {
	name := *r.Name
	if (name == acfp) != (r.AcfpConfig != nil) || (name == atp) != (r.AtpConfig != nil) || (name == botControl) != (r.BotControlConfig != nil) {
		return resource.Refuse("The WAF rule group %s does not have the configuration that it needs, or has another one.", name)
	}
	switch {
	case r.AcfpConfig != nil:
		return checkACFP(r.AcfpConfig)
	case r.AtpConfig != nil:
		return checkATP(r.AtpConfig)
	case r.BotControlConfig != nil && r.BotControlConfig.InspectionLevel == "":
		return resource.Refuse("The WAF rule group %s has no inspection level.", name)
	}
	return nil
}

func checkACFP(c *types.WafAcfpConfig) error {
	if !isWAFPath(c.CreationPath) || !isWAFPath(c.RegistrationPagePath) || c.PayloadType == "" {
		return resource.Refuse("The configuration of the WAF rule group %s is not valid.", acfp)
	}
	return checkInspection(c.ResponseInspection)
}

func checkATP(c *types.WafAtpConfig) error {
	pointers := c.PayloadType == types.WafPayloadTypeEnumJson
	if !isWAFPath(c.LoginPath) || c.PayloadType == "" || !isField(c.UsernameField, pointers) || !isField(c.PasswordField, pointers) {
		return resource.Refuse("The configuration of the WAF rule group %s is not valid.", atp)
	}
	return checkInspection(c.ResponseInspection)
}

func isWAFPath(path *string) bool {
	return isField(path, true) && utf8.RuneCountInString(*path) <= maxWAFPath
}

// isField reports whether a text is the name of a form's field, or a path or pointer.
func isField(name *string, slash bool) bool {
	n := utf8.RuneCountInString(aws.ToString(name))
	return 0 < n && n <= maxWAFField && (!slash || strings.HasPrefix(*name, "/"))
}

// checkInspection checks the status codes by which failures and successes are told apart.
func checkInspection(i *types.WafResponseInspection) error {
	for _, codes := range [][]int32{i.FailureCodes, i.SuccessCodes} {
		if len(codes) == 0 || len(codes) > maxWAFCodes || slices.ContainsFunc(codes, func(c int32) bool { return c < 0 || c > maxWAFCode }) {
			return resource.Refuse("The response inspection of a WAF rule group has from 1 to %d status codes of each sort, from 0 to %d.",
				maxWAFCodes, maxWAFCode)
		}
	}
	if slices.ContainsFunc(i.FailureCodes, func(c int32) bool { return slices.Contains(i.SuccessCodes, c) }) {
		return resource.Refuse("A status code in the response inspection of a WAF rule group is of both sorts.")
	}
	return nil
}
