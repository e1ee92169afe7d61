package policy

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file is a second evaluator: slow, simple, written from the rules and not from the engine, on plain JSON values
// and regular expressions. It takes for granted that Parse accepted the documents.

func referenceEvaluate(c evaluationCase) Kind {
	layers := [][]string{c.identity}
	if c.boundary != "" {
		layers = append(layers, []string{c.boundary})
	}
	if c.session != nil {
		layers = append(layers, c.session)
	}
	allowed := true
	for _, documents := range layers {
		layerAllows := false
		for _, text := range documents {
			for _, s := range referenceStatements(document(text)) {
				if !s.applies(c) {
					continue
				}
				if s.element["Effect"] == "Deny" {
					return ExplicitDeny
				}
				layerAllows = true
			}
		}
		allowed = allowed && layerAllows
	}
	// An explicit deny in a later layer has returned above even if no earlier layer allowed the request.
	if allowed {
		return Allow
	}
	return ImplicitDeny
}

type referenceStatement struct {
	element   map[string]any
	variables bool
}

func referenceStatements(text string) []referenceStatement {
	var root map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&root); err != nil {
		panic(err)
	}
	var statements []referenceStatement
	for _, s := range referenceList(root["Statement"]) {
		statements = append(statements, referenceStatement{s.(map[string]any), root["Version"] == "2012-10-17"})
	}
	return statements
}

func referenceList(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	if value == nil {
		return nil
	}
	return []any{value}
}

// applies asks in each reading: an Allow has to apply in all of them, a Deny in one.
func (s referenceStatement) applies(c evaluationCase) bool {
	inAny, inAll := false, true
	for _, context := range referenceReadings(c.context) {
		c.context = context
		applies := s.coversAction(c.action) && s.coversResource(c) && s.conditionsHold(c.context)
		inAny, inAll = inAny || applies, inAll && applies
	}
	if s.element["Effect"] == "Deny" {
		return inAny
	}
	return inAll
}

// referenceReadings leaves one spelling of each key, in all ways.
func referenceReadings(context keys) []keys {
	for name := range context {
		for other := range context {
			if name != other && EqualFold(name, other) {
				one, two := maps.Clone(context), maps.Clone(context)
				delete(one, name)
				delete(two, other)
				return append(referenceReadings(one), referenceReadings(two)...)
			}
		}
	}
	return []keys{context}
}

func (s referenceStatement) coversAction(action string) bool {
	if excluded, ok := s.element["NotAction"]; ok {
		return !referenceAnyAction(excluded, action)
	}
	return referenceAnyAction(s.element["Action"], action)
}

func referenceAnyAction(patterns any, action string) bool {
	return slices.ContainsFunc(referenceList(patterns), func(pattern any) bool {
		return referenceGlob(strings.ToLower(pattern.(string)), strings.ToLower(action))
	})
}

// referenceGlob lets wildcards match anything.
func referenceGlob(pattern, text string) bool {
	expression := regexp.QuoteMeta(pattern)
	expression = strings.ReplaceAll(expression, `\*`, `.*`)
	expression = strings.ReplaceAll(expression, `\?`, `.`)
	return regexp.MustCompile(`(?s)\A` + expression + `\z`).MatchString(text)
}

func (s referenceStatement) coversResource(c evaluationCase) bool {
	matches := func(pattern any) bool {
		text := pattern.(string)
		if text == "*" {
			return true
		}
		for referenceColons(text, s.variables) < 5 {
			text += ":*"
		}
		return s.matchText(text, c.resource, c.context, "resource")
	}
	if excluded, ok := s.element["NotResource"]; ok {
		return !slices.ContainsFunc(referenceList(excluded), matches)
	}
	return slices.ContainsFunc(referenceList(s.element["Resource"]), matches)
}

var referenceVariable = regexp.MustCompile(`^\$\{(?:([*?$])|([^,}]+)(, '([^']*)')?)\}`)

func referenceColons(text string, variables bool) int {
	if variables {
		text = regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllString(text, "")
	}
	return strings.Count(text, ":")
}

// matchText turns a text of the policy into a regular expression. mode is equal (no wildcards), like, arn or resource.
func (s referenceStatement) matchText(pattern, text string, context keys, mode string) bool {
	expression, ok := s.expression(pattern, context, mode)
	return ok && regexp.MustCompile(`(?s)\A`+expression+`\z`).MatchString(text)
}

func (s referenceStatement) expression(pattern string, context keys, mode string) (string, bool) {
	expression, colons := "", 0
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		within := (mode == "arn" || mode == "resource") && colons < 5
		variable := referenceVariable.FindStringSubmatch(rest)
		switch {
		case s.variables && variable != nil:
			value, ok := referenceValue(variable, context)
			if !ok {
				return "", false
			}
			expression += regexp.QuoteMeta(value)
			i += len(variable[0]) - 1
		case rest[0] == '*' && mode != "equal":
			endsComponent := len(rest) == 1 || rest[1] == ':'
			if within && (mode != "resource" || !endsComponent) {
				expression += `[^:]*`
			} else {
				expression += `.*`
			}
		case rest[0] == '?' && mode != "equal" && within:
			expression += `[^:]`
		case rest[0] == '?' && mode != "equal":
			expression += `.`
		default:
			colons += strings.Count(rest[:1], ":")
			expression += regexp.QuoteMeta(rest[:1])
		}
	}
	return expression, true
}

