# Afterword in two stages: built with the Swift toolchain, run on a slim Debian 12 without it.
#
#   docker build -t afterword .
#   docker run --rm --read-only --tmpfs /tmp -v afterword:/data -v ./dumps:/dumps:ro \
#       afterword run /dumps
#
# The program does not run as root, and the root file system may be read-only. The store is in
# /data, or on Postgres if AFTERWORD_STORE says so.
ARG BUILD_BASE=swift:6.3-bookworm
ARG RUNTIME_BASE=debian:bookworm-slim

FROM ${BUILD_BASE} AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq-dev libsqlite3-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
ARG AFTERWORD_COMMIT=
RUN AFTERWORD_COMMIT=$AFTERWORD_COMMIT swift build --configuration release --product afterword --static-swift-stdlib \
    && install -D .build/release/afterword /out/afterword

FROM ${RUNTIME_BASE} AS runtime
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libpq5 libsqlite3-0 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin afterword \
    && install --directory --owner 10001 --mode 0700 /data
COPY --from=build /out/afterword /usr/local/bin/afterword
# The golden cases, so that `verify` can test the image itself.
COPY Golden /usr/share/afterword/Golden
COPY LICENSE /usr/share/doc/afterword/LICENSE
USER 10001
WORKDIR /data
VOLUME /data
ENV AFTERWORD_STORE=/data/afterword.sqlite
# Threads share what a large answer needed, instead of each keeping it.
ENV MALLOC_ARENA_MAX=2
# For `serve --host 0.0.0.0 --behind-proxy`; other commands do not listen.
EXPOSE 8080
# If a service listens, it must be ready; otherwise the program must at least start.
HEALTHCHECK --interval=30s --timeout=12s --start-period=10s CMD ["/bin/bash", "-c", \
    "if exec 3<>/dev/tcp/127.0.0.1/8080; then \
        printf 'GET /readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; \
        grep -q '^HTTP/1.1 200' <&3; \
    else exec /usr/local/bin/afterword --version; fi 2> /dev/null"]
ENTRYPOINT ["/usr/local/bin/afterword"]
CMD ["--help"]
