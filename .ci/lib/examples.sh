# check_examples builds the examples and runs them as a newcomer would.
check_examples() {
	mkdir "$scratch/bin" "$scratch/kept"
	go build -o "$scratch/bin/" ./examples/...
	check_quickstart "$scratch/bin/quickstart" "$scratch/kept"
	local name
	for name in alias certificate logs settings; do
		timed "$scratch/bin/$name"
	done
	check_certificate "$scratch/bin/certificate" "$scratch/exported"
}

# check_certificate PROGRAM DIR
check_certificate() {
	timed "$1" plan
	timed "$1" -out "$2"
	local command
	for command in inspect check 'watch -once'; do
		timed "$1" $command "$2/CloudDP.pfx"
	done
	if timed "$1" check -fqdn other.contoso.com "$2/CloudDP.pfx"; then
		echo 'check passes a certificate of another service'
		return 1
	fi
}

# check_quickstart PROGRAM DIR
check_quickstart() {
	timed "$1"
	timed "$1" -one-certificate
	timed "$1" -json | tee "$scratch/steps.json"
	all_steps_ok "$scratch/steps.json"
	timed "$1" -keep "$2"
	local name
	for name in CloudDP.cer CloudDP.pfx CloudDP.pfx.password CloudMgr.log manifest.json; do
		test -s "$2/$name" || { echo "-keep wrote no $name"; return 1; }
	done
}

# timed COMMAND... fails if a command takes longer than a newcomer waits.
timed() {
	timeout 10 "$@" || { echo "failed, or took over 10 s: $*" >&2; return 1; }
}

# all_steps_ok FILE fails unless every one of at least 11 lines says that its step went well.
all_steps_ok() {
	local all good
	all=$(wc -l <"$1")
	good=$(grep -c '"ok":true' "$1" || true)
	if [ "$all" -lt 11 ] || [ "$good" -ne "$all" ]; then
		echo "$good of $all steps are ok; 11 are needed"
		return 1
	fi
}
