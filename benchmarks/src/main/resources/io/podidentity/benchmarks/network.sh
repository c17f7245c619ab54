#!/bin/sh
# Usage: unshare --net --mount /bin/sh network.sh KIND COMMAND...
# Runs a command in a network of its own, where the metadata service's address leads nowhere in one of four ways.
# No packet leaves the machine, and a real Azure CLI cannot be seen.
set -eu
kind=$1
shift
address=169.254.169.254
ip link set lo up
case $kind in
no-route) ;;
# For silent, the command itself listens at this address.
refused | silent) ip addr add $address/32 dev lo ;;
# Packets leave by the loopback device and return with an address that this machine does not have.
black-hole) ip route add $address/32 dev lo ;;
*) exit 2 ;;
esac
for folder in /usr/bin /usr/local/bin /opt/homebrew/bin /snap/bin "$HOME/.local/bin"; do
    if [ -e "$folder/az" ]; then mount --bind /dev/null "$folder/az"; fi
done
exec "$@"
