// Package clientsettings computes whether a device or user may use cloud distribution points, and which policy says so.
//
// A client asks a cloud distribution point for content only if its client settings say Yes to "Allow access to cloud
// distribution points":
//
//	laptop := clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"PS100012"}}
//	resolution, err := clientsettings.Check(ctx, source, laptop)
//	for _, step := range resolution.Steps {
//		fmt.Println(step.Policy, step.Reason)
//	}
//	if denied, ok := errors.AsType[*clientsettings.NotAllowedError](err); ok {
//		fmt.Println("deploy a policy that says Yes:", denied)
//	}
//
// # Resolution
//
// Device and user settings are two separate streams: content deployed to devices needs the value of the device, content
// deployed to users that of the user. In each stream, a custom policy takes part if it is deployed to a collection of
// the target, contains the group "Cloud Services" and sets the value. Of those that take part the one with the lowest
// priority number decides; if there is none, the default policy does, as Microsoft documents in "How to configure
// client settings".
//
// Where even the default policy says nothing, Microsoft's documents disagree about the default: the planning article gives
// No, the installation article gives Yes, and the reference of today is silent. This package takes No, and says so in the
// last [Step]; [Setting.Statements] has who says what.
//
// [AllowCMG] and [AutoAADJoin], which came with the cloud management gateway and exist for devices only, are resolved the
// same way, each on its own. [Evaluate] does it for all devices and users of a site.
//
// # Errors
//
// A resultant No is a [*NotAllowedError], which matches [ErrDenied]. A target that cannot be resolved is an
// [*InvalidError]. A source that fails is [ErrUnavailable].
//
// # Testing
//
// Package [github.com/clouddp/sdk/clientsettings/clientsettingstest] holds an in-memory site and the conformance suite
// of [Source].
package clientsettings
