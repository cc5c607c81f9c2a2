# Sourced by quickstart, demo and identified, which set `root`, the tree, and `me`, the script's
# name. Gives, as functions:
#
#   heading WORDS    says what comes
#   build TARGET...  installs the packages and builds
#   serve FLAG...    starts trellisd, until the script ends; sets server (the process), grpc
#                    (HOST:PORT) and pages (a URL), and makes trellis call it

heading() { printf '\n== %s\n' "$*"; }

build() {
  heading "1. Packages"
  deploy/install-packages build
  echo "All there."

  heading "2. Build (the first one takes some minutes)"
  build_log=$(mktemp)
  if ! cmake --preset release >"$build_log" 2>&1; then
    grep -m 1 -A 3 'Error' "$build_log" >&2 || cat "$build_log" >&2
    echo "$me: cmake could not configure build/release; the lines above say why" >&2
    exit 1
  fi
  rm -f "$build_log"
  cmake --build build/release --target "$@"
}

serve() {
  heading "3. Server"
  # The server prints one line when it serves; without it, its error stands on standard error.
  exec {server_output}< <(exec build/release/bin/trellisd "$@")
  server=$!
  stop_server() { kill -TERM "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; }
  trap stop_server EXIT
  trap 'exit 0' INT TERM
  if ! read -r line <&"$server_output"; then
    trap - EXIT
    wait "$server" || exit $?
    exit 1
  fi
  echo "$line"
  grpc=$(sed -n 's/.* on grpc \([^ ]*\) .*/\1/p' <<<"$line")
  pages=$(sed -n 's/.* and http \([^, ]*\).*/\1/p' <<<"$line")
}
trellis() { build/release/bin/trellis --server "$grpc" "$@"; }
