// Of the network drivers' header what other drivers include it for: the types and the codes that it
// shares with user mode. Miniports and protocols of networks, and their functions, are not here.
#pragma once

#include <ntddk.h>

#include <ntddndis.h>

typedef PVOID NDIS_HANDLE, *PNDIS_HANDLE;
typedef UNICODE_STRING NDIS_STRING, *PNDIS_STRING;

#define NDIS_STATUS_SUCCESS ((NDIS_STATUS)STATUS_SUCCESS)
#define NDIS_STATUS_PENDING ((NDIS_STATUS)STATUS_PENDING)
#define NDIS_STATUS_FAILURE ((NDIS_STATUS)STATUS_UNSUCCESSFUL)
