# shellcheck shell=bash disable=SC2154
# nginx before the two colours, for the engines of ci/deploy that run it themselves.

# proxy_configure FOLDER LISTEN CERTIFICATE KEY: the folder is as the proxy sees it. What
# proxy_point moves last says that both of its files are there.
proxy_configure() {
    mkdir -p "$state/proxy"
    sed -e "s|@FOLDER@|$1|g; s|@LISTEN@|$2|; s|@CERTIFICATE@|$3|; s|@KEY@|$4|" \
        deploy/proxy/nginx.conf > "$state/proxy/nginx.conf"
    [ -e "$state/proxy/colour.conf" ] || proxy_point none 127.0.0.1:9
}

# proxy_point COLOUR ADDRESS: what the proxy reads when it is next reloaded.
proxy_point() {
    echo "server $2;" > "$state/proxy/upstream.next"
    echo "return 200 $1;" > "$state/proxy/colour.next"
    mv "$state/proxy/upstream.next" "$state/proxy/upstream.conf"
    mv "$state/proxy/colour.next" "$state/proxy/colour.conf"
}

# Waits until the proxy itself says that it has read it: a reload comes back before it is done.
proxy_waits() {
    local until=$((SECONDS + 20)) ask=(curl --silent --max-time 5 --insecure)
    until [ "$("${ask[@]}" "$PUBLIC_URL/-/colour")" = "$1" ]; do
        [ "$SECONDS" -lt "$until" ] || {
            echo "deploy: the proxy does not point to $1" >&2
            return 1
        }
        sleep 0.1
    done
}
