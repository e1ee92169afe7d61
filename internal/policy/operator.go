package policy

import "strings"

// comparisonKind is the type as which a condition operator compares values.
type comparisonKind int

const (
	compareString comparisonKind = iota
	compareStringFold
	compareStringLike
	compareNumber
	compareDate
	compareBool
	compareBinary
	compareAddress
	compareARN
	compareNull
)

// ordering is which outcomes of comparing the request's number or date with the policy's satisfy an operator.
type ordering struct{ less, equal, greater bool }

func (o ordering) accepts(order int) bool {
	return order < 0 && o.less || order == 0 && o.equal || order > 0 && o.greater
}

var (
	equalTo        = ordering{equal: true}
	lessThan       = ordering{less: true}
	lessOrEqual    = ordering{less: true, equal: true}
	greaterThan    = ordering{greater: true}
	greaterOrEqual = ordering{equal: true, greater: true}
)

// setQualifier says how an operator treats the several values of a multivalued key.
type setQualifier int

const (
	noQualifier setQualifier = iota
	forAllValues
	forAnyValue
)

// An operator is a condition operator, taken apart.
type operator struct {
	kind      comparisonKind
	negated   bool
	order     ordering // of numbers and dates
	qualifier setQualifier
	ifExists  bool
}

// operators are all of IAM's, without qualifier and suffix ("Condition operators").
var operators = map[string]operator{
	"StringEquals":              {kind: compareString},
	"StringNotEquals":           {kind: compareString, negated: true},
	"StringEqualsIgnoreCase":    {kind: compareStringFold},
	"StringNotEqualsIgnoreCase": {kind: compareStringFold, negated: true},
	"StringLike":                {kind: compareStringLike},
	"StringNotLike":             {kind: compareStringLike, negated: true},
	"NumericEquals":             {kind: compareNumber, order: equalTo},
	"NumericNotEquals":          {kind: compareNumber, order: equalTo, negated: true},
	"NumericLessThan":           {kind: compareNumber, order: lessThan},
	"NumericLessThanEquals":     {kind: compareNumber, order: lessOrEqual},
	"NumericGreaterThan":        {kind: compareNumber, order: greaterThan},
	"NumericGreaterThanEquals":  {kind: compareNumber, order: greaterOrEqual},
	"DateEquals":                {kind: compareDate, order: equalTo},
	"DateNotEquals":             {kind: compareDate, order: equalTo, negated: true},
	"DateLessThan":              {kind: compareDate, order: lessThan},
	"DateLessThanEquals":        {kind: compareDate, order: lessOrEqual},
	"DateGreaterThan":           {kind: compareDate, order: greaterThan},
	"DateGreaterThanEquals":     {kind: compareDate, order: greaterOrEqual},
	"Bool":                      {kind: compareBool},
	"BinaryEquals":              {kind: compareBinary},
	"IpAddress":                 {kind: compareAddress},
	"NotIpAddress":              {kind: compareAddress, negated: true},
	"ArnEquals":                 {kind: compareARN},
	"ArnLike":                   {kind: compareARN},
	"ArnNotEquals":              {kind: compareARN, negated: true},
	"ArnNotLike":                {kind: compareARN, negated: true},
	"Null":                      {kind: compareNull},
}

// parseOperator reads a name such as ForAnyValue:StringLikeIfExists. Null takes neither qualifier nor suffix.
func parseOperator(name string) (operator, bool) {
	qualifier := noQualifier
	base, found := strings.CutPrefix(name, "ForAllValues:")
	if found {
		qualifier = forAllValues
	} else if base, found = strings.CutPrefix(name, "ForAnyValue:"); found {
		qualifier = forAnyValue
	}
	base, ifExists := strings.CutSuffix(base, "IfExists")
	op, known := operators[base]
	if !known || op.kind == compareNull && name != base {
		return operator{}, false
	}
	op.qualifier, op.ifExists = qualifier, ifExists
	return op, true
}
