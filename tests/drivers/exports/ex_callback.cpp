// Callback objects, work items, miscellanea.
#include "support/case.h"

extern "C" KPROCESSOR_MODE NTAPI ImportedPreviousMode(VOID) IMPORT_OF(ExGetPreviousMode);
extern "C" NTSTATUS NTAPI ImportedUuid(UUID *Uuid) IMPORT_OF(ExUuidCreate);

namespace {
struct CALLS {
    LONG Count;
    PVOID First, Second;
};
VOID NTAPI Called(PVOID Context, PVOID First, PVOID Second) {
    CALLS *Calls = static_cast<CALLS *>(Context);
    ++Calls->Count;
    Calls->First = First;
    Calls->Second = Second;
}
} // namespace

EXPORT_CASE(ExCreateCallback, ExRegisterCallback, ExNotifyCallback, ExUnregisterCallback) {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    RtlInitUnicodeString(&Name, L"\\Callback\\ExportCase");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, NULL,
                               NULL);
    PCALLBACK_OBJECT Callback;
    EXPECT_EQ(ExCreateCallback(&Callback, &Attributes, FALSE, TRUE), STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(ExCreateCallback(&Callback, &Attributes, TRUE, TRUE));
    PCALLBACK_OBJECT Again;
    REQUIRE_SUCCESS(ExCreateCallback(&Again, &Attributes, FALSE, TRUE));
    EXPECT_EQ(Again, Callback);
    CALLS Calls[2] = {};
    PVOID First = ExRegisterCallback(Callback, Called, &Calls[0]);
    PVOID Second = ExRegisterCallback(Again, Called, &Calls[1]);
    EXPECT_NE(First, nullptr);
    EXPECT_NE(Second, nullptr);
    ExNotifyCallback(Callback, &Name, &Attributes);
    ExUnregisterCallback(First);
    ExNotifyCallback(Callback, nullptr, nullptr);
    EXPECT_EQ(Calls[0].Count, 1);
    EXPECT_EQ(Calls[0].First, &Name);
    EXPECT_EQ(Calls[0].Second, &Attributes);
    EXPECT_EQ(Calls[1].Count, 2);
    ExUnregisterCallback(Second);
    ObDereferenceObject(Again);
    ObMakeTemporaryObject(Callback);
    ObDereferenceObject(Callback);
}

// An object that allows one registration only.
EXPORT_CASE(ExRegisterCallback) {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    RtlInitUnicodeString(&Name, L"\\Callback\\ExportCaseSingle");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    PCALLBACK_OBJECT Callback;
    REQUIRE_SUCCESS(ExCreateCallback(&Callback, &Attributes, TRUE, FALSE));
    CALLS Calls = {};
    PVOID First = ExRegisterCallback(Callback, Called, &Calls);
    EXPECT_NE(First, nullptr);
    EXPECT_EQ(ExRegisterCallback(Callback, Called, &Calls), nullptr);
    ExUnregisterCallback(First);
    ObDereferenceObject(Callback);
}

EXPORT_CASE(ExQueueWorkItem) {
    struct WORK {
        WORK_QUEUE_ITEM Item;
        KEVENT Done;
        KIRQL Irql;
        BOOLEAN System;
    } Work;
    KeInitializeEvent(&Work.Done, NotificationEvent, FALSE);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    ExInitializeWorkItem(
        &Work.Item,
        [](PVOID Context) {
            WORK *Own = static_cast<WORK *>(Context);
            Own->Irql = KeGetCurrentIrql();
            Own->System = PsIsSystemThread(reinterpret_cast<PETHREAD>(KeGetCurrentThread()));
            KeSetEvent(&Own->Done, IO_NO_INCREMENT, FALSE);
        },
        &Work);
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    ExQueueWorkItem(&Work.Item, CriticalWorkQueue);
    KeLowerIrql(Before);
#pragma clang diagnostic pop
    KeWaitForSingleObject(&Work.Done, Executive, KernelMode, FALSE, nullptr);
    EXPECT_EQ(Work.Irql, PASSIVE_LEVEL);
    EXPECT_TRUE(Work.System);
}

EXPORT_CASE(ExUuidCreate) {
    UUID First;
    UUID Second;
    EXPECT_SUCCESS(ImportedUuid(&First));
    EXPECT_SUCCESS(ImportedUuid(&Second));
    EXPECT_FALSE(RtlEqualMemory(&First, &Second, sizeof First));
    EXPECT_EQ(First.Data4[0] & 0xc0, 0x80); // RFC 4122
}

EXPORT_CASE(ExSystemTimeToLocalTime, ExLocalTimeToSystemTime) {
    LARGE_INTEGER System;
    LARGE_INTEGER Local;
    LARGE_INTEGER Back;
    KeQuerySystemTimePrecise(&System);
    ExSystemTimeToLocalTime(&System, &Local);
    ExLocalTimeToSystemTime(&Local, &Back);
    EXPECT_EQ(Back.QuadPart, System.QuadPart);
    EXPECT_EQ((System.QuadPart - Local.QuadPart) % (15 * 60 * 10000000ll), 0); // a time zone
}

EXPORT_CASE(ExIsProcessorFeaturePresent, ExVerifySuite) {
    EXPECT_TRUE(ExIsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE));
    EXPECT_TRUE(ExIsProcessorFeaturePresent(PF_COMPARE_EXCHANGE_DOUBLE));
    EXPECT_FALSE(ExIsProcessorFeaturePresent(18)); // PF_ARM_VFP_32_REGISTERS_AVAILABLE
    EXPECT_FALSE(ExIsProcessorFeaturePresent(10000));
    EXPECT_FALSE(ExVerifySuite(DataCenter));
}

EXPORT_CASE(ExGetPreviousMode) {
    EXPECT_EQ(ImportedPreviousMode(), UserMode); // the request is a client's
    CaseThread System([] { EXPECT_EQ(ImportedPreviousMode(), KernelMode); });
}
