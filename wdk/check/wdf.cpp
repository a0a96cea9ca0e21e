// KMDF in miniport mode: the headers read as C++, and the sizes of what drivers hand over.
extern "C" {
#include <ntddk.h>
}
#include <wdf.h>

struct Context {
    ULONG Number;
};
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(Context, GetContext)

static_assert(sizeof(WDF_OBJECT_ATTRIBUTES) == 56 && sizeof(WDF_OBJECT_CONTEXT_TYPE_INFO) == 40);
static_assert(sizeof(WDF_DRIVER_CONFIG) == 32 && sizeof(WDF_MEMORY_DESCRIPTOR) == 24);
static_assert(sizeof(WDF_REQUEST_SEND_OPTIONS) == 16 && sizeof(WDF_REQUEST_REUSE_PARAMS) == 24);
static_assert(sizeof(WDF_REQUEST_COMPLETION_PARAMS) == 72);
static_assert(sizeof(WDF_BIND_INFO) == 48 && sizeof(WDF_BIND_INFO2) == 88);
static_assert(sizeof(WDF_DRIVER_GLOBALS) == 56);
// Where the table of some versions begins or ends.
static_assert(WdfChildListCreateTableIndex == 0 && WdfDriverCreateTableIndex == 116);
static_assert(WdfDeviceMiniportCreateTableIndex == 200 && WdfObjectDeleteTableIndex == 208);
static_assert(WdfRequestGetRequestorProcessIdTableIndex == 447 &&
              WdfFunctionTableNumEntries == 458);

ULONG NumberOf(WDFOBJECT Object) {
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, Context);
    return Attributes.ContextTypeInfo->ContextSize == sizeof(Context) ? GetContext(Object)->Number
                                                                      : 0;
}
