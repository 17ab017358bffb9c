# shellcheck shell=bash disable=SC2154
# An engine of ci/deploy for one machine without containers: the program of the image as a process,
# nginx as the proxy. Each process is ended by its own number, and only if it is the one started.
#
# Settings: AFTERWORD_STORE and PGPASSFILE, BLUE_PORT, GREEN_PORT, PUBLIC_PORT, TLS_CERTIFICATE,
# TLS_KEY.
source deploy/proxy/proxy.sh
engine_tools=(nginx-light:nginx postgresql-client:psql)

engine_port() {
    local name=${1^^}_PORT
    echo "${!name}"
}

engine_url() { echo "http://127.0.0.1:$(engine_port "$1")"; }

engine_psql() { psql --no-psqlrc "$@" "$AFTERWORD_STORE"; }

engine_dump() { pg_dump --no-owner "$AFTERWORD_STORE"; }

engine_afterword() { "$program" "$@"; }

# The process of a colour, if it is the one that was started here. A deployment that was killed
# before it wrote the number, or had no room for it, left it without: all processes are asked then.
engine_process() {
    local process mark=AFTERWORD_DEPLOYED=$state/$1
    process=$(cat "$state/$1.pid" 2> /dev/null || true)
    if ! grep --quiet --no-messages --null-data -xF "$mark" "/proc/${process:-none}/environ"; then
        process=$(grep --files-with-matches --no-messages --null-data -xF "$mark" \
            /proc/[0-9]*/environ | head -1 | cut -d/ -f3 || true)
    fi
    [ -n "$process" ] && echo "$process"
}

engine_alive() { engine_process "$1" > /dev/null; }

engine_start() {
    engine_stop "$1"
    AFTERWORD_DEPLOYED=$state/$1 AFTERWORD_LOG=info setsid "$program" serve \
        --port "$(engine_port "$1")" --behind-proxy < /dev/null >> "$state/$1.log" 2>&1 9>&- &
    local process=$!
    echo "$process" > "$state/$1.pid"
    # At first it is still this script, which no mark knows.
    until engine_alive "$1" || ! kill -0 "$process" 2> /dev/null; do sleep 0.05; done
}

engine_stop() {
    local process last='' until=$((SECONDS + ${STOP_SECONDS:-30}))
    while process=$(engine_process "$1"); do
        [ "$process" = "$last" ] || kill -TERM "$process" 2> /dev/null || true
        last=$process
        [ "$SECONDS" -lt "$until" ] || kill -KILL "$process" 2> /dev/null || true
        sleep 0.1
    done
    rm -f "$state/$1.pid"
}

# Debian has nginx where only root's PATH looks.
proxy() {
    PATH=$PATH:/usr/sbin nginx -p "$state/proxy" -c nginx.conf -e "$state/proxy/error.log" "$@" 9>&-
}

# Is the process of the number this proxy? After a reboot it may be anybody's.
proxy_runs() {
    local process
    process=$(cat "$state/proxy/nginx.pid" 2> /dev/null || true)
    grep --quiet --no-messages -F "nginx: master process nginx -p $state/proxy -c" \
        "/proc/${process:-none}/cmdline"
}

# nginx goes to the background before it is the proxy.
proxy_start() {
    local until=$((SECONDS + 20))
    proxy
    until proxy_runs; do
        [ "$SECONDS" -lt "$until" ] || {
            echo "deploy: the proxy does not start, see $state/proxy/error.log" >&2
            return 1
        }
        sleep 0.05
    done
}

engine_switch() {
    proxy_point "$1" "127.0.0.1:$(engine_port "$1")"
    if proxy_runs; then proxy -s reload; else proxy_start; fi
    proxy_waits "$1"
}

engine_prepare() {
    mkdir -p "$state/proxy/temporary"
    proxy_configure "$state/proxy" "127.0.0.1:$PUBLIC_PORT" "$TLS_CERTIFICATE" "$TLS_KEY"
    proxy_runs || proxy_start
}
