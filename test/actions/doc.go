// Package actions holds tests that go over all actions of the API: a new family is in them when it is declared.
// It does not say what is right for a single action: the tests beside the families do.
//
// What an action needs to succeed is in testdata/script, a file to a family. Package scripts says how to write one.
package actions
