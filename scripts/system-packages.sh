#!/bin/sh
# Install the system packages that tests want; without root, say what is missing and go on.
set -eu
wanted="chromium libpango-1.0-0 libpangoft2-1.0-0 p7zip-full libarchive-tools unzip fonts-noto-core fonts-liberation curl"
# Of the servers only what is not there already from another source.
PATH=$PATH:/usr/sbin
for binaries in /usr/lib/postgresql/*/bin; do PATH=$PATH:$binaries; done
command -v initdb >/dev/null 2>&1 || wanted="$wanted postgresql"
command -v clamd >/dev/null 2>&1 || wanted="$wanted clamav-daemon"
command -v javac >/dev/null 2>&1 || wanted="$wanted default-jdk-headless"
command -v mvn >/dev/null 2>&1 || wanted="$wanted maven"
missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "System packages: all there."
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "Missing system packages:$missing"
  echo "Install them as root; the tests that want them are skipped by name until then."
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
echo "Installed:$missing"
