// Package policy reads IAM policies and decides by them.
//
// [Parse] and [ParseTrust] take a policy document and refuse, with the place and the reason, what AWS would refuse
// as MalformedPolicyDocument. [Evaluate] decides one request by a principal's identity-based policies, permissions
// boundary and session policies; [EvaluateTrust] decides who may assume a role. Both say which statement decided
// and, where nothing allowed the request, what kept the nearest statements from applying.
//
// The rules are those of the IAM User Guide ("Policy evaluation logic", "Condition operators", "Single-valued vs.
// multivalued context keys", "Variables and tags", "Grammar of the IAM JSON policy language"). Where the guide is
// silent the stricter reading is taken.
//
// The package is pure: it holds no state, does no I/O and reads no clock. It does not know which actions, resources
// or condition keys exist, exempts nobody (an account's root user is the caller's business), and has no
// service control policies and no resource-based policies other than trust policies.
package policy
