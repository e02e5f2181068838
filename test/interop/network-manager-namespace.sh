#!/bin/sh
# Runs NetworkManager, and the dnsmasq that it starts, in namespaces of their own with a D-Bus of their own
# (namespace-run.ts makes the namespaces): nothing outside of them changes. Usage: network-manager-namespace.sh FOLDER
# UNPACKED NODE ROLLCALL, UNPACKED being where the package is.
set -u
folder=$1 unpacked=$2 node=$3 rollcall=$4
resolver=networkmanager address=127.0.0.1
. "$(dirname "$0")/namespace-questions.sh"

libraries=$unpacked/usr/lib/$(uname -m)-linux-gnu daemon=$unpacked/usr/sbin/NetworkManager
LD_LIBRARY_PATH=$libraries "$daemon" --version > "$folder/version" 2>&1 || { cat "$folder/version"; exit 3; }

# NetworkManager gives the link its address; its peer is there for the carrier.
ip link set lo up
ip link add rollcall0 type veth peer name rollcall1 && ip link set rollcall1 up && ip link set rollcall0 up || exit 3

# It knows no /etc but the system's. Where /sys cannot be written to it does not wait for udev.
cp -a /etc "$folder/etc"
mount --bind "$folder/etc" /etc && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib || exit 3
mount -t sysfs -o ro sysfs /sys || exit 3
rm -rf /etc/NetworkManager /etc/resolv.conf
mkdir -p /run/dbus /etc/NetworkManager/conf.d /etc/NetworkManager/dnsmasq.d /etc/NetworkManager/system-connections

cat > "$folder/bus.conf" << EOF
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
EOF
printf '[main]\nplugins=keyfile\nno-auto-default=*\n' > /etc/NetworkManager/NetworkManager.conf
cat > /etc/NetworkManager/system-connections/cable.nmconnection << EOF
[connection]
id=cable
uuid=7a0f0e2a-4ff1-4e3c-9d2c-6f6f2d2d5b11
type=ethernet
interface-name=rollcall0
[ipv4]
method=manual
address1=192.0.2.1/24
dns=192.0.2.1
[ipv6]
method=disabled
EOF
chmod 600 /etc/NetworkManager/system-connections/cable.nmconnection

# Stands for systemd, which would have to be the first process.
mkdir "$folder/bin"
cat > "$folder/bin/systemctl" << EOF
#!/bin/sh
[ "\$*" = 'restart NetworkManager' ] || exit 1
if [ -s $folder/pid ]; then
  kill "\$(cat $folder/pid)"
  while kill -0 "\$(cat $folder/pid)"; do sleep 0.05; done 2> /dev/null
fi
LD_LIBRARY_PATH=$libraries $daemon --debug >> $folder/manager.log 2>&1 &
echo \$! > $folder/pid
EOF
chmod +x "$folder/bin/systemctl"
PATH=$folder/bin:$PATH

wait_for_resolv_conf() {
  for _ in $(seq 200); do grep -qx "nameserver $1" /etc/resolv.conf 2> /dev/null && break; sleep 0.05; done
  cat /etc/resolv.conf || tail "$folder/manager.log"
}

dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile 2> "$folder/bus.log" &
for _ in $(seq 100); do [ -S /run/dbus/system_bus_socket ] && break; sleep 0.05; done
start_agent
systemctl restart NetworkManager
echo '== before'; wait_for_resolv_conf 192.0.2.1
echo '== install'; run_resolver_command install -yes
echo '== resolv.conf'; cat /etc/resolv.conf
ask_questions
echo '== remove'; run_resolver_command remove -yes
echo '== after'; wait_for_resolv_conf 192.0.2.1; ls /etc/NetworkManager/conf.d /etc/NetworkManager/dnsmasq.d
echo '== end'
