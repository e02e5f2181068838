#!/bin/sh
# Runs an installed resolver as that of the machine, on port 53 and with a copy of /etc, in namespaces of its own
# (namespace-run.ts makes them): nothing outside of them changes. Usage: system-namespace.sh FOLDER - NODE ROLLCALL
# RESOLVER.
set -u
folder=$1 node=$3 rollcall=$4 resolver=$5
address=127.0.0.1
. "$(dirname "$0")/namespace-questions.sh"

ip link set lo up
mkdir -p "$folder/state"
cp -a /etc "$folder/etc"
mount --bind "$folder/etc" /etc && mount -t tmpfs tmpfs /run || exit 3
rm -f /etc/resolv.conf
echo 'nameserver 127.0.0.1' > /etc/resolv.conf

# Each begins with what Debian configures. systemd does not run here, so the next program that reloads it does.
case $resolver in
  unbound)
    mount --bind "$folder/state" /var/lib/unbound || exit 3
    echo '. DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D' > /var/lib/unbound/root.key
    chown -R unbound: /var/lib/unbound
    configuration=/etc/unbound
    start() { unbound; } ;;
  bind)
    mkdir -p /run/named && chown bind: /run/named
    [ -f /etc/bind/rndc.key ] || rndc-confgen -a > "$folder/rndc.log" 2>&1
    configuration=/etc/bind
    start() { named -u bind; } ;;
esac
listing() { find "$configuration" -type f -exec md5sum {} + | sort; }

start_agent
start
for _ in $(seq 100); do ask version.bind CH TXT | grep -q status && break; sleep 0.05; done
listing > "$folder/before"
echo '== before'; run_resolver_command check
echo '== install'; run_resolver_command install -yes
echo '== check'; run_resolver_command check
echo '== remove'; run_resolver_command remove -yes
listing > "$folder/after"
echo '== difference'; diff "$folder/before" "$folder/after"
echo '== again'; ask 0a010203.addr.consul A
echo '== end'
