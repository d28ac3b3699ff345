#!/usr/bin/env bash
# Makes vectors/*.json with protoc, an encoder that neither side of the project uses: run it after a change
# of the wire format, look at the difference, and commit it.
set -euo pipefail
cd "$(dirname "$0")"

first=1
emit() { # name kind valid fields-json hex
  [ $first = 1 ] || printf ',\n'
  first=0
  printf '  { "name": "%s", "kind": "%s", "valid": %s, "hex": "%s",\n    "fields": %s }' "$1" "$2" "$3" "$5" "$4"
}
hex() { od -An -v -tx1 | tr -d ' \n'; }
protobuf() { protoc --encode="$1" power_measurement.proto; }

request() { # name valid fields text: printf escapes
  # shellcheck disable=SC2059
  emit "$1" request "$2" "$3" "$(printf -- "$4" | hex)"
}
extended() { # name valid fields head textproto
  emit "$1" request "$2" "$3" "$(printf '%s\0' "$4" | hex)$(printf '%s' "$5" | protobuf subscribe | hex)"
}
measurement() { # name valid fields textproto
  emit "$1" measurement "$2" "$3" "$(printf '%s' "$4" | protobuf power_measurement | hex)"
}
raw() { emit "$1" "$2" "$3" "$4" "$5"; }

{
  echo '['
  request 'first protocol: channel 1' true '{ "channel": 1 }' '1'
  request 'first protocol: channel 6 with its NUL' true '{ "channel": 6 }' '6\0'
  request 'first protocol: line ending' true '{ "channel": 3 }' '3\r\n'
  request 'first protocol: leading zeros' true '{ "channel": 2 }' '002'
  request 'nothing' false '{}' ''
  request 'channel 0' false '{}' '0'
  request 'channel 7' false '{}' '7'
  request 'a letter' false '{}' 'a'
  request 'a digit and a letter' false '{}' '1x'
  request 'four digits' false '{}' '0001'
  request 'a sign' false '{}' '-1'
  request 'only a NUL' false '{}' '\0'
  raw 'bytes that are no text' request false '{}' 'ff80c3'
  extended 'extended: all values the meter'\''s own' true '{ "channel": 1, "version": 1 }' 1 'version: 1'
  extended 'extended: lease, interval and token' true \
    '{ "channel": 4, "version": 1, "lease_s": 60, "interval_ms": 100, "token": 3735928559 }' 4 \
    'version: 1 lease_s: 60 interval_ms: 100 token: 3735928559'
  extended 'extended: cancel' true '{ "channel": 5, "version": 1, "token": 7, "cancel": true }' 5 \
    'version: 1 token: 7 cancel: true'
  extended 'extended: padded' true '{ "channel": 1, "version": 1, "interval_ms": 20 }' 1 \
    'version: 1 interval_ms: 20 padding: "\000\000\000\000\000\000\000\000"'
  extended 'extended: extremes' true \
    '{ "channel": 6, "version": 4294967295, "lease_s": 4294967295, "interval_ms": 4294967295, "token": 4294967295 }' 6 \
    'version: 4294967295 lease_s: 4294967295 interval_ms: 4294967295 token: 4294967295'
  extended 'extended: calibration' true \
    '{ "channel": 2, "version": 1, "token": 9, "calibrate": true, "shunt_uohm": 101250, "offset_lsb256": -300 }' 2 \
    'version: 1 token: 9 calibration { shunt_uohm: 101250 offset_lsb256: -300 }'
  extended 'extended: back to the configured calibration' true \
    '{ "channel": 2, "version": 1, "token": 9, "calibrate": true }' 2 'version: 1 token: 9 calibration { }'
  raw 'extended: a calibration cut in its value' request false '{}' '32000801320308b2'
  raw 'extended: a field of a later version' request true '{ "channel": 1, "version": 1 }' '31000801a20603616263'
  raw 'extended: cut in a value' request false '{}' '3100080110'
  raw 'extended: no protobuf' request false '{}' '3100ffffffffffffffffffffff'
  raw 'extended: channel 9' request false '{}' '39000801'
  printf '\n]\n'
} >vectors/requests.json

first=1
{
  echo '['
  measurement 'first protocol' true \
    '{ "timestamp": "1234567", "energy_consumption": 12.5, "current": 250.5 }' \
    'timestamp: 1234567 energy_consumption: 12.5 current: 250.5'
  measurement 'every field' true \
    '{ "timestamp": "86400000000", "energy_consumption": 43200000.125, "current": 500.25, "channel": 6, "sequence": 864000, "boot_id": 2863311530, "lease_ms": 29950, "bus_voltage_mv": 5096, "current_ua": -500250, "energy_uj": "220147200000", "energy_exported_uj": "17", "unix_time_us": "1795435200000000", "time_sync_age_s": 3600, "samples": "20093023", "flags": 10, "missed_cycles": 3, "gap_us": "12900", "overrange_samples": 2, "shunt_uohm": 100250, "lifetime_energy_uj": "987654321987654", "sensor_errors": 1, "offset_lsb256": -300 }' \
    'timestamp: 86400000000 energy_consumption: 43200000.125 current: 500.25 channel: 6 sequence: 864000 boot_id: 2863311530 lease_ms: 29950 bus_voltage_mv: 5096 current_ua: -500250 energy_uj: 220147200000 energy_exported_uj: 17 unix_time_us: 1795435200000000 time_sync_age_s: 3600 samples: 20093023 flags: 10 missed_cycles: 3 gap_us: 12900 overrange_samples: 2 shunt_uohm: 100250 lifetime_energy_uj: 987654321987654 sensor_errors: 1 offset_lsb256: -300'
  measurement 'challenge alone' true '{ "challenge": 3735928559 }' 'challenge: 3735928559'
  measurement 'extremes of every type' true \
    '{ "timestamp": "9007199254740991", "energy_consumption": 1.7976931348623157e308, "current": 3.4028234663852886e38, "channel": 4294967295, "sequence": 4294967295, "boot_id": 4294967295, "current_ua": -2147483648, "energy_uj": "9007199254740991" }' \
    'timestamp: 9007199254740991 energy_consumption: 1.7976931348623157e308 current: 3.4028234663852886e38 channel: 4294967295 sequence: 4294967295 boot_id: 4294967295 current_ua: -2147483648 energy_uj: 9007199254740991'
  raw 'nothing: all fields absent' measurement true '{}' ''
  raw 'a field of a later version' measurement true '{ "timestamp": "1" }' '0801a20603616263'
  raw 'cut in a value' measurement false '{}' '088792'
  raw 'cut in a double' measurement false '{}' '0801110000'
  raw 'no protobuf' measurement false '{}' 'ffffffffffffffffffffff'
  printf '\n]\n'
} >vectors/measurements.json
