# shellcheck shell=bash
# Sourced by the stages behind the tests: named steps, their times, and a report of them.
#
#   stage NAME [SCRIPT]   begins a stage; reports/NAME.xml (JUnit) is written however it ends
#   step WORDS COMMAND…   runs one step; where it fails, the script ends with its exit code
#   at_end COMMAND…       runs when the script ends, the last one first
#
# On GitHub the steps are also a table in the job's summary, and a failure is an annotation.
stage_name=
stage_step=
stage_failed=
stage_place=
stage_begun=0
stage_rows=()
stage_ends=()

stage() {
    stage_name=$1
    stage_script=${2:-ci/$1}
    mkdir -p reports
    set -E
    trap 'stage_at "${BASH_SOURCE[0]}:$LINENO" "${BASH_SOURCE[1]:-}:${BASH_LINENO[0]}"' ERR
    trap stage_end EXIT
    trap 'trap "" INT TERM; exit 130' INT TERM
}

# stage_at PLACE CALLER: the first place that failed. Where a function returned a failure, bash
# names the line in `step` that called it; the step's own line says more.
stage_at() {
    local place=$1
    [[ $place != *ci/steps.sh:* ]] || place=$2
    stage_place=${stage_place:-${place#"$PWD/"}}
}

at_end() { stage_ends+=("$(printf '%q ' "$@")"); }

step() {
    stage_step=$1
    stage_place=
    stage_begun=$(date +%s%3N)
    shift
    echo "== $stage_step"
    "$@"
    stage_close passed
}

stage_close() {
    [ "$1" = passed ] || stage_failed=$stage_step
    stage_rows+=("$1"$'\t'"$(($(date +%s%3N) - stage_begun))"$'\t'"$stage_step")
    stage_step=
}

stage_end() {
    local code=$? at
    # What clears up is not cut off by a second signal.
    trap '' INT TERM
    trap - EXIT ERR
    set +eE
    stage_place=${stage_place:-$stage_script:1}
    if [ -n "$stage_step" ]; then
        stage_close "failed with exit code $code"
        echo "== $stage_failed FAILED at $stage_place" >&2
    fi
    for ((at = ${#stage_ends[@]} - 1; at >= 0; at--)); do eval "${stage_ends[at]}"; done
    printf '%s\n' "${stage_rows[@]}" \
        | python3 ci/steps-junit "$stage_name" "$stage_place" "reports/$stage_name.xml"
    exit "$code"
}
