#!/usr/bin/env bash
# OpenSearch for tests: opensearch.sh start | stop | address. Wanted: a JDK from 17 on, Maven, curl.
# One node of the real server code, its jars fetched by Maven with their checksums and kept for all checkouts.
# Without the security plugin and the Java security manager: for tests and development, never for an archive in use.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/processes.sh"
folder=$SERVERS/opensearch
sources=$here/opensearch
installed=$CACHE/opensearch-$(cat "$sources/pom.xml" "$sources/OpenSearchNode.java" | cksum | cut -d ' ' -f 1)
heap=${KHOLUUTRU_OPENSEARCH_HEAP:-512m}

answers() {
  [ "$(cat "$folder/node.ready" 2>/dev/null)" = "$(cat "$folder/pid")" ] &&
    curl -fsS -m 5 "http://127.0.0.1:$(cat "$folder/port")/_cluster/health"
}

install() {
  [ -d "$installed" ] && return 0
  need mvn javac
  rm -rf "$installed.new"
  mkdir -p "$installed.new/classes"
  cp "$sources/pom.xml" "$installed.new/pom.xml"
  # -C makes a wrong checksum an error; the plugin's version stands here so that every Maven does the same.
  mvn -q -B -C -f "$installed.new/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$installed.new/lib"
  javac -proc:none -nowarn --release 17 -cp "$installed.new/lib/*" -d "$installed.new/classes" \
    "$sources/OpenSearchNode.java"
  mv "$installed.new" "$installed"
}

configure() {
  mkdir -p "$folder/config" "$folder/tmp"
  cp "$sources/log4j2.properties" "$folder/config/"
  cat >"$folder/config/opensearch.yml" <<Y
cluster.name: kholuutru-tests
node.name: node-1
path.data: "$folder/data"
path.logs: "$folder/logs"
network.host: 127.0.0.1
http.port: $(cat "$folder/port")
transport.port: $(free_port "${KHOLUUTRU_OPENSEARCH_TRANSPORT_PORT:-19300}")
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
Y
}

case $1 in
  start)
    there && exit 0
    need curl java
    install
    end "$folder"
    mkdir -p "$folder"
    rm -f "$folder/node.ready"
    free_port "${KHOLUUTRU_OPENSEARCH_PORT:-19200}" >"$folder/port"
    configure
    # The switches without comment are those of the distribution's own start script.
    (cd "$folder" && launch "$folder" java "-Xms$heap" "-Xmx$heap" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError \
      -XX:-OmitStackTraceInFastThrow "-Djava.io.tmpdir=$folder/tmp" -Dfile.encoding=UTF-8 -Djava.awt.headless=true \
      -Djava.locale.providers=SPI,COMPAT -Djna.nosys=true -Dlog4j.shutdownHookEnabled=false -Dlog4j2.disable.jmx=true \
      "-Dlog4j.configurationFile=$folder/config/log4j2.properties" \
      -Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true -Dio.netty.recycler.maxCapacityPerThread=0 \
      -Dio.netty.allocator.numDirectArenas=0 \
      -cp "$installed/classes:$installed/lib/*" OpenSearchNode "$folder")
    await "$folder" 120 answers
    ;;
  stop) end "$folder" ;;
  address)
    there || exit 1
    echo "KHOLUUTRU_TEST_OPENSEARCH=http://127.0.0.1:$(cat "$folder/port")"
    ;;
esac
