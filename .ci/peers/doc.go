// Package peers tests the module against software that nobody who imports the module should have to download: other
// clients, and plug-ins written by others. Its tests need the build tag integration and the servers that .ci/run
// installs.
package peers
