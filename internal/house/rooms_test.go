package house_test

import "maps"

// links are what a package may link beside the standard library, each with the reason. A name is that of a room of this
// module or, of anything else, the path that its packages begin with.
type links map[string]string

// rooms has an entry for every package of the module but the examples.
var rooms = map[string]links{
	".":                              {},
	"internal/errs":                  {},
	"internal/house":                 {},
	"internal/testserver":            {}, // its code is built for integration tests only
	"internal/kerberos":              join(errCategories, gokrb5),
	"internal/kerberos/kerberostest": without("github.com/jcmturner/goidentity/v6", gokrb5),
	"internal/loopback":              {},
	"internal/roundtrip":             {},

	"httpauth": join(errCategories, signIn, ntlm, watched),

	"certs":                 join(errCategories, formats),
	"certs/internal/crl":    {},
	"certs/internal/pkcs12": join(errCategories),
	"certs/template":        join(certs),
	"certs/certstest":       join(certs, links{"certs/template": "its Directory is faked here"}),

	"certs/internal/pkcs7":       join(errCategories),
	"certs/adcs/internal/answer": join(certs),
	"certs/adcs/certsrv": join(certs, answers, watched, links{
		"golang.org/x/net/html": "its pages are read with it, which the standard library cannot",
	}),
	"certs/adcs/certsrv/certsrvtest": join(certs, links{
		"certs/certstest": "the authority behind it",
		"certs/template":  "that authority issues by template",
	}),
	"certs/adcs/certreq": join(certs, answers),

	"certs/adcs":            join(certs, goLDAP, links{"certs/template": "its Directory is that of a forest"}),
	"certs/adcs/ldapgssapi": join(certs, goLDAP, signIn),
	"certs/adcs/adcstest": join(certs, links{
		"certs/certstest":                 "the forest that it serves",
		"certs/template":                  "the attributes and security descriptors in it",
		"github.com/go-asn1-ber/asn1-ber": "BER, which encoding/asn1 does not read: it takes DER alone",
	}),

	"certs/adcs/icpr": join(certs, msrpc, signIn, kerberosOverRPC, answers, links{
		"certs/adcs/icpr/internal/pdu": "the messages of RPC",
	}),
	"certs/adcs/icpr/icprtest": join(certs, msrpc, gokrb5, kerberosOverRPC, links{
		"certs/template":               "its CA issues by template",
		"certs/certstest":              "the authority behind it",
		"certs/adcs/icpr/internal/pdu": "the messages of RPC",
	}),
	"certs/adcs/icpr/internal/pdu": {},

	"dns":               join(errCategories, dnsMessage),
	"dns/dnstest":       join(dns),
	"dns/internal/swap": join(dns),
	"dns/udpbatch":      join(udpBatches),
	"dns/rfc2136":       join(dns, miekg, checkedSwap),
	"dns/gsstsig":       join(dns, miekg, kerberos, checkedSwap, links{"dns/rfc2136": "signs its updates"}),
	"dns/libdnszone": join(dns, checkedSwap, links{
		"github.com/libdns/libdns": "the interfaces of the providers; it needs nothing else",
	}),
	"dns/azuredns": join(dns, checkedSwap, azcore, links{
		"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns": "Microsoft's client of Azure DNS",
	}),

	"clientsettings":                    join(errCategories),
	"clientsettings/clientsettingstest": join(errCategories, links{"clientsettings": "faked here"}),

	"statusmsg":               join(errCategories),
	"statusmsg/cmlog":         join(errCategories, links{"statusmsg": "a STATMSG line is a message"}),
	"statusmsg/msgtable":      join(errCategories, links{"statusmsg": "its texts are those of messages"}),
	"statusmsg/statusmsgtest": join(errCategories, links{"statusmsg": "faked here"}),

	"clouddp/mgmtcert":              join(certs),
	"clouddp/mgmtcert/mgmtcerttest": join(certs, links{"clouddp/mgmtcert": "faked here"}),
	"clouddp":                       join(domains, links{"clouddp/mgmtcert": "Preflight and Watch look at them"}),
	"clouddp/content":               join(errCategories, zstandard),
	"clouddp/content/point":         join(content, jsonWebToken),
	"clouddp/content/contenttest":   join(content),
	"clouddp/clouddptest": join(clouddp, content, links{
		"certs/certstest":                   "the Lab's enterprise CA",
		"certs/template":                    "the Lab's enterprise CA issues by template",
		"dns/dnstest":                       "the Lab's zones",
		"clientsettings/clientsettingstest": "the Lab's client settings",
		"statusmsg/statusmsgtest":           "the Lab's message log",
		"clouddp/mgmtcert/mgmtcerttest":     "the management certificates of the Lab's subscription",
		"clouddp/content/contenttest":       "the Lab's storage",
	}),
	"clouddp/classic":                       join(clouddp, azcore),
	"clouddp/classic/classictest":           join(clouddp, onLoopback),
	"clouddp/adminservice":                  join(errCategories, siteSide, azcore, signIn, ntlm, watched, links{"httpauth": "recognises a server by pins"}),
	"clouddp/adminservice/adminservicetest": join(errCategories, siteSide, onLoopback),
}

