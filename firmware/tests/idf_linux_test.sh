#!/bin/bash
# Builds the firmware for ESP-IDF's linux target, runs it, and asks it over UDP and on its console:
# idf_linux_test.sh FIRMWARE_DIR BUILD_DIR
# 77 without ESP-IDF (. $IDF_PATH/export.sh sets it up), or with one that has no esp_timer for linux.
set -eu
firmware=$1
build=$2
port=20000
if [ -z "${IDF_PATH:-}" ]; then
    echo "skipped: IDF_PATH is not set"
    exit 77
fi
if [ ! -e "$IDF_PATH/components/esp_timer/src/esp_timer_impl_linux.c" ]; then
    echo "skipped: $IDF_PATH has no esp_timer for its linux target (before 6.2)"
    exit 77
fi
mkdir -p "$build"
echo "CONFIG_METER_UDP_PORT=$port" > "$build/test.defaults"
# g++ 12 finds a comparison in ESP-IDF's NVS ambiguous in C++20 and later: it gets C++17.
idf.py --preview -C "$firmware" -B "$build/idf" -DIDF_TARGET=linux -DSDKCONFIG="$build/sdkconfig" \
    -DSDKCONFIG_DEFAULTS="$firmware/sdkconfig.defaults;$build/test.defaults" \
    -Dver_gnu++2b_supported=OFF -Dver_gnu++20_supported=OFF -Dver_gnu++2a_supported=OFF build

cd "$build"
run() { # COMMAND...: starts the meter, asks after 3 s for the first channel, then gives the commands; console to stdout
    {
        sleep 3
        exec 3<>/dev/udp/127.0.0.1/$port
        printf 1 >&3
        timeout 3 dd bs=512 count=1 <&3 2>/dev/null >answer
        printf '%s\n' "$@"
        sleep 1
    } | timeout 20 "$build/idf/power_meter.elf"
}
expect() { # PATTERN
    grep -Eq "$1" console || { echo "the console lacks: $1"; cat console; exit 1; }
}

rm -f answer
run status channels "calibration set 2 101000 -5" "calibration set 3 200000 0" calibration reboot >console
bytes=$(wc -c <answer)
[ "$bytes" -ge 40 ] || { echo "the answer has $bytes bytes"; cat console; exit 1; }
expect 'self-test +passed'
expect 'display +online'
expect '127.0.0.1, port 20000, 1 clients'
expect 'sensor 0x40 +online'
expect '^ 6 .* (5\.9|6\.0)[0-9]{2} .*channel 6$'
expect '^ 2 +101000 +-5 +calibrated$'
expect '^refused'
expect '^ 3 +100000 +0 +as configured$'
expect 'restart triggered'
