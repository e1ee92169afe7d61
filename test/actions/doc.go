// Package actions holds tests that go over all actions of the API: a new family is in them when it is declared.
// It does not say what is right for a single action: the tests beside the families do.
//
// What an action needs to succeed is in testdata/script, a file to a family. Each line is a call of an action with
// its input, in an order in which all of them succeed, in these parts:
//
//	[make]   makes one of each kind; it can be played for several teams in one account
//	[once]   makes what an account has one of
//	[use]    calls all other actions
//	[delete] deletes what [make] and [once] made
//
// In an input, {team} is the name of a team, {new} a part of names that is not used yet, and {tags} stands for the
// member tags with the team's name. A line that ends in "-> name=path" keeps a member of the answer for {name}
// in later lines. "wait 5m" puts the clock forward. The parts of all files are played before the next part of any.
package actions
