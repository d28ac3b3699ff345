# shellcheck shell=bash
# What the scripts of this folder share; to be sourced. Programs that kind/airgap built come first on PATH.
cache=${POWER_HARNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/power-harness}
programs=$cache/airgap/programs
cluster=power-harness
mkdir -p "$programs"
PATH=$programs:$PATH

say() { printf '== %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "${0##*/kind/}" "$*" >&2; exit 1; }

# step NAME COMMAND [ARGUMENTS...]: says what is done, and how long it took
step() {
  local name=$1 start=$SECONDS
  shift
  say "$name"
  "$@"
  say "$name: $((SECONDS - start)) s"
}

have() { docker image inspect "$1" >/dev/null 2>&1; }
kubernetes() { kubectl --context "kind-$cluster" "$@"; }

# Debian's Docker comes without BuildKit.
if ! docker buildx version >/dev/null 2>&1; then export DOCKER_BUILDKIT=0; fi
# Says nothing, unless it fails.
docker_build() {
  local said
  said=$(docker build "$@" 2>&1) || { printf '%s\n' "$said" >&2; return 1; }
}

# program_image IMAGE PROGRAM PATH: an image of nothing but a program that kind/airgap built
program_image() {
  local context
  context=$(mktemp -d -p "$programs")
  ln "$programs/$2" "$context/$2"
  printf 'FROM scratch\nCOPY %s %s\nENTRYPOINT ["%s"]\n' "$2" "$3" "$3" >"$context/Dockerfile"
  docker_build --tag "$1" "$context"
  rm -r "$context"
}
