// Package sdks drives the built binary with the SDKs of the languages that AWS has some for, each by a small program
// that takes one journey in the idioms of its language, and with programs that people run. `make sdks` runs it; SDKS
// names those to run.
//
// A client is a row in clients_test.go. Its program is called so, with the environment that points it at a server:
//
//	PROGRAM journey DIR   takes the journey
//	PROGRAM profile       reads the regions with the profile that AWS_PROFILE names, and nothing else from the environment
//	PROGRAM calls DIR     makes the calls of DIR/calls.jsonl, for clients that check the shapes of answers
//
// The journey begins with GetRegions. It exits with 0 only if all went as below. What it saw it leaves in DIR/facts.json, an object with:
//
//   - keyPair: after CreateKeyPair of journey-key with the tags team=web and on-call (without value): publicKey, fingerprint,
//     createdAt in milliseconds since 1970. Its private key goes to DIR/key.pem, which only the owner can read.
//   - tags: those of journey-key after TagResource with "Größe"="ü" and UntagResource of team, as an object; null where a
//     tag has no value.
//   - errors: the class of the exception that a call ended with, and its message (and its code, where the client shows the
//     member): badName (CreateKeyPair of "no good"), missing (GetKeyPair of journey-none), denied (GetKeyPairs with the key of
//     DENIED_ACCESS_KEY_ID and DENIED_SECRET_ACCESS_KEY), throttled (any call at BUSY_ENDPOINT without retries, until one is).
//   - busy: how many of 40 calls at BUSY_ENDPOINT succeeded that were made eight at a time, with the client's own retries.
//   - pages: the names of the key pairs, after ImportKeyPair of journey-a, -b and -c, page by page, by the client's paginator
//     or by page tokens. Pages have two elements.
//   - instance: the address of journey-web, made of debian_12 and nano_3_0 in us-east-1a with journey-key and a script as
//     user data that prints "prepared", once GetInstanceState said running.
//
// The journey then makes, reads, lists and deletes one resource of each other kind: see wantedActions.
//
// For calls, each line of DIR/calls.jsonl is an object with an action and its input, which has members that are newer than
// the client, too. The program leaves DIR/answers.jsonl, with an object in a line for each call, in the same order:
//
//   - action, and outcome: the class of the exception, or "" for success.
//   - unknown: the action, if the client does not have it; the members of the input and of the answer that it does not have, by
//     the names of its structures (Disk.name), and the values that its enumerations do not have (Disk.state=new).
//
// It exits with 0 only if the client has each other member of the answer, with the value that is in the JSON. Times are compared to the
// millisecond. Which members an answer must have is not compared: some clients fill in what they miss. The checker looks for those.
//
// It does not test what every action does: test/clients and test/actions do.
//
// What a program did is not taken from it alone: a checker stands before the server, and the test compares what was called.
//
// The same run has programs do their work that people run against Lightsail: Ansible, Prowler, certbot's plugin, lego,
// Prometheus and aws-nuke. They are rows of programs_test.go, SDKS names them, too, and they have a section on the page.
// They are unmodified: packages of pinned versions, and what tells them what to do in folder programs. Each has a test of what it
// finds and leaves. Calls of other services are apart from those of Lightsail, and a test fails when a program makes one that is not known.
package sdks
