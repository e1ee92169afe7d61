package sshkey_test

import (
	"fmt"
	"log"

	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

func ExampleParsePublic() {
	const file = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG+Yq5nmxIjjM1qiJ+GrDd+1LS+R++8iJZkC8bHIw6wk ada@example.com\n"
	key, err := sshkey.ParsePublic(file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Line())
	fmt.Println(key.Fingerprint())
	// Output:
	// ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG+Yq5nmxIjjM1qiJ+GrDd+1LS+R++8iJZkC8bHIw6wk
	// 29xHSoelgBQ00hLwmUfIzcEWs+NgJv25W6L3lCrZoFY=
}

func ExampleParsePublic_refused() {
	_, err := sshkey.ParsePublic("c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFB")
	fmt.Println(err)
	// Output:
	// not a valid public key: the type is neither ssh-rsa nor ssh-ed25519
}
