package identity

import (
	"go.yaml.in/yaml/v4"

	"github.com/lanyard-cloud/lanyard/internal/strictyaml"
)

// fileReader reads the YAML tree of an identities file. Its errors name the line.
type fileReader struct {
	strictyaml.Reader
	file *File
	read func(name string, limit int64) ([]byte, error)
	// keyLines are the lines of the access key ids so far: no two keys share an id.
	keyLines map[string]int
}

// tags reads a mapping of keys to values.
func (r *fileReader) tags(into *[]Tag) strictyaml.Member {
	return func(n *yaml.Node) error {
		return r.Entries(n, func(name, value *yaml.Node) error {
			t := Tag{Key: name.Value}
			if err := r.Text(&t.Value)(value); err != nil {
				return err
			}
			*into = append(*into, t)
			if err := checkTags(*into); err != nil {
				return r.Fail(name, "%w", err)
			}
			return nil
		})
	}
}
