#!/bin/sh
# Runs systemd-resolved as process of a network and mount namespace of its own (`unshare -n -m`): nothing outside of it
# changes. Usage: resolved-namespace.sh FOLDER RESOLVED NODE ROLLCALL. Prints what was asked under `== title` lines.
set -u
folder=$1 resolved=$2 node=$3 rollcall=$4

# resolved asks nobody while no link but lo has an address.
ip link set lo up
ip link add rollcall0 type dummy 2>/dev/null || ip link add rollcall0 type veth peer name rollcall1 || exit 3
ip link set rollcall1 up 2>/dev/null
ip addr add 192.0.2.1/24 dev rollcall0 && ip link set rollcall0 up || exit 3

mkdir -p "$folder/lib" "$folder/etc"
mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /etc/systemd || exit 3
# Where the package is not installed its user, and the file that `install` looks for, are lent.
cp /etc/passwd "$folder/etc/passwd"
grep -q '^systemd-resolve:' /etc/passwd || echo 'systemd-resolve:x:65534:65534::/:/usr/sbin/nologin' >> "$folder/etc/passwd"
mount --bind "$folder/etc/passwd" /etc/passwd || exit 3
echo 'nameserver 127.0.0.53' > "$folder/etc/resolv.conf"
mount --bind "$folder/etc/resolv.conf" /etc/resolv.conf || exit 3
mkdir -p /run/systemd/resolve
chown systemd-resolve: /run/systemd/resolve

start_agent() {
  "$node" "$rollcall" agent -server -bootstrap-expect=1 -data-dir "$folder/data" -config-file "$folder/agent.json" \
    > "$folder/agent.log" 2>&1 &
  agent=$!
  for _ in $(seq 200); do grep -q '^ready' "$folder/agent.log" && return; sleep 0.05; done
  cat "$folder/agent.log"; exit 4
}
ask() { dig @127.0.0.53 "$@" +time=2 +tries=1 +noall +comments +answer; }

start_agent
echo '== install'
"$node" "$rollcall" resolver install -resolver systemd-resolved -yes -no-reload 2>&1
echo "exit $?"
"$resolved" > "$folder/resolved.log" 2>&1 &
daemon=$!
trap 'kill $agent $daemon; wait' EXIT
for _ in $(seq 100); do ask apex.addr.consul > /dev/null 2>&1 && break; sleep 0.05; done

echo '== verify'
"$node" "$rollcall" resolver install -resolver systemd-resolved -yes 2>&1
echo "exit $?"
echo '== check'
"$node" "$rollcall" resolver check -resolver systemd-resolved 2>&1
echo "exit $?"
echo '== hit'; ask web.service.consul A
echo '== miss'; ask absent.service.consul A
echo '== no data'; ask web.service.consul AAAA
echo '== cut'; ask large.service.consul A +ignore
echo '== whole'; ask large.service.consul A
echo '== restart'
kill "$agent"; wait "$agent"
ask web.service.consul A
start_agent
for _ in $(seq 100); do ask web.service.consul A | grep -q '10\.1\.1\.1' && break; sleep 0.1; done
ask web.service.consul A
echo '== end'
