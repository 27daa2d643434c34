# tool NAME ARGUMENTS... runs a tool of tools.mod; the first use builds it.
tool() {
	go tool -modfile=tools.mod "$@"
}

check_format() {
	local unformatted
	unformatted=$(tool gofumpt -l .)
	if [ -n "$unformatted" ]; then
		printf 'not formatted by gofumpt:\n%s\n' "$unformatted"
		return 1
	fi
}
