// Network programming interfaces by identifier. Of the Network Module Registrar nothing else is
// here: Winsock Kernel's clients register with WskRegister.
#ifndef KSBOX_WDK_NETIODDK_H
#define KSBOX_WDK_NETIODDK_H

// @doc network/network-programming-interface
typedef GUID NPIID, *PNPIID;

#endif
