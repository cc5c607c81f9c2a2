# Shared by the scripts beside it, which start a server in a directory of its own. Each prints one
# line: `address HOST:PORT pid PID` when the server answers, or `missing WHY`. The server ends with
# the script, and the script at SIGTERM.

missing() {
  echo "missing $*"
  exit 1
}

trap 'missing "what $(basename "$0") wants in line $LINENO"' ERR

# Debian's packages of all peers. Their own services, if Debian starts them, are not used.
install_peers() {
  "$(dirname "$0")/../../../deploy/install-packages" peers >&2 || missing "Debian's packages"
}

# A port of 127.0.0.1 that nobody serves, below those that the kernel gives to clients.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); answers "$port"; do :; done
  echo "$port"
}

answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Says that the server with this pid is ready when it answers at the port, and stays until SIGTERM,
# which it hands on as `signal`. Half a minute is patience enough on a busy machine.
serve() {
  local name=$1 port=$2 pid=$3 signal=$4
  trap 'kill -s "$signal" "$pid"; wait "$pid"; exit' TERM
  for ((tenths = 0; tenths < 300; tenths++)); do
    kill -0 "$pid" 2>/dev/null || missing "$name does not start"
    if answers "$port"; then
      echo "address 127.0.0.1:$port pid $pid"
      wait "$pid"
      exit
    fi
    sleep 0.1
  done
  missing "$name does not answer"
}
