#!/usr/bin/env bash
# MinIO for tests: minio.sh start | stop | address. Built once with Go from its module, and kept for all checkouts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/processes.sh"
folder=$SERVERS/minio
program=$CACHE/bin/minio

answers() { curl -fsS -m 2 "http://127.0.0.1:$(cat "$folder/port")/minio/health/ready"; }

case $1 in
  start)
    there && exit 0
    need curl
    if [ ! -x "$program" ]; then
      need go || { echo "(Go as new as MinIO's go.mod asks; a distribution's is often older)"; exit 1; }
      mkdir -p "$CACHE/bin"
      # The last version of a project that is archived.
      GOBIN=$CACHE/bin go install github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
    fi
    end "$folder"
    mkdir -p "$folder/data"
    free_port "${KHOLUUTRU_MINIO_PORT:-19000}" >"$folder/port"
    console=$(free_port "${KHOLUUTRU_MINIO_CONSOLE_PORT:-$(($(cat "$folder/port") + 1))}")
    MINIO_ROOT_USER=kholuutru MINIO_ROOT_PASSWORD=$SECRET MINIO_UPDATE=off \
      launch "$folder" "$program" server "$folder/data" --quiet \
      --address "127.0.0.1:$(cat "$folder/port")" --console-address "127.0.0.1:$console"
    await "$folder" 30 answers
    ;;
  stop) end "$folder" ;;
  address)
    there || exit 1
    echo "KHOLUUTRU_TEST_S3=http://127.0.0.1:$(cat "$folder/port")"
    echo "KHOLUUTRU_TEST_S3_ACCESS_KEY=kholuutru"
    echo "KHOLUUTRU_TEST_S3_SECRET_KEY=$SECRET"
    ;;
esac
