#!/bin/sh
# The journey with version 1 of the AWS CLI: awscli_journey.sh journey DIR, or awscli_journey.sh profile
set -eu

lightsail() { ../python/.venv/awscli/bin/aws lightsail "$@"; }
say() { lightsail --output text "$@"; } # with --query, what is printed is what a script reads
quiet() { lightsail "$@" >/dev/null; }

# wants OUTPUT COMMAND...: the command has to print just that.
wants() {
  wanted=$1
  shift
  printed=$(say "$@")
  [ "$printed" = "$wanted" ] || { echo "$*: $printed, want $wanted" >&2 && exit 1; }
}

# polls OUTPUT COMMAND...: the command has to print that within a minute, as the CLI has no waiters for Lightsail.
polls() {
  wanted=$1
  shift
  end=$(($(date +%s) + 60))
  until printed=$(say "$@") && [ "$printed" = "$wanted" ]; do
    [ "$(date +%s)" -lt "$end" ] || { echo "$*: $printed, want $wanted" >&2 && exit 1; }
    sleep 0.1
  done
}

# failure COMMAND...: the exception that the CLI tells of on standard error, as JSON. Its messages have no quotes here.
failure() {
  if text=$("$@" 2>&1 >/dev/null); then
    echo "$* succeeded" >&2
    exit 1
  fi
  echo "$text" | sed -n 's/.*An error occurred (\([A-Za-z]*\)) when calling the [A-Za-z]* operation\( (reached max retries: 0)\)\{0,1\}: \(.*\)/{"class": "\1", "message": "\3"}/p'
}

make_key_pair() {
  umask 077
  made=$(say create-key-pair --key-pair-name journey-key --tags key=team,value=web key=on-call --query '[publicKeyBase64, privateKeyBase64]')
  printf '%s\n' "$made" | sed -n '1s/.*\(-----BEGIN\)/\1/; p' >"$dir/key.pem"
  fingerprint=$(say get-key-pair --key-pair-name journey-key --query keyPair.fingerprint)
  created=$(say get-key-pair --key-pair-name journey-key --query keyPair.createdAt | awk '{ printf "%.0f", $1 * 1000 }')
  printf '{"publicKey": "%s", "fingerprint": "%s", "createdAt": %s}' "$(printf '%s\n' "$made" | sed -n '1s/\t.*//p')" "$fingerprint" "$created"
}

change_tags() {
  quiet tag-resource --resource-name journey-key --tags key=Größe,value=ü
  quiet untag-resource --resource-name journey-key --tag-keys team
  say get-key-pair --key-pair-name journey-key --query 'keyPair.tags[].[key, value]' |
    awk -F '\t' '{ printf "%s\"%s\": %s", NR == 1 ? "{" : ", ", $1, $2 == "None" ? "null" : "\"" $2 "\"" } END { print "}" }'
}

denied() { AWS_ACCESS_KEY_ID=$DENIED_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$DENIED_SECRET_ACCESS_KEY lightsail get-key-pairs; }

until_throttled() {
  while AWS_MAX_ATTEMPTS=1 lightsail get-regions --endpoint-url "$BUSY_ENDPOINT"; do :; done
  return 1
}

meet_errors() {
  printf '{"badName": %s, "missing": %s, "denied": %s, "throttled": %s}' "$(failure lightsail create-key-pair --key-pair-name 'no good')" \
    "$(failure lightsail get-key-pair --key-pair-name journey-none)" "$(failure denied)" "$(failure until_throttled)"
}

# patient makes a call with the CLI's own retries.
patient() { AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=12 say get-regions --endpoint-url "$BUSY_ENDPOINT" --query 'regions[0].name'; }

get_through() {
  for _ in 1 2 3 4 5; do
    for _ in 1 2 3 4 5 6 7 8; do
      patient &
    done
    wait
  done | wc -l
}

read_pages() {
  for name in journey-a journey-b journey-c; do
    quiet import-key-pair --key-pair-name $name \
      --public-key-base64 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  done
  say get-key-pairs --query 'keyPairs[].name' | # it pages by itself, and prints a page in a line
    awk -F '\t' '{ printf "%s[\"%s\", \"%s\"]", NR == 1 ? "[" : ", ", $1, $2 } END { print "]" }'
  for name in journey-a journey-b journey-c; do
    quiet delete-key-pair --key-pair-name $name
  done
}

make_instance() {
  operation=$(say create-instances --instance-names journey-web --availability-zone us-east-1a --blueprint-id debian_12 --bundle-id nano_3_0 \
    --key-pair-name journey-key --user-data "$(printf '#!/bin/sh\necho prepared\n')" --query 'operations[0].id')
  polls running get-instance-state --instance-name journey-web --query state.name
  wants Succeeded get-operation --operation-id "$operation" --query operation.status
  wants journey-web get-instances --query 'instances[].name'
  printf '"%s"' "$(say get-instance --instance-name journey-web --query instance.publicIpAddress)"
}

