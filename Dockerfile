# The demo application in a small image:
#   docker build -t martlet . && docker run --rm -p 8080:8080 martlet
FROM swift:6.2-bookworm AS build
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends libevent-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /martlet
COPY . .
RUN swift build -c release --product Demo --static-swift-stdlib \
    && mkdir /stage \
    && cp -R "$(swift build -c release --show-bin-path)"/Demo /stage \
    && find "$(swift build -c release --show-bin-path)" -maxdepth 1 -name '*.resources' -exec cp -R {} /stage \;

FROM debian:bookworm-slim
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends libevent-core-2.1-7 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system martlet
COPY --from=build /stage /opt/martlet
USER martlet
EXPOSE 8080
ENTRYPOINT ["/opt/martlet/Demo"]
CMD ["--host", "0.0.0.0"]