// drivers are the rooms that speak to a service outside; no fake may lean on one.
var drivers = []string{
	"httpauth",
	"certs/adcs",
	"certs/adcs/certsrv",
	"certs/adcs/certreq",
	"certs/adcs/icpr",
	"certs/adcs/ldapgssapi",
	"dns/rfc2136",
	"dns/gsstsig",
	"dns/libdnszone",
	"dns/azuredns",
	"dns/udpbatch",
	"clouddp/classic",
	"clouddp/adminservice",
}

var (
	errCategories = links{"internal/errs": "the error categories are the same in every room"}

	formats = links{
		"certs/internal/pkcs12": "reads and writes .pfx files, which the standard library cannot",
		"certs/internal/crl":    "reads revocation lists without holding them, which the standard library does not",
		"certs/internal/pkcs7":  "authorities hand out chains in it",
	}
	dnsMessage = links{
		"golang.org/x/net/dns/dnsmessage": "the message format of the standard library's own resolver",
	}
	gokrb5 = links{
		"github.com/oiweiwei/gokrb5.fork/v9": "Kerberos, which the standard library has not, with a dialer of one's own",
		"github.com/jcmturner/aescts/v2":     "gokrb5 encrypts with it",
		"github.com/jcmturner/dnsutils/v2":   "gokrb5 finds KDCs with it",
		"github.com/jcmturner/gofork":        "gokrb5 reads ASN.1 with it",
		"github.com/jcmturner/goidentity/v6": "gokrb5 describes users with it",
		"github.com/jcmturner/rpc/v2":        "gokrb5 reads the authorisation data of Active Directory with it",
		"github.com/hashicorp/go-uuid":       "gokrb5 makes confounders with it",
		"golang.org/x/crypto/md4":            "gokrb5 makes RC4 keys with it",
		"golang.org/x/crypto/pbkdf2":         "gokrb5 makes AES keys with it",
		"golang.org/x/net/http2/hpack":       "gokrb5 links a client for HTTP",
	}
	signIn = join(gokrb5, links{
		"internal/kerberos": "how tickets are got, and what failures mean, is the same in every driver",
	})
	kerberos = join(signIn, links{
		"github.com/jcmturner/gokrb5/v8":     "what bodgit/gssapi is built on",
		"github.com/bodgit/gssapi":           "makes security contexts of Kerberos tickets, with the acceptor's subkey",
		"github.com/hashicorp/errwrap":       "go-multierror is built on it",
		"github.com/hashicorp/go-multierror": "bodgit/gssapi joins errors with it",
		"github.com/go-logr/logr":            "bodgit/gssapi can log with it",
		"github.com/spf13/afero":             "bodgit/gssapi finds files with it",
		"golang.org/x/text":                  "afero compares file names with it",
	})
	ntlm = links{
		"github.com/Azure/go-ntlmssp": "the messages of NTLM; it needs nothing else",
	}
	msrpc = links{
		"github.com/oiweiwei/go-msrpc":         "ICertPassage and the endpoint mapper, NTLM, Kerberos as DCE has it",
		"github.com/oiweiwei/go-smb2.fork":     "go-msrpc can speak over named pipes",
		"github.com/geoffgarside/ber":          "go-smb2.fork negotiates with it",
		"github.com/rs/zerolog":                "go-msrpc can log with it",
		"github.com/mattn/go-colorable":        "zerolog writes to consoles with it",
		"github.com/mattn/go-isatty":           "zerolog tells consoles from files with it",
		"github.com/indece-official/go-ebcdic": "go-msrpc reads texts of mainframes with it",
		"golang.org/x/text":                    "go-msrpc reads texts of every code page with it",
		"golang.org/x/sys":                     "go-isatty asks the system with it",
		"golang.org/x/crypto/cryptobyte":       "go-smb2.fork encrypts with it",
	}
	// kerberosOverRPC is what go-msrpc links for Kerberos, whether it is used or not.
	kerberosOverRPC = links{
		"github.com/jcmturner/gokrb5/v8": "go-msrpc takes its credentials too",
	}
	watched    = links{"internal/roundtrip": "whether a request has left is seen alike everywhere"}
	udpBatches = links{
		"golang.org/x/net/ipv4":     "many packets in one system call, which the standard library cannot",
		"golang.org/x/net/bpf":      "ipv4 filters packets with it",
		"golang.org/x/net/internal": "ipv4 is built on it",
		"golang.org/x/sys":          "ipv4 is built on it",
	}
	miekg = links{
		"github.com/miekg/dns":      "UPDATE, TSIG and TKEY records, which dnsmessage has not",
		"golang.org/x/net/bpf":      "miekg/dns serves with it",
		"golang.org/x/net/internal": "miekg/dns serves with it",
		"golang.org/x/net/ipv4":     "miekg/dns serves with it",
		"golang.org/x/net/ipv6":     "miekg/dns serves with it",
		"golang.org/x/sys":          "miekg/dns serves with it",
	}
	goLDAP = links{
		"github.com/go-ldap/ldap/v3":      "LDAP, with the controls of Active Directory",
		"github.com/go-asn1-ber/asn1-ber": "go-ldap encodes messages with it",
		"github.com/Azure/go-ntlmssp":     "go-ldap can bind with NTLM, which is not used",
		"github.com/google/uuid":          "go-ldap reads controls of replication with it",
		"golang.org/x/crypto/md4":         "go-ldap can bind with NTLM, which is not used",
	}
	onLoopback  = links{"internal/loopback": "serves it over TLS"}
	checkedSwap = links{"dns/internal/swap": "a swap is the same in every zone"}
	zstandard   = links{
		"github.com/klauspost/compress": "chunks are compressed with Zstandard, which the standard library has not",
	}
	jsonWebToken = links{
		"github.com/golang-jwt/jwt/v5": "the tokens a client shows to a content point",
	}
	azcore = links{
		"github.com/Azure/azure-sdk-for-go/sdk/azcore":   "credentials, pipelines and errors as users of Azure know them",
		"github.com/Azure/azure-sdk-for-go/sdk/internal": "azcore is built on it",
		"golang.org/x/net/http":                          "HTTP/2 checks headers with it",
		"golang.org/x/net/http2":                         "azcore tunes HTTP/2 with it",
		"golang.org/x/net/idna":                          "HTTP/2 normalises host names with it",
		"golang.org/x/net/internal":                      "HTTP/2 is built on it",
		"golang.org/x/text":                              "host names are normalised with it",
	}

	answers = links{
		"certs/adcs/internal/answer": "what authorities say is read alike everywhere",
	}

	certs   = join(errCategories, formats, links{"certs": "works on certificates"})
	dns     = join(errCategories, dnsMessage, links{"dns": "works on zones"})
	content = join(errCategories, zstandard, links{"clouddp/content": "works on content"})
	domains = join(certs, dns, links{
		"clientsettings":  "Verify asks whether clients may use the service",
		"statusmsg":       "an operation reports messages",
		"statusmsg/cmlog": "an operation writes CloudMgr.log",
	})
	siteSide = links{
		"clientsettings": "a site has client settings",
		"statusmsg":      "a site has status messages",
	}
	clouddp = join(domains, links{
		"clouddp":          "works on cloud distribution points",
		"clouddp/mgmtcert": "Preflight and Watch look at them",
	})
)

// join returns the union of its arguments.
func join(all ...links) links {
	union := links{}
	for _, l := range all {
		maps.Copy(union, l)
	}
	return union
}

// without returns all but one entry.
func without(entry string, all links) links {
	rest := maps.Clone(all)
	delete(rest, entry)
	return rest
}
