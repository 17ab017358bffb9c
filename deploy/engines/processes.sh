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

# The process of a colour, if it is the one that was started here.
engine_process() {
    local process
    process=$(cat "$state/$1.pid" 2> /dev/null) || return 1
    { tr '\0' '\n' < "/proc/$process/environ"; } 2> /dev/null \
        | grep -xF "AFTERWORD_DEPLOYED=$state/$1" > /dev/null || return 1
    echo "$process"
}

engine_alive() { engine_process "$1" > /dev/null; }

engine_start() {
    engine_stop "$1"
    AFTERWORD_DEPLOYED=$state/$1 AFTERWORD_LOG=info setsid "$program" serve \
        --port "$(engine_port "$1")" --behind-proxy < /dev/null >> "$state/$1.log" 2>&1 9>&- &
    echo $! > "$state/$1.pid"
}

engine_stop() {
    local process until=$((SECONDS + 30))
    process=$(engine_process "$1") || {
        rm -f "$state/$1.pid"
        return 0
    }
    kill -TERM "$process"
    while engine_alive "$1"; do
        [ "$SECONDS" -lt "$until" ] || kill -KILL "$process"
        sleep 0.1
    done
    rm -f "$state/$1.pid"
}

proxy() { nginx -p "$state/proxy" -c nginx.conf -e "$state/proxy/error.log" "$@" 9>&-; }

engine_switch() {
    proxy_point "$1" "127.0.0.1:$(engine_port "$1")"
    proxy -s reload
    proxy_waits "$1"
}

engine_prepare() {
    mkdir -p "$state/proxy/temporary"
    proxy_configure "$state/proxy" "127.0.0.1:$PUBLIC_PORT" "$TLS_CERTIFICATE" "$TLS_KEY"
    local process
    process=$(cat "$state/proxy/nginx.pid" 2> /dev/null || true)
    [ -n "$process" ] && kill -0 "$process" 2> /dev/null || proxy
}
