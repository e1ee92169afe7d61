package instance

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Earlier versions kept attachments in the documents of both ends: a disk and a static IP had the
// instance's name, the instance had the disks' documents and the static IP's name.

// formerDisk takes the attachment out of a disk's document.
func formerDisk(r *resource.Resource) ([]resource.FormerLink, error) {
	d := &Disk{}
	if err := d.OpenDoc(r); err != nil {
		return nil, err
	}
	doc, attached := &d.Doc, d.Doc.AttachedTo != nil
	if doc.IsAttached != nil && *doc.IsAttached != attached || attached != (doc.Path != nil) {
		return nil, errors.New("doc: isAttached, attachedTo and path do not go together")
	}
	if err := dropMembers(&r.Doc, "attachedTo", "path", "isAttached", "attachmentState"); err != nil || !attached {
		return nil, err
	}
	return []resource.FormerLink{formerAttachment(r.Zone, *doc.AttachedTo, doc)}, nil
}

// formerAttachment is what a disk and an instance knew of each other. Both are in one zone.
func formerAttachment(zone, to string, d *types.Disk) resource.FormerLink {
	detail, _ := json.Marshal([]any{zone, d.SizeInGb, d.Iops, d.Arn, d.SupportCode}) // texts and numbers cannot fail
	return resource.FormerLink{
		Role: resource.AttachedDisk, From: aws.ToString(d.Name), To: to, Doc: string(Attachment{aws.ToString(d.Path)}.Doc()), Detail: string(detail),
	}
}

// formerStaticIP takes the attachment out of a static IP's document.
func formerStaticIP(r *resource.Resource) ([]resource.FormerLink, error) {
	s := &StaticIP{}
	if err := s.OpenDoc(r); err != nil {
		return nil, err
	}
	to := s.Doc.AttachedTo
	if s.Doc.IsAttached != nil && *s.Doc.IsAttached != (to != nil) {
		return nil, errors.New("doc: isAttached and attachedTo do not go together")
	}
	if err := dropMembers(&r.Doc, "attachedTo", "isAttached"); err != nil || to == nil {
		return nil, err
	}
	return []resource.FormerLink{{Role: resource.AttachedStaticIP, From: r.Name, To: *to, Doc: string(resource.NoDoc), Detail: s.SupportSuffix()}}, nil
}

// formerInstance takes the disks and the static IP out of an instance's documents, with the
// address, which is the static IP's.
func formerInstance(r *resource.Resource) (links []resource.FormerLink, err error) {
	i := &Instance{}
	if err := i.Record.Open(r); err != nil {
		return nil, err
	}
	if links, err = formerDisks(i); err != nil {
		return nil, err
	}
	drop := []string{"isStaticIp"}
	if name := i.Priv.FormerStaticIP; name != "" {
		drop = append(drop, "publicIpAddress")
		links = append(links, resource.FormerLink{
			Role: resource.AttachedStaticIP, From: name, To: r.Name, Doc: string(resource.NoDoc), Detail: aws.ToString(i.Doc.PublicIpAddress),
		})
	}
	if i.Doc.IsStaticIp != nil && *i.Doc.IsStaticIp != (i.Priv.FormerStaticIP != "") {
		return nil, errors.New("isStaticIp and the static IP do not go together")
	}
	return links, errors.Join(dropMembers(&r.Doc, drop...), dropMembers(&r.Priv, "staticIp"))
}

// formerDisks takes the disks but the system's out of an instance's document.
func formerDisks(i *Instance) (links []resource.FormerLink, err error) {
	r := i.Resource
	if i.Doc.Hardware == nil {
		return nil, errors.New("doc: hardware is missing")
	}
	var doc, hardware map[string]json.RawMessage
	var disks, systems []json.RawMessage
	if err := errors.Join(json.Unmarshal(r.Doc, &doc), json.Unmarshal(doc["hardware"], &hardware), json.Unmarshal(hardware["disks"], &disks)); err != nil {
		return nil, fmt.Errorf("doc: %w", err)
	}
	if len(disks) != len(i.Doc.Hardware.Disks) {
		return nil, errors.New("doc: a disk of the hardware is not whole")
	}
	for n, d := range i.Doc.Hardware.Disks {
		if aws.ToBool(d.IsSystemDisk) {
			systems = append(systems, disks[n])
			continue
		}
		links = append(links, formerAttachment(r.Zone, r.Name, &d))
	}
	if len(links) == 0 {
		return nil, nil
	}
	var failed [3]error
	hardware["disks"], failed[0] = json.Marshal(systems)
	doc["hardware"], failed[1] = json.Marshal(hardware)
	r.Doc, failed[2] = json.Marshal(doc)
	return links, errors.Join(failed[:]...)
}

// dropMembers removes members from a JSON object. One that has none of them stays as it is.
func dropMembers(doc *[]byte, names ...string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(*doc, &members); err != nil {
		return err
	}
	before := len(members)
	for _, name := range names {
		delete(members, name)
	}
	if len(members) == before {
		return nil
	}
	var err error
	*doc, err = json.Marshal(members)
	return err
}
