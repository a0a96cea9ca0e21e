// IP addresses from text. @doc NF:ip2string.RtlIpv4StringToAddressA
#ifndef KSBOX_WDK_IP2STRING_H
#define KSBOX_WDK_IP2STRING_H

#include <ntdef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct in_addr;
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressA(PCSTR S, BOOLEAN Strict, PCSTR *Terminator,
                                                struct in_addr *Addr);

#ifndef UNICODE
#define RtlIpv4StringToAddress RtlIpv4StringToAddressA
#endif

#ifdef __cplusplus
}
#endif

#endif
