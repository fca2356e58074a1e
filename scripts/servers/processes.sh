# Processes of our own: started with a pid file in the server's folder, awaited, ended by that pid. Sourced by the others.
# A server's folder (absolute, without links) stands in its command line, which tells it from a stranger with its old pid.

# Print the pid of the server that lives in FOLDER; fail when it does not run.
running() {
  local folder=$1 pid arguments
  pid=$(cat "$folder/pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  arguments=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline") || return 1
  [[ $arguments == *"$folder"* ]] && echo "$pid"
}

# Run COMMAND as the server that lives in FOLDER, away from this terminal; its output goes to FOLDER/output.
launch() {
  local folder=$1
  shift
  setsid nohup "$@" </dev/null >"$folder/output" 2>&1 &
  echo $! >"$folder/pid"
}

# Wait until CHECK succeeds, at most SECONDS; fail with the end of the output when the server is gone or silent.
await() {
  local folder=$1 seconds=$2 step
  shift 2
  for ((step = 0; step < seconds * 5; step++)); do
    sleep 0.2
    "$@" >/dev/null 2>&1 && return 0
    # The pid belongs to the wrapping command for a moment, before the server's own command line stands there.
    running "$folder" >/dev/null || [ "$step" -lt 5 ] || break
  done
  echo "not ready; the end of $folder/output:"
  tail -n 20 "$folder/output"
  return 1
}

# Succeed when the server that lives in $folder runs and answers.
there() { running "$folder" >/dev/null && answers >/dev/null 2>&1; }

# End the server that lives in FOLDER with SIGNAL (TERM), and hard when it has not ended after half a minute.
end() {
  local folder=$1 signal=${2:-TERM} pid step
  if ! pid=$(running "$folder"); then
    rm -f "$folder/pid"
    return 0
  fi
  kill -s "$signal" "$pid"
  for ((step = 0; step < 150; step++)); do
    running "$folder" >/dev/null || break
    sleep 0.2
  done
  if running "$folder" >/dev/null; then kill -s KILL "$pid"; fi
  rm -f "$folder/pid"
}

# Print the first port from WISHED on where nobody listens.
# Every checkout has servers of its own: whoever ends, replaces or forgets servers elsewhere changes nothing here.
free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

# Fail, saying what is missing, unless all COMMANDS are there.
need() {
  local command
  for command; do
    command -v "$command" >/dev/null 2>&1 || { echo "missing: $command"; return 1; }
  done
}
