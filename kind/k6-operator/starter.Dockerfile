# curl and a shell: what k6-operator starts its runners with, for where its own image can't be had.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
USER 65532:65532
