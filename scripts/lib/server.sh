# shellcheck shell=bash
# Builds the server when its sources changed, and knows how to start it. Needs toolchain.sh and WEFT_HOME.

WEFT_JAR=$WEFT_HOME/server/target/weft-server.jar

# server_build: nothing when no input is newer than the last build (a removed file shows as a newer folder).
server_build() (
  stamp=$WEFT_HOME/server/target/built.stamp
  cd "$WEFT_HOME" || exit
  inputs=(pom.xml .mvn protocol/pom.xml protocol/src/main client/pom.xml client/src/main server/pom.xml server/src/main)
  fresh() { [ -f "$WEFT_JAR" ] && [ -f "$stamp" ] && [ -z "$(find "${inputs[@]}" -newer "$stamp" -print -quit)" ]; }
  ! fresh || exit 0
  mkdir -p target
  exec 9>target/build.lock
  ! command -v flock >/dev/null || flock 9
  ! fresh || exit 0 # another start has just done it
  need_maven
  say "building (the first time this fetches the libraries)"
  touch target/build.started
  # Taken away, not overwritten: a server that runs from these files keeps them.
  rm -rf "$WEFT_JAR" server/target/lib
  maven --quiet --projects server --also-make -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2 ||
    die "the build failed"
  mv target/build.started "$stamp"
)

# server_command: sets the array COMMAND, to be followed by a command of the program and its arguments.
server_command() {
  local archive
  COMMAND=("$JAVA_HOME/bin/java" "@$WEFT_HOME/scripts/jvm-flags")
  [ "$WEFT_JDK" -lt 24 ] || COMMAND+=("@$WEFT_HOME/scripts/jvm-flags-24")
  # The serial collector: the hot path allocates nothing, so collections are rare and small; it has the least memory of
  # its own, the cheapest barriers and no threads that compete for two cores.
  [[ ${WEFT_JAVA_OPTS:-} =~ -XX:\+Use[A-Za-z0-9]*GC ]] || COMMAND+=(-XX:+UseSerialGC)
  # PerfDisableSharedMem: the JVM's own statistics file is a mapped file too, and its write-back can stop every thread.
  # Netty looks for leaks by samples, and each one is an allocation on the hot path; the tests leave it on.
  COMMAND+=(-Xms16m -Xmx512m -XX:+ExitOnOutOfMemoryError -XX:+PerfDisableSharedMem
    -Dio.netty.jfr.enabled=false -Dio.netty.leakDetection.level=disabled -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8)
  # What is resident when nothing happens (ADR 0034): the archive of classes stays as it is in its file instead of being
  # moved to a random address, which copies every page of it; what the compilers have freed goes back to the system; a
  # young generation of its own size, for the garbage of new connections, that grows to a fifth of the heap and not to a
  # third, as all of it is touched between two collections. A JDK that lacks one of these goes without.
  COMMAND+=(-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0
    -XX:TrimNativeHeapInterval=5000 -XX:NewSize=8m -XX:NewRatio=4)
  archive=$(class_archive)
  # Without a word when the archive does not fit: it only saves time.
  [ ! -s "$archive" ] || COMMAND+=("-XX:SharedArchiveFile=$archive" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off)
  # shellcheck disable=SC2206 # several options in one variable
  COMMAND+=(${WEFT_JAVA_OPTS:-} -cp "$WEFT_JAR" dev.weft.server.WeftMain)
  # A JVM reads its arguments as the locale says, and loses what it cannot read. What it starts gets back what was there.
  [ "$(locale charmap 2>/dev/null || true)" = UTF-8 ] ||
    COMMAND=(env "WEFT_LC_ALL=${LC_ALL-}" LC_ALL=C.UTF-8 "${COMMAND[@]}")
}

class_archive() { printf '%s' "$WEFT_HOME/server/target/classes-$WEFT_JDK.jsa"; }

# server_prepare: build, and once per build and JDK a training run that leaves an archive of loaded classes.
server_prepare() {
  need_jdk
  server_build
  local archive
  archive=$(class_archive)
  if [ ! -f "$archive" ] || [ "$WEFT_JAR" -nt "$archive" ]; then
    rm -f "$archive"
    server_train "$archive" >/dev/null 2>&1 || true
    [ -f "$archive" ] || : >"$archive" # tried once; empty means none
  fi
}

server_train() (
  dir=$(mktemp -d)
  SERVER_PID=''
  trap 'kill -KILL $SERVER_PID; rm -rf "$dir"' EXIT # a no-op for a server that has stopped
  WEFT_JAVA_OPTS="-XX:ArchiveClassesAtExit=$dir/classes.jsa"
  server_start "$dir/log" --data-dir "$dir/data" || exit 1
  # One of each kind of request, so that their classes are in the archive too.
  curl --silent --max-time 1 --no-buffer "$SERVER_URL/events/stream" &
  curl --silent --max-time 2 --data '{"type":"hello","data":{"n":1}}' "$SERVER_URL/events" || true
  curl --silent --max-time 1 "$SERVER_URL/health" "$SERVER_URL/metrics" "$SERVER_URL/events?limit=1" || true
  curl --silent --max-time 1 --no-buffer "$SERVER_URL/events/stream?after=0" || true
  server_stop 20 || true
  mv "$dir/classes.jsa" "$1"
)

# server_start <log> [serve options]: starts on a free port, waits until ready; sets SERVER_PID and SERVER_URL.
server_start() {
  local log=$1 i
  shift
  server_command
  "${COMMAND[@]}" serve --host 127.0.0.1 --port 0 "$@" >"$log" 2>&1 &
  SERVER_PID=$! SERVER_URL=''
  for ((i = 0; i < 300; i++)); do
    SERVER_URL=$(sed -n 's/^weft ready \(http:[^ ]*\).*/\1/p' "$log")
    [ -z "$SERVER_URL" ] || return 0
    kill -0 "$SERVER_PID" 2>/dev/null || break
    sleep 0.1
  done
  cat "$log" >&2
  kill -KILL "$SERVER_PID" 2>/dev/null || true
  return 1
}

# server_stop <seconds>: SIGTERM; returns the exit code, or 124 after the time (and then ends it).
server_stop() {
  local i
  kill -TERM "$SERVER_PID"
  for ((i = 0; i < $1 * 20; i++)); do
    if ! kill -0 "$SERVER_PID" 2>/dev/null; then
      wait "$SERVER_PID"
      return
    fi
    sleep 0.05
  done
  kill -KILL "$SERVER_PID"
  return 124
}
