package bucket

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// maxAccessKeys is how many access keys a bucket may have (API reference).
const maxAccessKeys = 2

// AccessKey is an access key of a bucket.
type AccessKey struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	// Secret is the member of Priv that has the sealed secret: one of resource.BucketSecrets.
	Secret string `json:"secret"`
}

// Show is the access key as the API shows it, without its secret. It was never used: nothing
// accepts it yet. How that is shown is from the API reference.
func (k *AccessKey) Show() types.AccessKey {
	return types.AccessKey{
		AccessKeyId: &k.ID, CreatedAt: &k.Created, Status: types.StatusTypeActive,
		LastUsed: &types.AccessKeyLastUsed{Region: new("N/A"), ServiceName: new("N/A")},
	}
}

// AddKey adds an access key, whose secret it seals; false if there are as many as there can be.
func (b *Bucket) AddKey(s *seal.Sealer, id, secret string, now time.Time) (*AccessKey, bool) {
	if len(b.Priv.AccessKeys) >= maxAccessKeys {
		return nil, false
	}
	k := AccessKey{ID: id, Created: now, Secret: resource.BucketSecrets[0]}
	if len(b.Priv.AccessKeys) > 0 && b.Priv.AccessKeys[0].Secret == k.Secret {
		k.Secret = resource.BucketSecrets[1]
	}
	*b.sealed(k.Secret) = b.Resource.Seal(s, k.Secret, []byte(secret))
	b.Priv.AccessKeys = append(b.Priv.AccessKeys, k)
	return &k, true
}

// RemoveKey removes an access key; false if the bucket does not have it.
func (b *Bucket) RemoveKey(id string) bool {
	at := slices.IndexFunc(b.Priv.AccessKeys, func(k AccessKey) bool { return k.ID == id })
	if at < 0 {
		return false
	}
	*b.sealed(b.Priv.AccessKeys[at].Secret) = nil
	b.Priv.AccessKeys = slices.Delete(b.Priv.AccessKeys, at, at+1)
	return true
}

// sealed is where a secret is.
func (b *Bucket) sealed(member string) *[]byte {
	if member == resource.BucketSecrets[0] {
		return &b.Priv.First
	}
	return &b.Priv.Second
}
