#!/bin/sh
# A PostgreSQL server of one's own, for as long as a test needs it.

usage() {
    cat <<'END'
usage: tests/postgres/server.sh [--programs]

Starts a new PostgreSQL server from the installed programs, in a folder that is made for it and removed afterwards, and
prints one line once it takes connections: the URL of a database in it. It listens on a socket in that folder only, which
nobody but its user and root may enter, and it writes to disk as it would in earnest (fsync is on).

It runs until standard input ends; so it ends with the program that started it, however that one ends. Until then it takes
orders on standard input, one in a line, and answers each with the line `done` or `failed` (and says why on standard error):

  stop      shut down, and cut off who is connected
  start     start again after `stop` or `kill`
  restart   both
  kill      kill every process of the server at once, as a crash would

With --programs it starts nothing, and prints the folder of the installed programs.

PostgreSQL refuses to run as root. As root, the server is run as the user postgres, or as nobody where there is none.

Exit code 0: standard input has ended. 1: it could not be started. 2: not called as described here. 3: PostgreSQL is not
installed.
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
    program=$bin/$1
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
            --options="-c listen_addresses= -c port=5432 -c unix_socket_directories=$folder" start && return
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
    rm -f "$data/postmaster.pid" "$folder"/.s.PGSQL.*
}

case $#:$1 in
0: | 1:--programs) ;;
1:-h | 1:--help) usage; exit ;;
*) usage >&2; exit 2 ;;
esac

bin=$(programs) || fail 3 'expected the programs of PostgreSQL (postgres, initdb, pg_ctl) on the path, in
/usr/lib/postgresql or where pg_config says, and found none. Install the server: on Debian the package postgresql.'
[ $# -eq 0 ] || { printf '%s\n' "$bin"; exit; }
if id postgres >/dev/null 2>&1; then user=postgres; else user=nobody; fi

# Not under TMPDIR: the path of a socket must be short, and the other user must get there.
folder=$(mktemp -d /tmp/risk-postgres.XXXXXX) || fail 1 'expected to make a folder in /tmp, and could not'
data=$folder/data
# Whoever reads our output may be gone before we are.
trap '' PIPE
trap 'exit 1' HUP INT TERM
trap 'stop immediate; cd / && rm -rf "$folder"' EXIT
cd "$folder" || exit
[ "$(id -u)" -ne 0 ] || chown "$user" "$folder" || exit

# Only the making of it is not waited for to reach the disk.
server initdb --pgdata="$data" --username=risk --auth=trust --encoding=UTF8 --locale=C --no-sync && start || {
    why
    fail 1 "expected PostgreSQL in $bin to start, and it did not: see above"
}
printf 'postgres://risk@/postgres?host=%s\n' "$folder"

while read -r order; do
    case $order in
    stop) stop fast ;;
    start) start ;;
    restart) stop fast && start ;;
    kill) kill_all ;;
    *) echo "expected stop, start, restart or kill, found $order" >>"$folder/log"; false ;;
    esac && echo 'done' || { why; echo failed; }
done
exit 0
