package instance

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// machineOf returns what a driver has to know of an instance.
func machineOf(sealer *seal.Sealer, in *instance.Instance, bootedAt time.Time) (machine.Instance, error) {
	r, doc := in.Resource, &in.Doc
	m := machine.Instance{
		ID:            r.ID,
		Name:          r.Name,
		Hostname:      in.Hostname(),
		Username:      aws.ToString(doc.Username),
		PrivateIP:     in.PrivateAddress(),
		Region:        r.Region,
		Zone:          r.Zone,
		Blueprint:     aws.ToString(doc.BlueprintId),
		BlueprintName: aws.ToString(doc.BlueprintName),
		Windows:       in.Windows(),
		Bundle:        aws.ToString(doc.BundleId),
		BootedAt:      bootedAt,
	}
	if h := doc.Hardware; h != nil {
		m.CPUs, m.RAMGiB = int(aws.ToInt32(h.CpuCount)), float64(aws.ToFloat32(h.RamSizeInGb))
		for _, d := range h.Disks {
			if aws.ToBool(d.IsSystemDisk) {
				m.DiskGiB = int(aws.ToInt32(d.SizeInGb))
			}
		}
	}
	if err := setSecrets(&m, sealer, in); err != nil {
		return m, err
	}
	return m, m.Check()
}

// setSecrets adds the launch script, the keys that log in, and the machine's own keys.
func setSecrets(m *machine.Instance, sealer *seal.Sealer, in *instance.Instance) error {
	keys, err := in.OpenKeys(sealer)
	if err != nil {
		return err
	}
	m.UserData = keys.UserData
	if m.Windows {
		return nil
	}
	authority, err := sshkey.NewAuthority(keys.AuthoritySeed)
	if err != nil {
		return err
	}
	m.HostKeys, m.CertAuthority = machine.HostKeys(keys.HostKeys), authority.PublicLine()
	if in.Priv.AuthorizedKey != "" {
		m.AuthorizedKeys = []string{in.Priv.AuthorizedKey}
	}
	return nil
}
