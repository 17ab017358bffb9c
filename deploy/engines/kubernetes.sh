# shellcheck shell=bash disable=SC2154
# An engine of ci/deploy: plain manifests, applied by kubectl to the current context.
#
# Settings: NAMESPACE, HOST, BLUE_PORT, GREEN_PORT (on this machine, for kubectl port-forward).
engine_tools=()

kube() { kubectl --namespace "$NAMESPACE" "$@" 9>&-; }

# render FILE [KEY=VALUE…]: a manifest with its @KEY@s filled in.
render() {
    local text pair
    text=$(cat "deploy/kubernetes/$1")
    shift
    for pair in "$@"; do text=${text//"@${pair%%=*}@"/"${pair#*=}"}; done
    printf '%s\n' "$text"
}

engine_psql() {
    kube exec --stdin postgres-0 -- psql --no-psqlrc --username afterword "$@" afterword
}

engine_dump() { kube exec postgres-0 -- pg_dump --no-owner --username afterword afterword; }

# A command of the new image as a job; its output is the job's log.
engine_afterword() {
    local job arguments code=0
    job=afterword-$1-$(date +%s%N | tail -c 12)
    arguments=$(printf '"%s", ' "$@")
    render command.yaml "JOB=$job" "IMAGE=$image" "ARGUMENTS=${arguments%, }" \
        | kube apply --filename - > /dev/null
    # Whichever comes first: without the second, a job that fails is waited for to the end.
    kube wait --for=condition=complete --timeout=3600s "job/$job" > /dev/null &
    local complete=$!
    kube wait --for=condition=failed --timeout=3600s "job/$job" > /dev/null &
    local failed=$!
    wait -n "$complete" "$failed" || true
    if kill -0 "$complete" 2> /dev/null; then code=1; fi
    kill "$complete" "$failed" 2> /dev/null || true
    kube logs "job/$job"
    kube delete "job/$job" > /dev/null
    return "$code"
}

engine_alive() {
    [ "$(kube get deployment "afterword-$1" --output 'jsonpath={.status.readyReplicas}' \
        2> /dev/null || echo 0)" -gt 0 ]
}

engine_start() {
    render serve.yaml "COLOUR=$1" "IMAGE=$image" | kube apply --filename -
    kube rollout status "deployment/afterword-$1" "--timeout=${READY_SECONDS:-120}s"
}

# The process that forwards a port to a colour, if it is the one that was started here: a deployment
# that was killed leaves its number, which may be another program's by now.
forward_process() {
    local process
    process=$(cat "$state/$1.forward" 2> /dev/null || true)
    grep --quiet --no-messages --null-data -xF "AFTERWORD_FORWARD=$state/$1" \
        "/proc/${process:-none}/environ" && echo "$process"
}

stop_forward() {
    local process
    if process=$(forward_process "$1"); then kill "$process" 2> /dev/null || true; fi
    rm -f "$state/$1.forward"
}

# Through a forwarded port, until the switch.
engine_url() {
    local name=${1^^}_PORT
    if ! forward_process "$1" > /dev/null; then
        AFTERWORD_FORWARD=$state/$1 kubectl --namespace "$NAMESPACE" port-forward \
            "deployment/afterword-$1" "${!name}:8080" > "$state/$1.forward.log" 2>&1 9>&- &
        echo $! > "$state/$1.forward"
    fi
    echo "http://127.0.0.1:${!name}"
}

engine_stop() {
    stop_forward "$1"
    kube delete deployment "afterword-$1" --ignore-not-found --wait
}

engine_switch() {
    stop_forward blue
    stop_forward green
    kube patch service afterword --type merge --patch \
        "{\"spec\": {\"selector\": {\"app\": \"afterword\", \"colour\": \"$1\"}}}"
}

engine_prepare() {
    render base.yaml "HOST=$HOST" | kube apply --filename -
    kube create configmap backup-script --from-file=deploy/backup/every-night \
        --dry-run=client --output yaml | kube apply --filename -
    render backup.yaml | kube apply --filename -
    # Only where there is none: applied again, it would point to no colour.
    local service
    service=$(kube get service afterword --ignore-not-found --output name)
    [ -n "$service" ] || render service.yaml COLOUR=none | kube apply --filename -
    kube rollout status statefulset/postgres --timeout=300s
}
