// Tables and macros of the current portcls.h beside its interfaces.
#ifndef KSBOX_WDK_PORTCLS_AUTOMATION_H
#define KSBOX_WDK_PORTCLS_AUTOMATION_H

// Under this name Microsoft's header has it.
typedef PCCONNECTION_DESCRIPTOR *PPCCONNECTION_DESCRIPTOR;

// @doc NS:portcls.PCAUTOMATION_TABLE
#ifndef DEFINE_PCAUTOMATION_TABLE_PROP_EVENT
#define DEFINE_PCAUTOMATION_TABLE_PROP_EVENT(AutomationTable, PropertyTable, EventTable)           \
    const PCAUTOMATION_TABLE AutomationTable = {sizeof(PropertyTable[0]),                          \
                                                SIZEOF_ARRAY(PropertyTable),                       \
                                                (const PCPROPERTY_ITEM *)PropertyTable,            \
                                                0,                                                 \
                                                0,                                                 \
                                                NULL,                                              \
                                                sizeof(EventTable[0]),                             \
                                                SIZEOF_ARRAY(EventTable),                          \
                                                (const PCEVENT_ITEM *)EventTable,                  \
                                                0}
#endif

#ifndef DEFINE_PCAUTOMATION_TABLE_EVENT
#define DEFINE_PCAUTOMATION_TABLE_EVENT(AutomationTable, EventTable)                               \
    const PCAUTOMATION_TABLE AutomationTable = {0,                                                 \
                                                0,                                                 \
                                                NULL,                                              \
                                                0,                                                 \
                                                0,                                                 \
                                                NULL,                                              \
                                                sizeof(EventTable[0]),                             \
                                                SIZEOF_ARRAY(EventTable),                          \
                                                (const PCEVENT_ITEM *)EventTable,                  \
                                                0}
#endif

// mingw-w64 leaves both empty. Methods are not supported in WDM audio.
// @doc NS:portcls._PCMETHOD_REQUEST
#undef PCMETHOD_ITEM_FLAG_SEND
#define PCMETHOD_ITEM_FLAG_SEND KSMETHOD_TYPE_SEND
#undef PCMETHOD_ITEM_FLAG_SETSUPPORT
#define PCMETHOD_ITEM_FLAG_SETSUPPORT KSMETHOD_TYPE_SETSUPPORT

// mingw-w64 copies an interrupt.
#undef AddDmaFromParent
#define AddDmaFromParent(p, n) AddEntryFromParent((p), CmResourceTypeDma, (n))

// @doc audio/forwarding-drm-content-ids
#ifndef kBytePositionNone
#define kBytePositionNone (~(ULONGLONG)0)
#endif

// 100 ns units. @doc NF:portcls.PcGetTimeInterval
#define GTI_SECONDS(t) (ULONGLONG(t) * 10000000)
#define GTI_MILLISECONDS(t) (ULONGLONG(t) * 10000)
#define GTI_MICROSECONDS(t) (ULONGLONG(t) * 10)

#endif