make_storage() {
  quiet create-disk --disk-name journey-disk --availability-zone us-east-1a --size-in-gb 8
  polls available get-disk --disk-name journey-disk --query disk.state
  wants journey-disk get-disks --query 'disks[].name'
  quiet delete-disk --disk-name journey-disk
  quiet create-instance-snapshot --instance-snapshot-name journey-snapshot --instance-name journey-web
  polls available get-instance-snapshot --instance-snapshot-name journey-snapshot --query instanceSnapshot.state
  wants journey-snapshot get-instance-snapshots --query 'instanceSnapshots[].name'
  quiet delete-instance-snapshot --instance-snapshot-name journey-snapshot
}

make_network() {
  quiet allocate-static-ip --static-ip-name journey-ip
  wants False get-static-ip --static-ip-name journey-ip --query staticIp.isAttached
  wants journey-ip get-static-ips --query 'staticIps[].name'
  quiet release-static-ip --static-ip-name journey-ip
  quiet create-domain --domain-name journey.example.com
  quiet create-domain-entry --domain-name journey.example.com --domain-entry name=www.journey.example.com,type=A,target=192.0.2.1
  wants 192.0.2.1 get-domain --domain-name journey.example.com --query 'domain.domainEntries[?type==`A`].target'
  wants journey.example.com get-domains --query 'domains[].name'
  quiet delete-domain --domain-name journey.example.com
  quiet create-certificate --certificate-name journey-cert --domain-name journey.example.com
  wants journey.example.com get-certificates --certificate-name journey-cert --query 'certificates[].domainName'
  quiet delete-certificate --certificate-name journey-cert
  quiet create-load-balancer --load-balancer-name journey-lb --instance-port 80
  wants 80 get-load-balancer --load-balancer-name journey-lb --query loadBalancer.instancePort
  wants journey-lb get-load-balancers --query 'loadBalancers[].name'
  quiet delete-load-balancer --load-balancer-name journey-lb
}

make_content() {
  quiet create-bucket --bucket-name journey-bucket --bundle-id small_1_0
  wants journey-bucket get-buckets --bucket-name journey-bucket --query 'buckets[].name'
  quiet create-distribution --distribution-name journey-cdn --bundle-id small_1_0 --default-cache-behavior behavior=cache \
    --origin name=journey-bucket,regionName=us-east-1,protocolPolicy=https-only
  wants journey-bucket get-distributions --distribution-name journey-cdn --query 'distributions[].origin.name'
  quiet delete-distribution --distribution-name journey-cdn
  quiet delete-bucket --bucket-name journey-bucket
}

make_services() {
  quiet create-container-service --service-name journey-app --power nano --scale 1
  polls READY get-container-services --service-name journey-app --query 'containerServices[].state'
  quiet delete-container-service --service-name journey-app
  quiet create-relational-database --relational-database-name journey-db --relational-database-blueprint-id postgres_16 \
    --relational-database-bundle-id micro_2_0 --master-database-name app --master-username boss
  polls available get-relational-database --relational-database-name journey-db --query relationalDatabase.state
  wants journey-db get-relational-databases --query 'relationalDatabases[].name'
  quiet delete-relational-database --relational-database-name journey-db --skip-final-snapshot
}

make_alarms() {
  quiet create-contact-method --protocol Email --contact-endpoint journey@example.com
  wants journey@example.com get-contact-methods --protocols Email --query 'contactMethods[].contactEndpoint'
  quiet put-alarm --alarm-name journey-alarm --monitored-resource-name journey-web --metric-name CPUUtilization \
    --comparison-operator GreaterThanThreshold --threshold 90 --evaluation-periods 1
  wants 90.0 get-alarms --alarm-name journey-alarm --query 'alarms[].threshold'
  quiet delete-alarm --alarm-name journey-alarm
  quiet delete-contact-method --protocol Email
}

# fact NAME FUNCTION: notes what the function prints. A function in a substitution ends the script when it fails.
fact() {
  value=$("$2")
  printf '%s"%s": %s' "$separator" "$1" "$value" >>"$dir/facts.json"
  separator=', '
}

journey() {
  dir=$1
  separator='{'
  [ -n "$(say get-regions --query 'regions[].name')" ]
  fact keyPair make_key_pair
  fact tags change_tags
  fact errors meet_errors
  fact busy get_through
  fact pages read_pages
  fact instance make_instance
  make_storage
  make_network
  make_content
  make_services
  make_alarms
  echo '}' >>"$dir/facts.json"
}

if [ "$1" = profile ]; then
  say get-regions --query 'regions[].name'
else
  journey "$2"
fi
