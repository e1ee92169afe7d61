package codec

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func BenchmarkDecodeCreateKeyPair(b *testing.B) {
	in := &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")}
	for i := range 5 {
		in.Tags = append(in.Tags, types.Tag{Key: new(fmt.Sprintf("key-%d", i)), Value: new("web")})
	}
	body := Encode(in)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if err := Decode(body, new(lightsail.CreateKeyPairInput)); err != nil {
			b.Fatal(err)
		}
	}
}

// keyPair is one as the service describes it.
func keyPair(i int) types.KeyPair {
	created := time.UnixMilli(1571255026975)
	return types.KeyPair{
		Arn:          new("arn:aws:lightsail:us-east-1:123456789012:KeyPair/05859e3d-331d-48ba-9034-12345EXAMPLE"),
		CreatedAt:    &created,
		Fingerprint:  new("1b:2c:3d:4e:5f:60:71:82:93:a4:b5:c6:d7:e8:f9:0a:1b:2c:3d:4e"),
		Location:     &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionNameUsEast1},
		Name:         new(fmt.Sprintf("deploy-%d", i)),
		ResourceType: types.ResourceTypeKeyPair,
		SupportCode:  new("621291663362/MyKeyPair"),
		Tags:         []types.Tag{{Key: new("team"), Value: new("web")}},
	}
}

func BenchmarkEncodeCreateKeyPair(b *testing.B) {
	k := keyPair(0)
	out := &lightsail.CreateKeyPairOutput{
		KeyPair:          &k,
		PrivateKeyBase64: new("-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat(strings.Repeat("A", 64)+"\n", 25) + "-----END RSA PRIVATE KEY-----"),
		PublicKeyBase64:  new("ssh-rsa " + strings.Repeat("A", 372)),
		Operation: &types.Operation{
			Id: new("8d5b6d4d-2c5c-4d3e-9a4e-05859e3d331d"), ResourceName: k.Name, ResourceType: k.ResourceType, CreatedAt: k.CreatedAt,
			Location: k.Location, IsTerminal: new(true), OperationType: "CreateKeyPair",
			Status: types.OperationStatusSucceeded, StatusChangedAt: k.CreatedAt,
		},
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(Encode(out))))
	for b.Loop() {
		Encode(out)
	}
}

func keyPairs() *lightsail.GetKeyPairsOutput {
	out := new(lightsail.GetKeyPairsOutput)
	for i := range 100 {
		out.KeyPairs = append(out.KeyPairs, keyPair(i))
	}
	return out
}

func BenchmarkEncodeGetKeyPairs(b *testing.B) {
	out := keyPairs()
	b.ReportAllocs()
	b.SetBytes(int64(len(Encode(out))))
	for b.Loop() {
		Encode(out)
	}
}

func BenchmarkUnmarshalKeyPair(b *testing.B) {
	k := keyPair(0)
	doc := Encode(&k)
	b.ReportAllocs()
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if err := Unmarshal(doc, new(types.KeyPair)); err != nil {
			b.Fatal(err)
		}
	}
}

// The worst a stranger can send within the size limit: many names in one object, escapes throughout, tiny elements.
func BenchmarkDecodeHostile(b *testing.B) {
	var names strings.Builder
	for i := 0; names.Len() < 1<<20; i++ {
		fmt.Fprintf(&names, `"%d":0,`, i)
	}
	for _, bm := range []struct{ name, body string }{
		{"names", `{` + names.String() + `"z":0}`},
		{"escapes", `{"keyPairName":"` + strings.Repeat(`\u00e9`, 1<<20/6) + `"}`},
		{"elements", `{"tags":[` + strings.Repeat(`{},`, 1<<20/3) + `{}]}`},
		{"nesting", `{"x":` + strings.Repeat(`[`, 1<<20)},
	} {
		b.Run(bm.name, func(b *testing.B) {
			body := []byte(bm.body)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if err := Decode(body, new(lightsail.CreateKeyPairInput)); err == nil {
					b.Fatal("taken")
				}
			}
		})
	}
}
