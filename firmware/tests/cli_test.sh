#!/bin/sh
# The twin as a program: cli_test.sh PATH_OF_TWIN
set -eu
twin=$1
directory=$(mktemp -d)
running=
cleanup() {
	[ -z "$running" ] || kill "$running" 2>/dev/null || true
	rm -rf "$directory"
}
trap cleanup EXIT

failed() {
	echo "FAILED: $*" >&2
	exit 1
}

# expect CODE TEXT ARGUMENTS...: the twin ends with CODE and says TEXT on stderr.
expect() {
	code=$1 text=$2
	shift 2
	actual=0
	"$twin" "$@" >"$directory/out" 2>"$directory/err" || actual=$?
	[ "$actual" = "$code" ] || failed "exit $actual, not $code: $*: $(cat "$directory/err")"
	[ -z "$text" ] || grep -qF -e "$text" "$directory/err" || failed "'$text' is not in: $(cat "$directory/err")"
}

expect 2 'nothing to meter'
expect 2 "there is no option '--volts'" --volts 5
expect 2 '--port needs a value' --model constant:1 --port
expect 2 "--port takes a whole number from 0 to 65535, not '70000'" --model constant:1 --port 70000
expect 2 "--loss takes a number from 0 to 1, not '2'" --model constant:1 --loss 2
expect 2 "--i2c-khz takes a whole number from 200 to 1000, not '100'" --model constant:1 --i2c-khz 100
expect 2 '3 meters from port 65534 on' --model constant:1 --port 65534 --meters 3
expect 2 "--meters takes a whole number from 1" --model constant:1 --meters 0
expect 2 "--fault: 'flood@3' is no fault" --model constant:1 --fault reboot@1,flood@3
expect 2 "--fault: 'reboot': reboot takes its second" --model constant:1 --fault reboot
expect 2 "--fault: 'loss@3': loss takes a probability" --model constant:1 --fault loss@3
expect 2 "--gain-error takes a number" --model constant:1 --gain-error nan
expect 2 "--speed takes a number from 1 to 100, not '0.5'" --model constant:1 --speed 0.5
expect 2 '--speed takes models of constant power' --model constant:1+process:$$ --speed 2
expect 2 "'extra' is no option" --model constant:1 extra
expect 2 "'2.5' is no model" --model 2.5
expect 2 'a channel from 1 to 6' --channel 7=constant:1
expect 2 "--shunt-mohm takes N=R with a channel from 1 to 6, not '0=50'" --model constant:1 --shunt-mohm 0=50
expect 2 "--shunt-mohm takes a number from 0.1 to 10000, not ''" --model constant:1 --shunt-mohm 3=
expect 2 "--name takes N=TEXT with a channel from 1 to 6, not 'pi'" --model constant:1 --name pi
expect 2 '--default-interval-ms takes a whole number from 20 to 10000' --model constant:1 --default-interval-ms 10
expect 2 'channel 1 has two models' --model constant:1 --channel 1=constant:2
expect 2 'process 999999999: No such process' --model process:999999999
expect 2 'no readable cpuacct.usage' --model cgroup:/nowhere
expect 2 "trace '/nowhere'" --model trace:/nowhere
expect 2 'not a numeric IPv4 or IPv6 address' --model constant:1 --bind localhost
expect 2 'cannot write the truth' --model constant:1 --port 0 --truth "$directory/no/truth.csv"
expect 2 'cannot draw the display' --model constant:1 --port 0 --display "$directory/no/display.pbm"
expect 2 'cannot keep the state' --model constant:1 --port 0 --state "$directory/no/state"

"$twin" --help | grep -q -- '--sensor-clock-error' || failed '--help'
"$twin" --version | grep -Eq '^power-meter-twin [0-9]+\.[0-9]+\.[0-9]+$' || failed '--version'

expect 0 '' --model constant:2 --port 0 --exit-after 0.3 --truth "$directory/truth.csv"
grep -Eqx '\{"event":"listening","address":"127\.0\.0\.1","port":[0-9]+,"boot_id":[0-9]+,"simulated":true\}' \
	"$directory/out" || failed "the line is: $(cat "$directory/out")"
