# The demo issuer: makes the demo's keys (setup) and signs its tokens (token).
# Build from the root of the source: docker build -f deploy/docker/demo.Dockerfile -t portreeve-demo .
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends openssl && apt-get clean \
  && rm -rf /var/lib/apt/lists/*
COPY deploy/compose/setup deploy/compose/token /usr/local/bin/
RUN install -d -o 65532 -g 65532 /demo
USER 65532:65532
VOLUME /demo
ENTRYPOINT ["/usr/local/bin/setup"]
CMD ["/demo"]
