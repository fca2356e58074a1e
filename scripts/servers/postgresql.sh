#!/usr/bin/env bash
# PostgreSQL for tests: postgresql.sh start | stop | address. Wanted: Debian's package postgresql, or initdb, postgres on PATH.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/processes.sh"
folder=$SERVERS/postgresql

for binaries in /usr/lib/postgresql/*/bin; do PATH=$PATH:$binaries; done

# PostgreSQL refuses root. As root it runs as somebody else, who may not reach the checkout: then it lives in /var/tmp,
# and goes away whole when it is ended, since nobody would look for it there.
as=()
away=
if [ "$(id -u)" -eq 0 ]; then
  user=postgres
  id -u $user >/dev/null 2>&1 || user=nobody
  as=(setpriv "--reuid=$user" "--regid=$(id -g $user)" --clear-groups)
  mkdir -p "$folder"
  if ! "${as[@]}" test -x "$folder"; then
    away=/var/tmp/kholuutru-postgresql-$(printf %s "$folder" | cksum | cut -d ' ' -f 1)
    folder=$away
  fi
fi

answers() { PGPASSWORD=$SECRET PGCONNECT_TIMEOUT=2 psql -h 127.0.0.1 -p "$(cat "$folder/port")" -U kholuutru -d postgres -c "SELECT 1"; }

case $1 in
  start)
    there && exit 0
    need initdb postgres psql
    end "$folder" INT
    mkdir -p "$folder"
    [ ${#as[@]} -eq 0 ] || chown "$user" "$folder"
    if [ ! -f "$folder/complete" ]; then
      rm -rf "$folder/data"
      # The password comes from a file that the server's user can read; in a command line everybody would see it.
      (umask 077 && printf %s "$SECRET" >"$folder/password")
      [ ${#as[@]} -eq 0 ] || chown "$user" "$folder/password"
      "${as[@]}" initdb -D "$folder/data" -U kholuutru --pwfile="$folder/password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 >/dev/null
      rm -f "$folder/password"
      touch "$folder/complete"
    fi
    free_port "${KHOLUUTRU_POSTGRESQL_PORT:-54329}" >"$folder/port"
    (cd "$folder" && launch "$folder" "${as[@]}" "$(command -v postgres)" -D "$folder/data" -p "$(cat "$folder/port")" \
      -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200)
    await "$folder" 30 answers
    ;;
  stop)
    # INT: clients that are still there are sent away; with TERM the server would wait for them.
    end "$folder" INT
    [ -z "$away" ] || rm -rf "$away"
    ;;
  address)
    there || exit 1
    echo "KHOLUUTRU_TEST_POSTGRESQL=postgresql+psycopg://kholuutru:$SECRET@127.0.0.1:$(cat "$folder/port")/postgres"
    ;;
esac
