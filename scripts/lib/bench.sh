# shellcheck shell=bash
# Builds the benchmarks when their sources changed, and gets ready the servers that they are compared with. Needs
# toolchain.sh and WEFT_HOME, and runs there.

# bench_build: nothing when no input is newer than the last build.
bench_build() {
  local stamp=bench/target/built.stamp
  local inputs=(pom.xml .mvn protocol/pom.xml protocol/src/main client/pom.xml client/src/main server/pom.xml server/src/main bench/pom.xml bench/src/main)
  if [ -f "$stamp" ] && [ -z "$(find "${inputs[@]}" -newer "$stamp" -print -quit)" ]; then return; fi
  need_maven
  say "building the benchmarks"
  mkdir -p bench/target
  touch bench/target/built.started
  maven --quiet --projects bench --also-make -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2 ||
    die "the build failed"
  mv bench/target/built.started "$stamp"
}

# bench_command: sets the array COMMAND, to be followed by a main class of the module.
bench_command() {
  COMMAND=("$JAVA_HOME/bin/java" @scripts/jvm-flags)
  [ "$WEFT_JDK" -lt 24 ] || COMMAND+=(@scripts/jvm-flags-24)
  COMMAND+=(-Xmx1g -XX:+UseSerialGC -cp bench/target/weft-bench.jar)
}

# more_files: thousands of connections in one process, in the servers and in the clients, which get the limits from here.
# Root may have more than its login was given; who may not has what is there.
more_files() {
  local limit
  for limit in 65536 32768 16384; do
    ! [ "$(ulimit -H -n)" = unlimited ] && [ "$(ulimit -H -n)" -lt "$limit" ] || break
    ! ulimit -n "$limit" 2>/dev/null || return 0
  done
  ulimit -S -n "$(ulimit -H -n)" 2>/dev/null || true
}

# matrix_prepare: sets MATRIX to the options that put the server beside itself, on each JDK line that is installed, on epoll
# and io_uring, with its sequencer on an I/O loop and on a thread of its own. Needs server.sh.
matrix_prepare() {
  local line transport threading
  MATRIX=()
  for line in 17 25; do
    [ -n "$(jdk_find "$line")" ] || continue
    (export WEFT_JAVA_LINE=$line && server_prepare)
    for transport in epoll io_uring; do
      for threading in shared dedicated; do
        MATRIX+=(--variant "$line-$transport-$threading=env WEFT_JAVA_LINE=$line scripts/weft serve --log-level warn --transport $transport --threading $threading")
      done
    done
  done
}

# peers_prepare <names, by commas>: sets PEERS to those of them that can be had; what is built lies in target/bench/peers.
peers_prepare() {
  local name
  PEERS=''
  mkdir -p target/bench/peers
  for name in ${1//,/ }; do
    case $name in
      nchan) peer_nchan || continue ;;
      better-sse) peer_better_sse || continue ;;
      floor-c) peer_floor_c || continue ;;
      postgresql) peer_postgresql || continue ;;
    esac
    PEERS=${PEERS:+$PEERS,}$name
  done
  [ -n "$PEERS" ] || die "none of the servers is there: $1"
}

peer_nchan() {
  local module=/usr/lib/nginx/modules/ngx_nchan_module.so
  if ! [ -e "$module" ] || ! command -v nginx >/dev/null; then
    can_install && no_start install_packages nginx libnginx-mod-nchan || true
  fi
  if ! [ -e "$module" ] || ! command -v nginx >/dev/null; then
    say "no nginx with nchan here (packages nginx, libnginx-mod-nchan): left out"
    return 1
  fi
  mkdir -p target/bench/peers/nchan
  cp bench/peers/nchan/nginx.conf target/bench/peers/nchan/
}

# no_start <command>: runs it so that no service is started by a package that it installs, also when it is interrupted.
no_start() (
  policy=/usr/sbin/policy-rc.d
  if ! [ -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  "$@"
)

peer_better_sse() {
  local folder=target/bench/peers/better-sse
  want_command node nodejs
  want_command npm npm
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  mkdir -p "$folder"
  cp bench/peers/better-sse/server.js "$folder/"
  if ! cmp -s bench/peers/better-sse/package.json "$folder/package.json"; then
    cp bench/peers/better-sse/package.json "$folder/"
    if ! npm install --prefix "$folder" --no-package-lock --no-audit --no-fund --loglevel error >&2; then
      rm -f "$folder/package.json"
      say "npm could not fetch better-sse: left out"
      return 1
    fi
  fi
}

# Its programs only: the rig makes a database of its own, and stops it.
peer_postgresql() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  if can_install && no_start install_packages postgresql; then return; fi
  say "no PostgreSQL here (package postgresql): left out"
  return 1
}

peer_floor_c() {
  local source=bench/peers/floor-c/floor.c
  # Debian's gcc only recommends the headers of C.
  if ! [ -e /usr/include/stdio.h ] && can_install; then install_packages gcc libc6-dev || true; fi
  want_command gcc gcc
  command -v gcc >/dev/null || return 1
  if ! [ target/bench/peers/floor-c -nt "$source" ] &&
    ! gcc -O2 -Wall -Wextra -Werror -o target/bench/peers/floor-c "$source"; then
    say "the bare loop in C does not compile here: left out"
    return 1
  fi
}
