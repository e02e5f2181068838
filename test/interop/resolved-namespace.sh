#!/bin/sh
# Runs systemd-resolved in namespaces of its own (namespace-run.ts makes them): nothing outside of them changes.
# Usage: resolved-namespace.sh FOLDER UNPACKED NODE ROLLCALL, UNPACKED being where the package is.
set -u
folder=$1 unpacked=$2 node=$3 rollcall=$4
resolver=systemd-resolved address=127.0.0.53
. "$(dirname "$0")/namespace-questions.sh"

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

start_agent
echo '== install'; run_resolver_command install -yes -no-reload
"$unpacked/lib/systemd/systemd-resolved" > "$folder/resolved.log" 2>&1 &
for _ in $(seq 100); do ask apex.addr.consul > /dev/null 2>&1 && break; sleep 0.05; done

echo '== verify'; run_resolver_command install -yes
ask_questions
echo '== end'