[ "$(wc -l <"$directory/out")" = 1 ] || failed 'more than one line on stdout'
[ "$(head -n 1 "$directory/truth.csv")" = 'time_us,channel,source,energy_joules,cpu_seconds' ] || failed 'header of truth'
grep -Evqx '[0-9]{16},1,constant,[0-9]+\.[0-9]{9},0\.000000000|time_us.*' "$directory/truth.csv" && failed 'rows of truth'
# 2 W for 0.3 s and a little, at most every 50 ms.
awk -F, 'END { exit !($4 > 0.59 && $4 < 4 && NR >= 4 && NR <= 20) }' "$directory/truth.csv" || failed 'energy of truth'

# A minute in 0.6 s, on the axis of its own start.
expect 0 '' --model constant:2 --port 0 --speed 100 --exit-after 60 --truth "$directory/truth.csv"
awk -F, 'NR == 2 { start = $1 } END { seconds = ($1 - start) / 1e6; exit !(seconds > 59.9 && $4 / seconds > 1.99 && $4 / seconds < 2.02) }' \
	"$directory/truth.csv" || failed "energy of a fast minute: $(tail -n 1 "$directory/truth.csv")"

# A sum tells namesakes apart.
expect 0 '' --model constant:2+constant:1 --channel 6=constant:4 --port 0 --exit-after 0.05 --truth "$directory/truth.csv"
[ "$(tail -n 3 "$directory/truth.csv" | cut -d , -f 2,3 | tr '\n' ' ')" = '1,constant 1,constant2 6,constant ' ] ||
	failed "sources are: $(tail -n 3 "$directory/truth.csv")"

# Several meters: one line that lists them all, a truth for each.
expect 0 '' --model constant:2 --port 0 --meters 3 --exit-after 0.05 --truth "$directory/several.csv"
one='\{"port":[0-9]+,"boot_id":[0-9]+\}'
grep -Eqx '\{"event":"listening","address":"127\.0\.0\.1","port":[0-9]+,"boot_id":[0-9]+,"simulated":true,'"\"meters\":\[$one,$one,$one\]\}" \
	"$directory/out" || failed "the line is: $(cat "$directory/out")"
[ "$(grep -Eo '"port":[0-9]+' "$directory/out" | sort -u | wc -l)" = 3 ] || failed "ports are: $(cat "$directory/out")"
for n in 1 2 3; do
	tail -n 1 "$directory/several.csv.$n" | grep -q ',1,constant,0\.' || failed "truth $n"
done
[ ! -e "$directory/several.csv" ] || failed 'a truth of no meter'

# Faults by schedule, and nothing but the ready line on stdout.
expect 0 'rebooted, boot_id ' --model constant:2 --port 0 --exit-after 0.3 --fault reboot@0.1,nack@0.05+0.1 --reorder 0.5 \
	--duplicate 0.5 --delay-ms 20
[ "$(wc -l <"$directory/out")" = 1 ] || failed 'more than one line on stdout'

# A port taken; then a signal ends the first twin, and the truth is whole.
"$twin" --model constant:2 --port 0 --truth "$directory/truth.csv" >"$directory/first" 2>&1 &
running=$!
tries=0
until [ -s "$directory/first" ]; do
	tries=$((tries + 1))
	[ "$tries" -lt 100 ] || failed 'the twin does not start'
	sleep 0.05
done
port=$(sed 's/.*"port":\([0-9]*\).*/\1/' "$directory/first")
expect 7 "port $port of 127.0.0.1 is taken" --model constant:1 --port "$port"
expect 0 '' --is-alive "$port"
kill -TERM "$running"
code=0
wait "$running" || code=$?
running=
[ "$code" = 0 ] || failed "SIGTERM: exit $code"
expect 1 '' --is-alive "$port"
[ "$(tail -c 1 "$directory/truth.csv" | od -An -tx1 | tr -d ' ')" = 0a ] || failed 'the last line of truth is cut'

# The display of each meter, as a picture.
expect 0 '' --model constant:2 --port 0 --meters 2 --display "$directory/display.pbm" --page-seconds 2 --name 1=pi --exit-after 0.4
for n in 1 2; do
	[ "$(wc -c <"$directory/display.pbm.$n")" = 1034 ] || failed "the display's picture $n"
done

# What is metered ends: said once, and the node goes on idle.
sleep 0.2 &
"$twin" --model process:$! --port 0 --exit-after 0.6 >/dev/null 2>"$directory/err"
[ "$(grep -c 'is gone' "$directory/err")" = 1 ] || failed "the log is: $(cat "$directory/err")"

# A load beyond the sensor's range is said once.
expect 0 'channel 1 is beyond the sensor' --model constant:12 --port 0 --exit-after 0.3
