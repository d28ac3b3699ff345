# curl and a shell: what k6-operator starts its runners with. kind/k6-operator/install builds it.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
USER 65532:65532
