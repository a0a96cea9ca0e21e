// Winsock Kernel, for drivers that use sockets. mingw-w64 has no wsk.h.
#ifndef KSBOX_WDK_WSK_H
#define KSBOX_WDK_WSK_H

#include <ip2string.h>
#include <netioddk.h>
#include <ws2def.h>
#include <ws2ipdef.h>

#include <ksbox/wsk_socket.h>

#include <ksbox/wsk_client.h>

#endif
