// Package house holds no code: its tests keep the rules that concern the module as a whole. They check what each
// package links, that everything exported is documented and shown, that the README tells the truth, and that no file
// names a machine.
package house
