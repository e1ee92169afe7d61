// Package policy reads IAM policies and decides by them.
//
// [Parse] and [ParseTrust] read a policy document. They return an error with the place and the reason if AWS would refuse it
// as MalformedPolicyDocument. [Evaluate] decides one request by a principal's identity-based policies, permissions
// boundary and session policies; [EvaluateTrust] decides which principals may assume a role. Both say which statement decided
// and, if nothing allowed the request, what kept the nearest statements from applying.
//
// The rules are those of the IAM User Guide ("Policy evaluation logic", "Condition operators", "Single-valued vs.
// multivalued context keys", "Variables and tags", "Grammar of the IAM JSON policy language"). Where the guide is
// silent the stricter reading is taken.
//
// Names of condition keys do not depend on the case of ASCII letters: see [Fold]. Tags do, so a request, a
// resource or a principal may have tags whose keys differ by case alone, and the guide does not say which of them a
// condition on that key sees. Here a statement is decided once for each way to read such a request, with one of the
// values at a time: an Allow applies only if it applies in every reading, a Deny if it applies in one. Operators,
// qualifiers, IfExists, Null and variables mean in each reading what they mean elsewhere, so that a key with several
// spellings is never missing, and never a multivalued one. aws:TagKeys is a list of all spellings.
//
// The package is pure: it holds no state, does no I/O and reads no clock. It does not know which actions, resources
// or condition keys exist, exempts no principal (the caller decides about an account's root user), and has no
// service control policies and no resource-based policies other than trust policies.
package policy
