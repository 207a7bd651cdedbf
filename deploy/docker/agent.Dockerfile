# Build from the root of the source: docker build -f deploy/docker/agent.Dockerfile -t portreeve-agent .
FROM debian:12-slim AS build
WORKDIR /source
# The packages first: they change less often than the source.
COPY deploy/packages deploy/packages
COPY tests/support/install-packages tests/support/
RUN tests/support/install-packages build && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release && cmake --build --preset release

FROM debian:12-slim
COPY deploy/packages/run.txt /tmp/packages/deploy/packages/run.txt
COPY tests/support/install-packages /tmp/packages/tests/support/
RUN /tmp/packages/tests/support/install-packages run && apt-get clean \
  && rm -rf /var/lib/apt/lists/* /tmp/packages \
  && install -d -m 0700 -o 65532 -g 65532 /var/lib/portreeve-agent
COPY --from=build /source/build/release/bin/portreeve-agent /usr/bin/portreeve-agent
USER 65532:65532
VOLUME /var/lib/portreeve-agent
ENTRYPOINT ["/usr/bin/portreeve-agent"]
CMD ["--config", "/etc/portreeve/agent.yaml"]
