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

# Each begins with what Debian configures. Programs that reload it are real; systemd is not there, so that the next is.
case $resolver in
  unbound)
    mount --bind "$folder/state" /var/lib/unbound || exit 3
    cp /usr/share/dns/root.key /var/lib/unbound/ && chown -R unbound: /var/lib/unbound
    configuration=/etc/unbound
    start() { unbound; } ;;
  bind)
    mkdir -p /run/named && chown bind: /run/named
    [ -f /etc/bind/rndc.key ] || rndc-confgen -a > "$folder/rndc.log" 2>&1
    configuration=/etc/bind
    start() { named -u bind; } ;;
  dnsmasq)
    mkdir -p /etc/dnsmasq.d "$folder/bin"
    printf 'no-resolv\nbind-interfaces\nlisten-address=127.0.0.1\nstop-dns-rebind\nconf-dir=/etc/dnsmasq.d\n' > /etc/dnsmasq.conf
    printf '#!/bin/sh\nkill "$(cat /run/dnsmasq.pid)"; while ! dnsmasq -x /run/dnsmasq.pid; do sleep 0.05; done 2> /dev/null\n' > "$folder/bin/service"
    chmod +x "$folder/bin/service"
    PATH=$folder/bin:$PATH
    configuration=/etc/dnsmasq.d
    start() { dnsmasq -x /run/dnsmasq.pid; } ;;
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
echo '== again'; run_resolver_command check
echo '== end'
