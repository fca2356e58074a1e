#!/usr/bin/env bash
# The real servers that tests want, on this machine alone: servers.sh start | stop.
#   KHOLUUTRU_SERVERS           folder of data, logs, pids and the file `environment` (.servers in the checkout)
#   KHOLUUTRU_REQUIRE_SERVERS   1: fail when one is missing; otherwise it is named, and its tests are skipped by name
#   KHOLUUTRU_POSTGRESQL_PORT, KHOLUUTRU_MINIO_PORT, KHOLUUTRU_OPENSEARCH_PORT, KHOLUUTRU_CLAMD_PORT
#                               where each is put, or at the next port that is free
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
mkdir -p "${KHOLUUTRU_SERVERS:-$here/../../.servers}" "${XDG_CACHE_HOME:-$HOME/.cache}/kholuutru"
SERVERS=$(cd "${KHOLUUTRU_SERVERS:-$here/../../.servers}" && pwd -P)
CACHE=$(cd "${XDG_CACHE_HOME:-$HOME/.cache}/kholuutru" && pwd -P)
export SERVERS CACHE
names="postgresql minio opensearch clamd"

# One checkout at a time: two would choose the same free ports, and build the same program twice.
if [ -z "${KHOLUUTRU_SERVERS_TURN:-}" ] && command -v flock >/dev/null 2>&1; then
  flock -n "$CACHE/turn" true || echo "waiting for another checkout that starts or ends its servers"
  KHOLUUTRU_SERVERS_TURN=1 exec flock -o "$CACHE/turn" "$0" "$@"
fi

# A password of this folder's own; it protects test data, and keeps other checkouts' tests from these servers.
if [ ! -s "$SERVERS/password" ]; then
  (umask 077 && od -An -v -N16 -tx1 /dev/urandom | tr -d ' \n' >"$SERVERS/password")
fi
SECRET=$(cat "$SERVERS/password")
export SECRET

start_one() {
  local began=$SECONDS
  if bash "$here/$1.sh" start >"$SERVERS/$1.start" 2>&1; then
    echo "$1: ready after $((SECONDS - began)) s"
  else
    echo "$1: NOT THERE after $((SECONDS - began)) s"
    sed 's/^/    /' "$SERVERS/$1.start"
  fi
}

start() {
  local name lines missing=0 began=$SECONDS
  sh "$here/../system-packages.sh" || missing=1
  echo "system packages: $((SECONDS - began)) s"
  for name in $names; do start_one "$name" & done
  wait
  (umask 077 && : >"$SERVERS/environment.new")
  for name in $names; do
    if lines=$(bash "$here/$name.sh" address); then echo "$lines" >>"$SERVERS/environment.new"; else missing=1; fi
  done
  mv "$SERVERS/environment.new" "$SERVERS/environment"
  echo "addresses: $SERVERS/environment"
  [ "$missing" -eq 0 ] || [ "${KHOLUUTRU_REQUIRE_SERVERS:-}" != 1 ]
}

stop() {
  local name
  rm -f "$SERVERS/environment"
  for name in $names; do bash "$here/$name.sh" stop; done
  echo "servers of $SERVERS: ended"
}

case ${1:-} in
  start | stop) "$1" ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