func referenceValue(variable []string, context keys) (string, bool) {
	if variable[1] != "" {
		return variable[1], true
	}
	values, list := referenceLookup(context, variable[2])
	if len(values) == 1 && !list && values[0] != "" {
		return values[0], true
	}
	return variable[4], variable[3] != ""
}

func referenceLookup(context keys, name string) (values []string, list bool) {
	for key, value := range context {
		if !EqualFold(key, name) {
			continue
		}
		if single, ok := value.(string); ok {
			return []string{single}, false
		}
		return value.([]string), true
	}
	return nil, false
}

func (s referenceStatement) conditionsHold(context keys) bool {
	block, _ := s.element["Condition"].(map[string]any)
	for name, entries := range block {
		for key, wanted := range entries.(map[string]any) {
			if !s.conditionHolds(name, key, referenceTexts(wanted), context) {
				return false
			}
		}
	}
	return true
}

func referenceTexts(value any) []string {
	var texts []string
	for _, item := range referenceList(value) {
		switch item := item.(type) {
		case string:
			texts = append(texts, item)
		case bool:
			texts = append(texts, strconv.FormatBool(item))
		case json.Number:
			texts = append(texts, item.String())
		}
	}
	return texts
}

func (s referenceStatement) conditionHolds(name, key string, wanted []string, context keys) bool {
	values, _ := referenceLookup(context, key)
	present := len(values) > 0
	if name == "Null" {
		return slices.ContainsFunc(wanted, func(want string) bool { return (strings.ToLower(want) == "true") == !present })
	}
	qualifier, base, qualified := strings.Cut(name, ":")
	if !qualified {
		qualifier, base = "", name
	}
	base, ifExists := strings.CutSuffix(base, "IfExists")
	negated := strings.Contains(base, "Not")
	one := func(value string) bool { return s.compare(base, value, wanted, context) != negated }
	empty := !present || len(values) == 1 && values[0] == ""
	switch qualifier {
	case "ForAllValues":
		return empty || !slices.ContainsFunc(values, func(value string) bool { return !one(value) })
	case "ForAnyValue":
		return !empty && slices.ContainsFunc(values, one)
	}
	if !present {
		return ifExists || negated
	}
	if len(values) > 1 {
		return negated
	}
	return one(values[0])
}

// compare ignores the negation in an operator's name.
func (s referenceStatement) compare(base, value string, wanted []string, context keys) bool {
	base = strings.Replace(base, "Not", "", 1)
	return slices.ContainsFunc(wanted, func(want string) bool {
		switch {
		case base == "StringEquals":
			return s.matchText(want, value, context, "equal")
		case base == "StringEqualsIgnoreCase":
			expression, ok := s.expression(want, context, "equal")
			return ok && regexp.MustCompile(`(?s)\A`+Fold(expression)+`\z`).MatchString(Fold(value))
		case base == "StringLike":
			return s.matchText(want, value, context, "like")
		case base == "ArnEquals" || base == "ArnLike":
			return s.matchText(want, value, context, "arn")
		case base == "Bool":
			expression, ok := s.expression(want, context, "equal")
			return ok && regexp.MustCompile(`^(true|false)$`).MatchString(Fold(value)) &&
				regexp.MustCompile(`^`+Fold(expression)+`$`).MatchString(Fold(value))
		case base == "BinaryEquals":
			a, errA := base64.StdEncoding.DecodeString(want)
			b, errB := base64.StdEncoding.DecodeString(value)
			return errA == nil && errB == nil && string(a) == string(b)
		case base == "IpAddress":
			return referenceAddress(want, value)
		case strings.HasPrefix(base, "Numeric"):
			a, errA := strconv.ParseFloat(value, 64)
			b, errB := strconv.ParseFloat(want, 64)
			return errA == nil && errB == nil && referenceOrder(strings.TrimPrefix(base, "Numeric"), a-b)
		default:
			a, okA := referenceTime(value)
			b, okB := referenceTime(want)
			return okA && okB && referenceOrder(strings.TrimPrefix(base, "Date"), a.Sub(b).Seconds())
		}
	})
}

func referenceOrder(relation string, difference float64) bool {
	switch relation {
	case "Equals":
		return difference == 0
	case "LessThan":
		return difference < 0
	case "LessThanEquals":
		return difference <= 0
	case "GreaterThan":
		return difference > 0
	default:
		return difference >= 0
	}
}

func referenceAddress(want, value string) bool {
	ip := net.ParseIP(value)
	if !strings.Contains(want, "/") {
		return ip != nil && ip.Equal(net.ParseIP(want))
	}
	_, network, err := net.ParseCIDR(want)
	return err == nil && ip != nil && network.Contains(ip)
}

func referenceTime(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02", "2006-01"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
