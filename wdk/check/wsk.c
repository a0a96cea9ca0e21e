// Winsock Kernel in C, where a socket's table has the members of the basic one as its own.
#include <ntddk.h>

#include <Wsk.h>

C_ASSERT(sizeof(SOCKADDR) == 16 && sizeof(SOCKADDR_IN) == 16 && sizeof(SOCKADDR_IN6) == 28);
C_ASSERT(sizeof(SOCKADDR_STORAGE) == 128 && sizeof(WSK_BUF) == 24);
C_ASSERT(sizeof(WSK_DATAGRAM_INDICATION) == 56 && sizeof(WSK_REGISTRATION) == 24);
C_ASSERT(sizeof(WSK_TRANSPORT) == 28 && sizeof(ADDRINFOEXW) == 72);
C_ASSERT(FIELD_OFFSET(WSK_PROVIDER_DISPATCH, WskSocket) == 8);
C_ASSERT(FIELD_OFFSET(WSK_PROVIDER_DISPATCH, WskGetNameInfo) == 48);
C_ASSERT(FIELD_OFFSET(WSK_PROVIDER_DATAGRAM_DISPATCH, WskCloseSocket) == 8);
C_ASSERT(FIELD_OFFSET(WSK_PROVIDER_DATAGRAM_DISPATCH, WskBind) == 16);
C_ASSERT(FIELD_OFFSET(WSK_PROVIDER_DATAGRAM_DISPATCH, WskSendMessages) == 56);
C_ASSERT(MAKE_WSK_VERSION(1, 2) == 0x102 && WSK_MAJOR_VERSION(0x102) == 1);

NTSTATUS CloseSocket(PWSK_SOCKET Socket, PIRP Irp) {
    return ((const WSK_PROVIDER_DATAGRAM_DISPATCH *)Socket->Dispatch)->WskCloseSocket(Socket, Irp);
}

const NPIID *WskInterface(void) {
    return &NPI_WSK_INTERFACE_ID;
}

static RTL_AVL_COMPARE_ROUTINE Compare;
static RTL_GENERIC_COMPARE_RESULTS NTAPI Compare(PRTL_AVL_TABLE Table, PVOID First, PVOID Second) {
    UNREFERENCED_PARAMETER(Table);
    return First == Second ? GenericEqual : GenericLessThan;
}
PRTL_AVL_COMPARE_ROUTINE Comparing(void) {
    return Compare;
}
