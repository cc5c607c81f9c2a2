# Sourced by quickstart and demo: builds Trellis and starts it.
#
#   takes   root: the tree. me: the script's name. server_flags: an array of trellisd's flags, data
#           among them.
#   gives   heading and trellis as commands, server: the process, grpc: HOST:PORT, pages: a URL.

heading() { printf '\n== %s\n' "$*"; }

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
cmake --build build/release --target trellisd trellis

heading "3. Server"
# The server prints one line when it serves; without it, its error stands on standard error.
exec {server_output}< <(exec build/release/bin/trellisd --dev "${server_flags[@]}")
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
trellis() { build/release/bin/trellis --server "$grpc" "$@"; }
