# k6 of harness/tools and a shell: what a bench with --load in-cluster runs in a pod. kind/up gives the context.
FROM debian:bookworm-slim
COPY k6 /usr/bin/k6
USER 65532:65532
ENTRYPOINT ["k6"]
