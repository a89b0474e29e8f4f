#!/bin/sh
# A PostgreSQL server of one's own, for as long as a test needs it.

usage() {
    cat <<'END'
usage: tests/postgres/server.sh [--tls | --pgbouncer | --programs]

Starts a new PostgreSQL server from the installed programs, in a folder that is made for it and removed afterwards, and
prints one line once it takes connections: the URL of a database in it. It listens on a socket in that folder only, which
nobody but its user and root may enter, and it writes to disk as it would in earnest (fsync is on).

It runs until standard input ends; so it ends with the program that started it, however that one ends. Until then it takes
orders on standard input, one in a line, and answers each with the line `done` or `failed` (and says why on standard error):

  stop      shut down, and cut off who is connected
  start     start again after `stop` or `kill`
  restart   both
  kill      kill every process of the server at once, as a crash would

With --tls the server also listens on localhost, on a port that is free, and takes nothing there but encrypted connections. The
URL is that of such a connection; beside the file that it names in sslrootcert are the certificates and keys of the others
below. It takes two orders more, each of which starts the server again:

  tls NAME  use another certificate: good (the first), foreign (of the authority in other.crt), expired, elsewhere (for another
            host), itself (signed by itself, and named for localhost), nameless (for no host); or none: take plain connections,
            and no others
  auth HOW  trust (the first), or cert: want a certificate of the client, of the same authority: risk.crt and risk.key

With --pgbouncer the URL is that of a PgBouncer in transaction mode before the server, which has four connections for all.

With --programs it starts nothing, and prints the folder of the installed programs.

PostgreSQL refuses to run as root. As root, the server is run as the user postgres, or as nobody where there is none.

Exit code 0: standard input has ended. 1: it could not be started. 2: not called as described here. 3: PostgreSQL, or the
PgBouncer that was asked for, is not installed.
END
}

fail() {
    printf 'server.sh: %s\n' "$2" >&2
    exit "$1"
}

# The folder of PostgreSQL's programs: what the path has, else the newest of Debian's, else what pg_config says.
programs() {
    for bin in "$(dirname "$(command -v postgres)")" \
        "$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t / -k 5 -n -r | head -n 1)" \
        "$(pg_config --bindir 2>/dev/null)"; do
        if [ -x "$bin/postgres" ] && [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ]; then
            printf '%s\n' "$bin"
            return
        fi
    done
    return 1
}

# Runs one of PostgreSQL's programs, as another user where we are root. It must not read the orders, nor hold our output.
server() {
    case $1 in
    /*) program=$1 ;;
    *) program=$bin/$1 ;;
    esac
    shift
    if [ "$(id -u)" -ne 0 ]; then
        "$program" "$@"
    elif command -v setpriv >/dev/null; then
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$program" "$@"
    elif command -v runuser >/dev/null; then
        runuser -u "$user" -- "$program" "$@"
    else
        su -s /bin/sh "$user" -c 'exec "$0" "$@"' -- "$program" "$@"
    fi </dev/null >>"$folder/log" 2>&1
}

start() {
    # Processes of a server that was killed may take a moment to go.
    for _ in 1 2 3 4 5; do
        server pg_ctl --pgdata="$data" --wait --log="$folder/server.log" \
            --options="-c listen_addresses=$listen -c port=$port -c unix_socket_directories=$folder" start && return
        sleep 1
    done
    return 1
}

stop() {
    server pg_ctl --pgdata="$data" --wait --mode="$1" stop
}

# What was said last, for people.
why() {
    tail -n 5 "$folder"/*log >&2
}

kill_all() {
    first=$(head -n 1 "$data/postmaster.pid") || return
    others=$(cat "/proc/$first/task/$first/children" 2>/dev/null || ps -A -o ppid= -o pid= | sed -n "s/^ *$first  *//p")
    # The list of the others is one of words.
    # shellcheck disable=SC2086
    kill -9 "$first" $others
    # Where nobody collects its process, a dead server looks alive to the next one.
    rm -f "$data/postmaster.pid" "$folder/.s.PGSQL.$port" "$folder/.s.PGSQL.$port.lock"
}

# Makes a key, and a certificate for it: its name, who signs it (or itself), how many days it is valid, and for which hosts.
certify() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -days 30 \
        -keyout "$1.key" -out "$1.crt" ${4:+-addext "subjectAltName=$4"} && [ "$2" = itself ] && return
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" || return
    { echo 'basicConstraints=CA:FALSE'; [ -z "$4" ] || echo "subjectAltName=$4"; } >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.crt"
} 2>>"$folder/log"

