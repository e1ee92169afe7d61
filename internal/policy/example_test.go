package policy_test

import (
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/policy"
)

func ExampleEvaluate() {
	document, err := policy.Parse([]byte(`{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "OnlyTeamWeb",
    "Effect": "Allow",
    "Action": "lightsail:CreateKeyPair",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:RequestTag/team": "web"}}
  }
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	alice := policy.Set{Identity: []policy.Attached{{Name: "only-team-web", Document: document}}}
	for _, team := range []string{"web", "db"} {
		context := policy.NewContext()
		context.Set("aws:RequestTag/team", team)
		decision := policy.Evaluate(alice, policy.Request{Action: "lightsail:CreateKeyPair", Resource: "*", Context: context})
		fmt.Printf("%s: %s, %q\n", team, decision.Kind, decision.Because("lightsail:CreateKeyPair"))
		for _, line := range decision.Missing {
			fmt.Println(" ", line)
		}
	}
	// Output:
	// web: allow, ""
	// db: implicit deny, "because no identity-based policy allows the lightsail:CreateKeyPair action"
	//   only-team-web, statement 1 "OnlyTeamWeb" (line 3): StringEquals aws:RequestTag/team wants "web", got "db"
}

func ExampleParse() {
	_, err := policy.Parse([]byte(`{
  "Statement": {
    "Effect": "Allow",
    "Action": "CreateKeyPair",
    "Resource": "*"
  }
}`))
	fmt.Println(err)
	// Output:
	// line 4, column 15, Statement.Action: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
}
