#!/bin/sh
# Runs a command in a network of its own: network.sh KIND COMMAND..., inside "unshare --net --mount".
# The metadata service's address leads nowhere in it, in one of four ways; no packet leaves the machine.
# A real Azure CLI is out of sight there.
set -eu
kind=$1
shift
address=169.254.169.254
ip link set lo up
case $kind in
no-route) ;;
# Whoever is to be silent listens there itself.
refused | silent) ip addr add $address/32 dev lo ;;
# Packets go out by the loopback device and come back for an address that nobody here has.
black-hole) ip route add $address/32 dev lo ;;
*) exit 2 ;;
esac
for folder in /usr/bin /usr/local/bin /opt/homebrew/bin /snap/bin "$HOME/.local/bin"; do
    if [ -e "$folder/az" ]; then mount --bind /dev/null "$folder/az"; fi
done
exec "$@"