certify_all() {
    here=DNS:localhost,IP:127.0.0.1,IP:::1
    certify ca itself && certify other itself && certify itself itself 30 $here && certify good ca 30 $here &&
        certify foreign other 30 $here && certify expired ca 0 $here && certify elsewhere ca 30 DNS:db.example.invalid &&
        certify nameless ca 30 && certify risk ca 30 && chmod 600 ./*.key
}

# Which certificate the server has, and whom it takes; both from the next start on.
protect() {
    certificate=${1:-$certificate} auth=${2:-$auth}
    if [ "$certificate" = none ]; then
        ssl=off hba=host
    else
        ssl=on hba=hostssl
        cp "$certificate.crt" "$data/server.crt" && cp "$certificate.key" "$data/server.key" || return
        chmod 600 "$data/server.key"
        [ "$(id -u)" -ne 0 ] || chown "$user" "$data/server.key"
    fi
    printf 'local all all trust\n%s all all all %s\n' "$hba" "$auth" >"$data/pg_hba.conf"
    printf "ssl = %s\nssl_ca_file = '%s/ca.crt'\n" "$ssl" "$folder" >"$data/tls.conf"
}

pool() {
    cat >pgbouncer.ini <<END
[databases]
* = host=$folder port=$port user=risk
[pgbouncer]
unix_socket_dir = $folder
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
server_login_retry = 1
pidfile = $folder/pgbouncer.pid
logfile = $folder/pgbouncer.log
END
    # From version 1.21 on it could keep prepared statements; none may be needed.
    printf 'max_prepared_statements = 0\n' | cat pgbouncer.ini - >strict.ini
    server "$pooler" -d "$folder/strict.ini" || server "$pooler" -d "$folder/pgbouncer.ini" || return
    # It says that it has started before it can be connected to.
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ ! -S "$folder/.s.PGSQL.6432" ] || return 0
        sleep 0.25
    done
    return 1
}

case $#:$1 in
0: | 1:--programs | 1:--tls | 1:--pgbouncer) ;;
1:-h | 1:--help) usage; exit ;;
*) usage >&2; exit 2 ;;
esac

bin=$(programs) || fail 3 'expected the programs of PostgreSQL (postgres, initdb, pg_ctl) on the path, in
/usr/lib/postgresql or where pg_config says, and found none. Install the server: on Debian the package postgresql.'
[ "$1" != --programs ] || { printf '%s\n' "$bin"; exit; }
pooler=$(command -v pgbouncer || command -v /usr/sbin/pgbouncer) || [ "$1" != --pgbouncer ] ||
    fail 3 'expected pgbouncer on the path, and found none. Install it: on Debian the package pgbouncer.'
if id postgres >/dev/null 2>&1; then user=postgres; else user=nobody; fi

# Not under TMPDIR: the path of a socket must be short, and the other user must get there.
folder=$(mktemp -d /tmp/risk-postgres.XXXXXX) || fail 1 'expected to make a folder in /tmp, and could not'
data=$folder/data
# Whoever reads our output may be gone before we are.
trap '' PIPE
trap 'exit 1' HUP INT TERM
trap '[ ! -f pgbouncer.pid ] || kill "$(cat pgbouncer.pid)"; stop immediate; cd / && rm -rf "$folder"' EXIT
cd "$folder" || exit
[ "$(id -u)" -ne 0 ] || chown "$user" "$folder" || exit

cannot_start() {
    why
    fail 1 "expected PostgreSQL in $bin to start, and it did not: see above"
}

# Only the making of it is not waited for to reach the disk.
server initdb --pgdata="$data" --username=risk --auth=trust --encoding=UTF8 --locale=C --no-sync || cannot_start
port=5432 listen=
case $1 in
--tls)
    certificate=good auth=trust listen=localhost
    certify_all && protect && echo "include 'tls.conf'" >>"$data/postgresql.conf" || cannot_start
    # Whether a port is free shows when it is taken.
    port=$((20000 + $$ % 20000))
    until start; do
        port=$((port + 997))
        [ "$port" -lt 65536 ] || cannot_start
    done
    printf 'postgres://risk@localhost:%s/postgres?sslmode=verify-full&sslrootcert=%s/ca.crt\n' "$port" "$folder"
    ;;
--pgbouncer)
    start && pool || cannot_start
    printf 'postgres://risk@/postgres?host=%s&port=6432\n' "$folder"
    ;;
*)
    start || cannot_start
    printf 'postgres://risk@/postgres?host=%s\n' "$folder"
    ;;
esac

while read -r order value; do
    case $order in
    stop) stop fast ;;
    start) start ;;
    restart) stop fast && start ;;
    kill) kill_all ;;
    tls) protect "$value" && stop fast && start ;;
    auth) protect '' "$value" && stop fast && start ;;
    *) echo "expected stop, start, restart, kill, tls or auth, found $order" >>"$folder/log"; false ;;
    esac && echo 'done' || { why; echo failed; }
done
exit 0
