# shellcheck shell=bash
# Finds or installs what a build needs: a JDK, Maven, Debian packages. Sourced by the scripts; speaks on stderr only.

WEFT_JDK_MIN=17
WEFT_MAVEN_MIN=3.8

say() { printf 'weft: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# help <script>: prints the comment block at the top of a script.
help() { sed -n '2,/^$/s/^# \{0,1\}//p' "$1"; }

# jdk_major <home>: the version of the JDK there, nothing where there is none. Reads a file, starts no JVM.
jdk_major() {
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 0
  local text=
  [ -r "$1/release" ] && text=$(<"$1/release")
  [[ $text =~ JAVA_VERSION=\"([0-9]+) ]] || text=$("$1/bin/java" -version 2>&1)
  if [[ $text =~ (JAVA_VERSION=|version )\"([0-9]+) ]]; then printf '%s' "${BASH_REMATCH[2]}"; fi
}

# jdk_find [line]: home of the newest JDK installed, or of one with exactly that major version; nothing if none.
jdk_find() {
  local home major best=0 best_home='' javac
  javac=$(command -v javac) && javac=$(readlink -f "$javac" 2>/dev/null || printf '%s' "$javac")
  for home in "${JAVA_HOME:-}" "${javac%/bin/javac}" /usr/lib/jvm/* /usr/java/* /usr/local/openjdk-* \
    /opt/java/* /opt/*jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$home" ] || continue
    major=$(jdk_major "$home")
    if [ "${major:-0}" -ge "$WEFT_JDK_MIN" ] && [ "$major" -gt "$best" ] && [ "$major" = "${1:-$major}" ]; then
      best=$major best_home=$home
    fi
  done
  printf '%s' "$best_home"
}

# need_jdk: exports JAVA_HOME and sets WEFT_JDK (its major version). A good JAVA_HOME always wins, but for $WEFT_JAVA_LINE,
# which asks for exactly that major version; the server does not get to see it, it would look for a setting of that name.
need_jdk() {
  if [ -n "${WEFT_JAVA_LINE:-}" ]; then
    JAVA_HOME=$(jdk_find "$WEFT_JAVA_LINE")
    [ -n "$JAVA_HOME" ] || die "no JDK $WEFT_JAVA_LINE found"
    unset WEFT_JAVA_LINE
  fi
  WEFT_JDK=$([ -z "${JAVA_HOME:-}" ] || jdk_major "$JAVA_HOME")
  if [ "${WEFT_JDK:-0}" -lt "$WEFT_JDK_MIN" ]; then
    JAVA_HOME=$(jdk_find)
    if [ -z "$JAVA_HOME" ] && can_install; then
      install_packages "openjdk-$WEFT_JDK_MIN-jdk-headless" || install_packages default-jdk-headless || true
      JAVA_HOME=$(jdk_find)
    fi
    [ -n "$JAVA_HOME" ] || die "no JDK $WEFT_JDK_MIN or newer found; install one or set JAVA_HOME"
    WEFT_JDK=$(jdk_major "$JAVA_HOME")
  fi
  export JAVA_HOME
}

# maven_good <mvn>: whether that is a Maven new enough.
maven_good() {
  local version
  version=$("$1" --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  [ -n "$version" ] && [ "$(printf '%s\n' "$WEFT_MAVEN_MIN" "$version" | sort -V | head -n 1)" = "$WEFT_MAVEN_MIN" ]
}

maven_find() {
  local mvn
  for mvn in "$(command -v mvn)" "${MAVEN_HOME:+$MAVEN_HOME/bin/mvn}" /usr/share/maven/bin/mvn /opt/*maven*/bin/mvn \
    /usr/local/*maven*/bin/mvn "$HOME"/.sdkman/candidates/maven/current/bin/mvn /opt/homebrew/bin/mvn; do
    if [ -x "$mvn" ] && maven_good "$mvn"; then
      printf '%s' "$mvn"
      return
    fi
  done
}

# need_maven: sets MVN. Call need_jdk first, Maven itself runs on it.
need_maven() {
  MVN=$(maven_find)
  if [ -z "$MVN" ] && can_install; then
    install_packages maven || true
    MVN=$(maven_find)
  fi
  [ -n "$MVN" ] || die "no Maven $WEFT_MAVEN_MIN or newer found; install one and put it on the PATH"
}

# maven <args>: Maven for people and logs, with $WEFT_MAVEN_OPTS passed through.
maven() {
  local -a quiet=()
  # Maven's own libraries draw warnings there that are not about this project.
  [ "$WEFT_JDK" -lt 24 ] || quiet=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
  # shellcheck disable=SC2086 # several options in one variable
  MAVEN_OPTS="${MAVEN_OPTS:-} ${quiet[*]-}" "$MVN" --file "$WEFT_HOME/pom.xml" --batch-mode --no-transfer-progress \
    ${WEFT_MAVEN_OPTS:-} "$@"
}

can_install() { [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install_packages() {
  say "installing $*"
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -qq "$@"
  } >/dev/null # its progress; errors stay visible
}

# want_command <command> <package>: installs it where that is possible, otherwise says what will be missing.
want_command() {
  command -v "$1" >/dev/null && return
  if can_install && install_packages "$2"; then return; fi
  say "no $1 here (package $2): what needs it is left out"
}
