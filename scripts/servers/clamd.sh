#!/usr/bin/env bash
# clamd for tests: clamd.sh start | stop | address. Wanted: Debian's package clamav-daemon.
# Its signatures are made by hand and know the EICAR test file alone: no download, and a small process.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/processes.sh"
PATH=$PATH:/usr/sbin
folder=$SERVERS/clamd

answers() {
  local answer
  exec 3<>"/dev/tcp/127.0.0.1/$(cat "$folder/port")" || return 1
  printf 'zPING\0' >&3
  IFS= read -r -d '' -t 2 answer <&3
  exec 3>&-
  [ "$answer" = PONG ]
}

signatures() {
  mkdir -p "$folder/signatures"
  # In two halves, so that no scanner takes this script for the test file.
  local eicar='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD' body='-ANTIVIRUS-TEST-FILE!$H+H*'
  eicar=$eicar$body
  echo "$(printf %s "$eicar" | sha256sum | cut -d ' ' -f 1):${#eicar}:KhoLuuTru.EICAR" >"$folder/signatures/test.hsb"
  echo "KhoLuuTru.EICAR.Body:0:*:$(printf %s "$body" | od -An -v -tx1 | tr -d ' \n')" >"$folder/signatures/test.ndb"
}

case $1 in
  start)
    there && exit 0
    need clamd
    end "$folder"
    signatures
    free_port "${KHOLUUTRU_CLAMD_PORT:-13310}" >"$folder/port"
    # Limits small enough for tests to go over each of them.
    cat >"$folder/clamd.conf" <<Y
TCPSocket $(cat "$folder/port")
TCPAddr 127.0.0.1
DatabaseDirectory $folder/signatures
Foreground yes
StreamMaxLength 4M
MaxFileSize 3M
AlertExceedsMax yes
SelfCheck 86400
Y
    launch "$folder" "$(command -v clamd)" -c "$folder/clamd.conf"
    await "$folder" 120 answers
    ;;
  stop) end "$folder" ;;
  address)
    there || exit 1
    echo "KHOLUUTRU_TEST_CLAMD=tcp://127.0.0.1:$(cat "$folder/port")"
    ;;
esac
