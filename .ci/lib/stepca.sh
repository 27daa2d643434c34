# build_step_ca builds Smallstep's authority, which Debian has not, unless it is here from the last time.
build_step_ca() {
	local version=v0.30.2 bin=$PWD/.ci/cache/bin
	if [ -x "$bin/step-ca" ] && go version -m "$bin/step-ca" | grep -q "mod.*smallstep/certificates.$version"; then
		echo "already here: step-ca $version"
		return
	fi
	# Outside the module, for its dependencies are none of ours; without cgo, for PC/SC.
	(cd "$scratch" && CGO_ENABLED=0 GOBIN=$bin go install "github.com/smallstep/certificates/cmd/step-ca@$version")
}
