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

# fuzz PACKAGE TARGET TIME
fuzz() {
	echo "$1 $2"
	go test -run='^$' -fuzz="^$2\$" -fuzztime="$3" -parallel=2 "$1"
}
