# shellcheck shell=bash disable=SC2154
# An engine of ci/deploy: docker compose on this machine (or on DOCKER_HOST).
#
# Settings: BLUE_PORT, GREEN_PORT, PUBLIC_PORT, PUBLIC_ADDRESS, SECRETS, BACKUPS, DUMPS.
source deploy/proxy/proxy.sh
engine_tools=()

compose() {
    BLUE_IMAGE=$(cat "$state/blue.image" 2> /dev/null || true) \
        GREEN_IMAGE=$(cat "$state/green.image" 2> /dev/null || true) \
        IMAGE=$image STATE=$state docker compose --project-name "afterword-$environment" \
        --file deploy/compose/afterword.yaml --file "deploy/compose/$environment.yaml" "$@" 9>&-
}

engine_url() {
    local name=${1^^}_PORT
    echo "http://127.0.0.1:${!name}"
}

engine_psql() { compose exec -T postgres psql --no-psqlrc --username afterword "$@" afterword; }

engine_dump() { compose exec -T postgres pg_dump --no-owner --username afterword afterword; }

engine_afterword() { compose run --rm --no-deps -T afterword "$@"; }

engine_alive() { [ -n "$(compose --profile "$1" ps --status running --quiet "$1")" ]; }

engine_start() {
    echo "$image" > "$state/$1.image"
    compose --profile "$1" up --detach --no-deps --force-recreate "$1"
}

engine_stop() { compose --profile "$1" rm --stop --force "$1"; }

engine_switch() {
    proxy_point "$1" "$1:8080"
    compose exec -T proxy nginx -c /proxy/nginx.conf -s reload
    proxy_waits "$1"
}

engine_prepare() {
    proxy_configure /proxy 8443 /run/secrets/tls.crt /run/secrets/tls.key
    # What nginx writes goes to memory, not to the folder that it reads.
    sed -i 's|/proxy/nginx.pid|/run/proxy/nginx.pid|; s|/proxy/temporary|/run/proxy|' \
        "$state/proxy/nginx.conf"
    sed -i 's|error_log /proxy/error.log|error_log /dev/stderr|' "$state/proxy/nginx.conf"
    chmod -R a+rX "$state/proxy"
    compose up --detach --wait postgres
    compose up --detach proxy backup
}
