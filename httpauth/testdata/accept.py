# Lets MIT Kerberos judge a Negotiate token: accept.py TOKEN-IN-BASE64 CHANNEL-BINDING-DATA-IN-BASE64
# It prints what became of it, and the flags of the context.
import base64
import ctypes
import sys


class Buffer(ctypes.Structure):
    _fields_ = [("length", ctypes.c_size_t), ("value", ctypes.c_void_p)]


class Bindings(ctypes.Structure):
    _fields_ = [
        ("initiator_type", ctypes.c_uint32), ("initiator", Buffer),
        ("acceptor_type", ctypes.c_uint32), ("acceptor", Buffer), ("data", Buffer),
    ]


def buffer(content):
    return Buffer(len(content), ctypes.cast(ctypes.create_string_buffer(content, len(content)), ctypes.c_void_p))


gss = ctypes.CDLL("libgssapi_krb5.so.2")
token, data = (base64.b64decode(a) for a in sys.argv[1:3])
minor, context, flags, output = ctypes.c_uint32(), ctypes.c_void_p(), ctypes.c_uint32(), Buffer()
given, bindings = buffer(token), Bindings(data=buffer(data))
major = gss.gss_accept_sec_context(
    ctypes.byref(minor), ctypes.byref(context), None, ctypes.byref(given), ctypes.byref(bindings), None, None,
    ctypes.byref(output), ctypes.byref(flags), None, None)
GSS_S_BAD_BINDINGS, GSS_C_CHANNEL_BOUND_FLAG = 4 << 16, 2048
if major == 0:
    print("bound" if flags.value & GSS_C_CHANNEL_BOUND_FLAG else "accepted, but not bound")
elif major & 0xFFFF0000 == GSS_S_BAD_BINDINGS:
    print("bad bindings")
else:
    print("failed with %#x, %#x" % (major & 0xFFFFFFFF, minor.value))
