#!/bin/sh
# After flashing: does the board really run the new system? Asks its console for a login prompt.
# Exit code: 0 yes, 1 no, 2 no board.
DEVICE=/dev/ttyACM0
ANSWER=/tmp/boots-to-login.$$

stty -F "$DEVICE" 115200 raw -echo clocal || exit 2
: >"$ANSWER"
cat "$DEVICE" >>"$ANSWER" &
LISTENER=$!
trap 'kill "$LISTENER" 2>/dev/null; rm -f "$ANSWER"' EXIT

for try in 1 2 3 4 5 6 7 8 9 10; do
	printf '\r' >"$DEVICE" || exit 2
	sleep 0.5
	if grep -q 'login: ' "$ANSWER"; then
		echo "login prompt: OK"
		exit 0
	fi
	kill -0 "$LISTENER" 2>/dev/null || { echo "board disconnected"; exit 2; }
done
echo "login prompt: none within 5 s"
exit 1
