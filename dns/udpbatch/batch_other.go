//go:build !linux

package udpbatch

import "net"

func batching(udp *net.UDPConn) net.Conn { return udp }
