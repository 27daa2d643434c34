#!/bin/sh
# Writes the files beside it anew, with keys that are made for the purpose and thrown away. It needs openssl 3,
# libnss3-tools, gnutls-bin and a keytool of Java 17. The password is "secret for tests" unless the name says otherwise.
# hidden-aes.pfx alone is of no program: go test ./certs/internal/pkcs12 -run Opened -update
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lab=$(mktemp -d)
trap 'rm -rf "$lab"' EXIT
cd "$lab"

# leaf NAME SUBJECT makes NAME.key and NAME.pem, issued by the CA.
leaf() {
	openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2"
	printf 'subjectAltName=DNS:%s\n' "$2" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 36000 -extfile "$1.ext" -out "$1.pem"
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj '/CN=Test CA' -days 36500
leaf service clouddp.contoso.com
leaf other other.contoso.com
openssl x509 -in service.pem -outform DER -out "$here/service.cer"
openssl x509 -in ca.pem -outform DER -out "$here/ca.cer"

# pfx NAME OPTION... exports the service certificate with OpenSSL.
pfx() {
	name=$1
	shift
	openssl pkcs12 -export -inkey service.key -in service.pem -certfile ca.pem -passout "pass:${password-secret for tests}" \
		"$@" -out "$here/$name.pfx"
}
pfx openssl
pfx openssl-legacy -legacy
pfx openssl-descert -legacy -descert
pfx openssl-nomac -nomac
pfx openssl-csp -name 'Cloud DP' -CSP 'Microsoft Enhanced RSA and AES Cryptographic Provider' -keyex -LMK
pfx openssl-ksp -CSP 'Microsoft Software Key Storage Provider'
pfx openssl-keysig -keysig
pfx openssl-open -certpbe NONE -keypbe NONE
pfx openssl-rc2-128 -legacy -certpbe PBE-SHA1-RC2-128 -keypbe PBE-SHA1-RC2-128
pfx openssl-2des -legacy -certpbe PBE-SHA1-2DES -keypbe PBE-SHA1-2DES
pfx openssl-pbes2-3des -certpbe DES-EDE3-CBC -keypbe DES-EDE3-CBC -macalg sha512
pfx openssl-aes-192 -certpbe AES-192-CBC -keypbe AES-128-CBC -macalg sha384
pfx openssl-sha224 -legacy -descert -macalg sha224
password= pfx openssl-empty
password='pässwörd🙂' pfx openssl-emoji -legacy -descert
openssl pkcs12 -export -nokeys -in service.pem -passout 'pass:secret for tests' -out "$here/openssl-nokey.pfx"
openssl pkcs12 -export -nocerts -inkey service.key -passout 'pass:secret for tests' -out "$here/openssl-nocert.pfx"

mkdir nss
certutil -N -d sql:nss --empty-password
pk12util -i "$here/openssl-csp.pfx" -d sql:nss -W 'secret for tests'
pk12util -o "$here/nss.pfx" -n 'Cloud DP' -d sql:nss -W 'secret for tests'

certtool --to-p12 --load-privkey service.key --load-certificate service.pem --load-ca-certificate ca.pem \
	--p12-name 'Cloud DP' --password 'secret for tests' --outder --outfile "$here/gnutls.pfx"

# store SOURCE DESTINATION copies every entry with keytool.
store() {
	keytool -importkeystore -noprompt -srckeystore "$1" -srcstorepass 'secret for tests' \
		-destkeystore "$2" -deststoretype PKCS12 -deststorepass 'secret for tests'
}
rm -f "$here/keytool.pfx" "$here/keytool-two-keys.pfx"
store "$here/openssl-csp.pfx" "$here/keytool.pfx"
openssl pkcs12 -export -name other -inkey other.key -in other.pem -passout 'pass:secret for tests' -out other.pfx
store "$here/keytool.pfx" "$here/keytool-two-keys.pfx"
store other.pfx "$here/keytool-two-keys.pfx"
chmod 0644 "$here"/*.pfx
