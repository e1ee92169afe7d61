//go:build clients

package clients

import (
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// journeyRegion is where the journeys take place.
const journeyRegion = "us-east-1"

// TestJourney goes all the way with the real tools: from a key pair to an instance that it opens, through all that
// happens to the instance, to its end. One traveller uses the AWS CLI; the other uses boto3, and the server is
// stopped and started between any two steps.
func TestJourney(t *testing.T) {
	need(t, "ssh", "apt-get install openssh-client")
	need(t, "ssh-keygen", "apt-get install openssh-client")
	t.Run("AWS CLI", func(t *testing.T) {
		t.Parallel()
		travel(t, awsCLI(t), false)
	})
	t.Run("boto3 over restarts", func(t *testing.T) {
		t.Parallel()
		travel(t, boto3(t), true)
	})
}

func travel(t *testing.T, c cloud, restarts bool) {
	j := &journey{t: t, cloud: c, dir: t.TempDir()}
	j.server = process.Start(t, t.TempDir(), "--time-scale", "0.05")
	for _, step := range []struct {
		name string
		take func(*journey)
	}{
		{"a key pair opens a new instance", keyOpensInstance},
		{"no other key opens it", othersStayOut},
		{"the firewall decides", firewallDecides},
		{"a stopped instance is closed", stoppedIsClosed},
		{"a static IP leads to the instance", staticIPLeads},
		{"a reboot changes nothing", rebootChangesNothing},
		{"a certificate opens one instance", certificateOpens},
		{"a snapshot becomes an instance", snapshotBecomesInstance},
		{"an imported and the default key open theirs", otherKeysOpen},
		{"what is deleted is gone", deletedIsGone},
	} {
		if restarts {
			j.restart()
		}
		ok := t.Run(step.name, func(t *testing.T) {
			j.t = t
			step.take(j)
		})
		if j.t = t; !ok {
			t.FailNow()
		}
	}
}

func keyOpensInstance(j *journey) {
	pair := j.call("CreateKeyPair", in{"keyPairName": "deploy"})
	j.keep("deploy.pem", pair["privateKeyBase64"].(string))
	made := j.call("CreateInstances", in{
		"instanceNames": []string{"web", "db"}, "availabilityZone": journeyRegion + "a", "blueprintId": "debian_12",
		"bundleId": "nano_3_0", "keyPairName": "deploy", "userData": "#!/bin/sh\necho prepared\n",
	})
	operations := made["operations"].([]any)
	if len(operations) != 2 || operations[0].(map[string]any)["status"] != "Started" {
		j.t.Errorf("operations = %v", operations)
	}
	j.await("web", "running")
	j.await("db", "running")
	operation := j.call("GetOperation", in{"operationId": operations[0].(map[string]any)["id"]})["operation"].(map[string]any)
	if operation["status"] != "Succeeded" {
		j.t.Errorf("the operation is %v", operation)
	}
	j.wantSSH("deploy.pem", "web", "whoami", "admin\n")
	j.wantSSH("deploy.pem", "web", "hostname", j.hostname("web")+"\n")
	j.wantSSH("deploy.pem", "db", "hostname", j.hostname("db")+"\n")
	j.wantSSH("deploy.pem", "web", "sudo cat /var/lib/cloud/instance/user-data.txt", "echo prepared")
	if got := j.ssh("deploy.pem", "web", "exit 7"); got.Code != 7 {
		j.t.Errorf("exit 7 ended with %d: %s", got.Code, got.Stderr)
	}
	if got := process.Run(j.t, j.server.DataDir, "ssh", "web", "--", "hostname"); got.Stdout != j.hostname("web")+"\n" {
		j.t.Errorf("lanyard ssh: %+v", got)
	}
}

func othersStayOut(j *journey) {
	j.keygen("stranger.pem")
	j.wantNoSSH("stranger.pem", "web", "Permission denied")
	j.wantNoSSH("deploy.pem", "root@web", "Permission denied")
	j.wantNoSSH("deploy.pem", "ubuntu@web", "Permission denied")
	j.wantSSH("deploy.pem", "admin@web", "whoami", "admin\n")
}

func firewallDecides(j *journey) {
	j.call("CloseInstancePublicPorts", in{"instanceName": "web", "portInfo": port(22)})
	j.wantNoSSH("deploy.pem", "web", "")
	j.call("OpenInstancePublicPorts", in{"instanceName": "web", "portInfo": port(22)})
	j.wantSSH("deploy.pem", "web", "whoami", "admin\n")
	elsewhere := port(22)
	elsewhere["cidrs"] = []string{"203.0.113.0/24"}
	j.call("PutInstancePublicPorts", in{"instanceName": "web", "portInfos": []in{elsewhere}})
	j.wantNoSSH("deploy.pem", "web", "")
	j.call("PutInstancePublicPorts", in{"instanceName": "web", "portInfos": []in{port(22), port(443)}})
	j.wantSSH("deploy.pem", "web", "whoami", "admin\n")
}

func stoppedIsClosed(j *journey) {
	before := j.instance("web")["publicIpAddress"]
	j.call("StopInstance", in{"instanceName": "web"})
	j.await("web", "stopped")
	j.wantNoSSH("deploy.pem", "web", "")
	j.call("StartInstance", in{"instanceName": "web"})
	j.await("web", "running")
	j.wantSSH("deploy.pem", "web", "whoami", "admin\n")
	if after := j.instance("web")["publicIpAddress"]; after == before {
		j.t.Errorf("the public address %v is that of before", after)
	}
}

func staticIPLeads(j *journey) {
	j.call("AllocateStaticIp", in{"staticIpName": "entry"})
	j.call("AttachStaticIp", in{"staticIpName": "entry", "instanceName": "web"})
	static := j.call("GetStaticIp", in{"staticIpName": "entry"})["staticIp"].(map[string]any)
	address := static["ipAddress"].(string)
	if web := j.instance("web"); web["publicIpAddress"] != address || web["isStaticIp"] != true || static["attachedTo"] != "web" {
		j.t.Errorf("the static IP %v is not that of %v", static, web)
	}
	j.wantSSH("deploy.pem", "admin@"+address, "hostname", j.hostname("web")+"\n")
}

func rebootChangesNothing(j *journey) {
	before := j.instance("web")
	j.call("RebootInstance", in{"instanceName": "web"})
	j.await("web", "running")
	j.wantSSH("deploy.pem", "web", "hostname", j.hostname("web")+"\n")
	if after := j.instance("web"); after["publicIpAddress"] != before["publicIpAddress"] || after["arn"] != before["arn"] {
		j.t.Errorf("before the reboot %v, after it %v", before, after)
	}
}

func certificateOpens(j *journey) {
	details := j.call("GetInstanceAccessDetails", in{"instanceName": "web", "protocol": "ssh"})["accessDetails"].(map[string]any)
	j.keep("visit", details["privateKey"].(string))
	j.keep("visit-cert.pub", details["certKey"].(string)+"\n")
	j.wantSSH("visit", "web", "whoami", details["username"].(string)+"\n")
	j.wantNoSSH("visit", "db", "Permission denied")
	j.wantNoSSH("visit", "root@web", "Permission denied")
	if keys := details["hostKeys"].([]any); len(keys) == 0 {
		j.t.Error("no host keys")
	}
	j.wantCertificate("visit-cert.pub", details["username"].(string))
}

func snapshotBecomesInstance(j *journey) {
	j.call("CreateInstanceSnapshot", in{"instanceName": "web", "instanceSnapshotName": "web-before"})
	j.awaitThat("the snapshot is available", func() bool {
		snapshot := j.call("GetInstanceSnapshot", in{"instanceSnapshotName": "web-before"})["instanceSnapshot"].(map[string]any)
		return snapshot["state"] == "available"
	})
	j.call("CreateInstancesFromSnapshot", in{
		"instanceNames": []string{"copy"}, "instanceSnapshotName": "web-before", "availabilityZone": journeyRegion + "b",
		"bundleId": "micro_3_0", "keyPairName": "deploy",
	})
	j.await("copy", "running")
	j.wantSSH("deploy.pem", "copy", "hostname", j.hostname("copy")+"\n")
}

func otherKeysOpen(j *journey) {
	public := j.keygen("mine.pem")
	j.call("ImportKeyPair", in{"keyPairName": "mine", "publicKeyBase64": public})
	create := in{
		"instanceNames": []string{"imported"}, "availabilityZone": journeyRegion + "a", "blueprintId": "ubuntu_24_04",
		"bundleId": "nano_3_0", "keyPairName": "mine",
	}
	j.call("CreateInstances", create)
	create["instanceNames"] = []string{"plain"}
	delete(create, "keyPairName")
	j.call("CreateInstances", create)
	j.keep("default.pem", j.call("DownloadDefaultKeyPair", in{})["privateKeyBase64"].(string))
	j.await("imported", "running")
	j.await("plain", "running")
	j.wantSSH("mine.pem", "imported", "whoami", "ubuntu\n")
	j.wantSSH("default.pem", "plain", "whoami", "ubuntu\n")
	j.wantNoSSH("default.pem", "imported", "Permission denied")
	j.wantNoSSH("mine.pem", "plain", "Permission denied")
}

func deletedIsGone(j *journey) {
	config := j.config()
	for _, name := range []string{"web", "db", "copy", "imported", "plain"} {
		j.call("DeleteInstance", in{"instanceName": name})
		j.wantFailure("GetInstance", in{"instanceName": name}, "The Instance does not exist: "+name)
	}
	if got := j.sshBy(config, "deploy.pem", "web", "whoami"); got.Code != 255 {
		j.t.Errorf("a deleted instance answers: %+v", got)
	}
	if static := j.call("GetStaticIp", in{"staticIpName": "entry"})["staticIp"].(map[string]any); static["isAttached"] != false {
		j.t.Errorf("the static IP of a deleted instance is %v", static)
	}
	j.call("ReleaseStaticIp", in{"staticIpName": "entry"})
	j.call("DeleteInstanceSnapshot", in{"instanceSnapshotName": "web-before"})
}
