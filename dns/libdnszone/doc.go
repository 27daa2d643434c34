// Package libdnszone makes a [dns.Zone] of any libdns provider, as safe as it can be made.
//
//	zone := &libdnszone.Zone{
//		Provider: &cloudflare.Provider{APIToken: token}, // any of github.com/libdns
//		Name:     "contoso.com",
//	}
//	alias := dns.Record{
//		Name:  "clouddp.contoso.com",
//		Type:  dns.TypeCNAME,
//		Value: "clouddp.cloudapp.net",
//	}
//	change, err := dns.Ensure(ctx, zone, resolver, alias, nil)
//	if altered, ok := errors.AsType[*libdnszone.AlteredError](err); ok {
//		log.Printf("look at %s: it holds %v", altered.Name, altered.Have)
//	}
//	if err != nil {
//		return err
//	}
//	log.Println(change.Verdict)
//
// Package libdns leaves open what happens when a CNAME meets other data, and its providers differ: some store a target
// without a trailing dot as a name inside the zone, some overwrite what they were asked to add to, some report success and
// do nothing. A [Zone] therefore trusts nothing but what GetRecords shows. It looks at every record of the name before it
// writes, writes names as libdns specifies them and targets with their dot, and reads back after every write.
//
// # The race that remains
//
// libdns has no preconditions. Two Swaps of one Zone value have one winner, but between the reading and the writing of
// one Swap somebody else, another process or a person at the provider's website, may change the name unnoticed. What they
// added is noticed when it is read back, and then the own record is taken back; what they changed may be overwritten. Give
// a zone one writer, or use a driver with preconditions, such as package rfc2136 or azuredns.
//
// A replaced CNAME is written with SetRecords where the provider has it, so that the name is never without an alias.
// Otherwise the old record is deleted before the new one is added, for resolvers may not see two; if adding fails, the old
// one is put back, even when the context has ended by then.
//
// # Errors
//
// [*dns.ConflictError] says what holds the name, [*dns.IgnoredError] that the provider reported success and did nothing,
// [*AlteredError] that it did something else. Providers return errors without categories. Where the name is unchanged
// after such an error and no answer was lost, the error is passed on with [dns.ErrUnavailable] if no connection was
// made, else as it is. Where the name is changed, or cannot be read, it matches [dns.ErrUnknown].
//
// An empty text is an [*dns.InvalidError], because DeleteRecords takes an empty value for every value.
//
// # Testing
//
// The conformance suite of package github.com/clouddp/sdk/dns/dnstest runs over a Zone with your provider in it.
//
// # Compatibility
//
// Providers for libdns 1, with GetRecords, AppendRecords and DeleteRecords. GetRecords reads whole zones, which is slow where
// a zone is large: github.com/libdns/rfc2136 asks for a zone transfer, which Windows servers usually refuse.
package libdnszone
