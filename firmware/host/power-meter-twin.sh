#!/bin/sh
# Runs the twin that CMake built, so that `npx power-meter-twin` works from a checkout.
twin=$(dirname "$(readlink -f "$0")")/../build/host/power-meter-twin
if [ ! -x "$twin" ]; then
	echo "power-meter-twin is not built; run ./bootstrap or npm run build" >&2
	exit 2
fi
exec "$twin" "$@"
