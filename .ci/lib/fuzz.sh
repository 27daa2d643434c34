# fuzz_everything TIME fuzzes every target of the module for TIME each.
fuzz_everything() {
	local found
	mapfile -t found < <(fuzz_targets)
	if [ ${#found[@]} -eq 0 ]; then
		echo 'no fuzz target found'
		return 1
	fi
	local each
	for each in "${found[@]}"; do
		fuzz "$(dirname "${each%%:*}")" "${each##*:}" "$1"
	done
}

# fuzz_targets prints FILE:TARGET for every target.
fuzz_targets() {
	grep -rEo --include='*_test.go' '^func Fuzz\w+' . | sed 's/:func /:/' | sort
}

# fuzz PACKAGE TARGET TIME. Before Go 1.27 the end of TIME may be taken for a failure (golang/go#75804): then, and only
# then, the target is fuzzed once more.
fuzz() {
	local log=$scratch/fuzz.log
	echo "$1 $2"
	fuzz_once "$@" 2>&1 | tee "$log" && return
	ended_by_the_clock "$log" || return 1
	echo 'the clock ran out and nothing was found: once more'
	fuzz_once "$@"
}

# fuzz_once PACKAGE TARGET TIME
fuzz_once() {
	go test -run='^$' -fuzz="^$2\$" -fuzztime="$3" -fuzzminimizetime=10x -parallel=2 "$1"
}

# ended_by_the_clock LOG tells whether the only thing wrong is that the time was over: one line under one target, no input.
ended_by_the_clock() {
	grep -A2 -E '^--- FAIL: ' "$1" | tr -s ' \n' ' ' | grep -qE '^--- FAIL: Fuzz\w+ \([0-9.]+s\) context deadline exceeded FAIL $'
}
