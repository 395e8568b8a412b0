#!/bin/sh
# Marks a board as calibrated over its console. No panel: the output says how far it is, the exit
# code says how it ended: 0 done, 1 the board is bad, 2 no board.
#
#   MARK          what is written into the board's environment (calibrated)
#   STEPS         how many steps the calibration takes (10)
#   STEP_SECONDS  how long one takes (0.2)
#   FAIL_AT       the step at which it finds the board bad (none)
DEVICE=/dev/ttyACM0
CONSOLE=/tmp/console.txt
MARK=${MARK:-calibrated}
STEPS=${STEPS:-10}
STEP_SECONDS=${STEP_SECONDS:-0.2}
FAIL_AT=${FAIL_AT:-none}

end() { # exit code, words
	echo "$2"
	kill "$LISTENER" 2>/dev/null
	exit "$1"
}

ask() { # command, pattern to wait for
	: >"$CONSOLE"
	printf '%s\r' "$1" >"$DEVICE" || end 2 "FAILED: cannot write to $DEVICE"
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q "$2" "$CONSOLE" && return 0
		kill -0 "$LISTENER" 2>/dev/null || end 2 "FAILED: board disconnected"
		sleep 0.1
	done
	return 1
}

stty -F "$DEVICE" 115200 raw -echo clocal || end 2 "FAILED: cannot open $DEVICE"
: >"$CONSOLE"
# Appending, so that the file can be emptied while it is written.
cat "$DEVICE" >>"$CONSOLE" &
LISTENER=$!

echo "waiting for the board"
ask "" "=> " || ask "" "=> " || ask "" "=> " || end 2 "FAILED: no answer from the board"
ask "printenv serial#" "^serial#=.*" || end 1 "FAILED: no serial number"
echo "serial: $(sed -n 's/^serial#=\([^[:cntrl:]]*\).*/\1/p' "$CONSOLE")"

step=1
while [ "$step" -le "$STEPS" ]; do
	sleep "$STEP_SECONDS"
	kill -0 "$LISTENER" 2>/dev/null || end 2 "FAILED: board disconnected"
	[ "$step" = "$FAIL_AT" ] && end 1 "FAILED: calibration out of range"
	echo "calibrating: $((step * 100 / STEPS))%"
	step=$((step + 1))
done

ask "setenv state $MARK; saveenv" "OK" || end 1 "FAILED: the board does not keep its environment"
end 0 "finished"
