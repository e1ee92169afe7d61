// Package provider does what Terraform's providers for Lightsail do, step by step, with the Go SDK: HashiCorp's provider
// for AWS, and a third-party one of 2022. For each resource it creates with the members that they send, waits as they
// wait, reads what they read, updates, imports, deletes, and deletes without their knowledge. An answer that would make
// one of them fail or panic fails the test.
//
// A resource is a value of type resource: calls, what is read, and what must be in it. Run takes the steps of all.
//
// The package does not start a server, and checks no answer against the API model: the tests in test/clients do, and
// note which actions were called.
package provider
