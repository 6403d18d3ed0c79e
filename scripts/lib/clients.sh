# shellcheck shell=bash
# What tests in other languages run on; sourced. Each names what it found for the tests, which then have to run.

# want_node: sets TEST_NODE to a Node that has fetch (18 or newer), installed where that is possible.
want_node() {
  local node
  for node in "${TEST_NODE:-}" node nodejs; do
    if node_good "$node"; then
      export TEST_NODE=$node
      return
    fi
  done
  if can_install && install_packages nodejs && node_good node; then
    export TEST_NODE=node
    return
  fi
  unset TEST_NODE
  say "no Node 18 or newer here (package nodejs): the clients in JavaScript are left out"
}

node_good() { [ -n "$1" ] && "$1" -e fetch.name >/dev/null 2>&1; }

# want_python: sets TEST_PYTHON to a Python that has requests, installed where that is possible.
want_python() {
  local python venv=$WEFT_HOME/target/python
  for python in "${TEST_PYTHON:-}" python3 /usr/bin/python3 "$venv/bin/python"; do
    if python_good "$python"; then
      export TEST_PYTHON=$python
      return
    fi
  done
  if can_install && install_packages python3 python3-requests && python_good /usr/bin/python3; then
    export TEST_PYTHON=/usr/bin/python3
    return
  fi
  if command -v python3 >/dev/null && python3 -m venv "$venv" && "$venv/bin/pip" install --quiet requests; then
    export TEST_PYTHON=$venv/bin/python
    return
  fi
  unset TEST_PYTHON
  say "no Python with requests here (package python3-requests): the clients in Python are left out"
}

python_good() { [ -n "$1" ] && "$1" -c 'import requests' >/dev/null 2>&1; }

# want_agui_client: sets TEST_AGUI_CLIENT to a folder whose node_modules has the AG-UI client, fetched by npm.
want_agui_client() {
  local folder=$WEFT_HOME/target/agui-client
  if ! command -v npm >/dev/null && ! { can_install && install_packages npm; }; then
    unset TEST_AGUI_CLIENT
    say "no npm here (package npm): the AG-UI client is left out"
    return
  fi
  mkdir -p "$folder"
  echo '{"private":true}' >"$folder/package.json"
  if (cd "$folder" && npm install --silent --no-package-lock --no-audit --no-fund --ignore-scripts \
    @ag-ui/client@1.0.0 @ag-ui/core@1.0.0 >&2); then
    export TEST_AGUI_CLIENT=$folder
  else
    unset TEST_AGUI_CLIENT
    say "npm does not get @ag-ui/client: the AG-UI client is left out"
  fi
}
