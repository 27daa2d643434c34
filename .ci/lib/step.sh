# step TITLE COMMAND... runs a command under a heading that tells how many seconds have passed.
step() {
	current=$1
	printf '\n=== [%4d s] %s\n' "$SECONDS" "$current"
	"${@:2}"
}

# finish says how it ended; it is for trap ... EXIT.
finish() {
	local status=$?
	rm -rf "$scratch"
	printf '\n=== [%4d s] end\n' "$SECONDS"
	if [ "$status" -eq 0 ]; then
		echo 'ci: all passed'
	else
		echo "ci: failed: $current"
	fi
}
