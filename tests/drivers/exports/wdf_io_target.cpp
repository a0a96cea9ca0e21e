// I/O targets, and requests that are sent at once, against a device that answers them
// (wdf_fixture.cpp).
#include "support/wdf_case.h"

EXPORT_CASE(WdfIoTargetCreate, WdfIoTargetOpen, WdfIoTargetClose, WdfIoTargetGetState,
            WdfIoTargetGetDevice, WdfIoTargetWdmGetTargetDeviceObject,
            WdfIoTargetWdmGetTargetPhysicalDevice, WdfIoTargetWdmGetTargetFileObject,
            WdfIoTargetWdmGetTargetFileHandle, WdfIoTargetCloseForQueryRemove) {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Driver);
    WDFIOTARGET Target;
    EXPECT_EQ(WdfIoTargetCreate(Framework.Device, &Attributes, &Target),
              STATUS_INVALID_DEVICE_REQUEST);
    REQUIRE_SUCCESS(WdfIoTargetCreate(Framework.Device, WDF_NO_OBJECT_ATTRIBUTES, &Target));
    EXPECT_TRUE(WdfIoTargetGetDevice(Target) == Framework.Device);
    EXPECT_TRUE(WdfIoTargetWdmGetTargetDeviceObject(Target) == nullptr);
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"\\Device\\CaseNobody");
    WDF_IO_TARGET_OPEN_PARAMS Open;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&Open, &Name, GENERIC_READ | GENERIC_WRITE);
    EXPECT_EQ(WdfIoTargetOpen(Target, &Open), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(WdfIoTargetGetState(Target), WdfIoTargetClosed);
    RtlInitUnicodeString(&Name, CaseEcho::Name);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&Open, &Name, GENERIC_READ | GENERIC_WRITE);
    --Open.Size;
    EXPECT_EQ(WdfIoTargetOpen(Target, &Open), STATUS_INFO_LENGTH_MISMATCH);
    ++Open.Size;
    REQUIRE_SUCCESS(WdfIoTargetOpen(Target, &Open));
    EXPECT_EQ(WdfIoTargetOpen(Target, &Open), STATUS_INVALID_DEVICE_STATE);
    EXPECT_TRUE(WdfIoTargetWdmGetTargetDeviceObject(Target) == Echo.Device);
    EXPECT_TRUE(WdfIoTargetWdmGetTargetPhysicalDevice(Target) == nullptr); // no PnP device
    const PFILE_OBJECT File = WdfIoTargetWdmGetTargetFileObject(Target);
    REQUIRE(File != nullptr);
    EXPECT_TRUE(File->DeviceObject == Echo.Device);
    EXPECT_TRUE(WdfIoTargetWdmGetTargetFileHandle(Target) != nullptr);
    // Closed because the device may go, and opened again because it did not.
    WdfIoTargetCloseForQueryRemove(Target);
    EXPECT_EQ(WdfIoTargetGetState(Target), WdfIoTargetClosedForQueryRemove);
    EXPECT_TRUE(WdfIoTargetWdmGetTargetFileObject(Target) == nullptr);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&Open);
    REQUIRE_SUCCESS(WdfIoTargetOpen(Target, &Open));
    EXPECT_TRUE(WdfIoTargetWdmGetTargetFileHandle(Target) != nullptr);
    WdfIoTargetClose(Target);
    EXPECT_EQ(WdfIoTargetGetState(Target), WdfIoTargetClosed);
    EXPECT_EQ(WdfIoTargetOpen(Target, &Open), STATUS_INVALID_DEVICE_STATE);
    // The local target, with the device's own stack.
    const WDFIOTARGET Local = WdfDeviceGetIoTarget(Framework.Device);
    EXPECT_EQ(WdfIoTargetGetState(Local), WdfIoTargetStarted);
    EXPECT_TRUE(WdfIoTargetWdmGetTargetDeviceObject(Local) == Case.LowerDevice);
    EXPECT_TRUE(WdfIoTargetWdmGetTargetPhysicalDevice(Local) == Case.PhysicalDevice);
}

EXPORT_CASE(WdfIoTargetOpen) { // again, with what the driver has forgotten meanwhile
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    WDFIOTARGET Target;
    REQUIRE_SUCCESS(WdfIoTargetCreate(Framework.Device, WDF_NO_OBJECT_ATTRIBUTES, &Target));
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, CaseEcho::Name);
    WDF_IO_TARGET_OPEN_PARAMS Open;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&Open, &Name, GENERIC_READ | GENERIC_WRITE);
    LONGLONG Allocation = 12345;
    FILE_FULL_EA_INFORMATION Ea = {};
    Ea.EaNameLength = 1;
    Ea.EaName[0] = 'K';
    Open.AllocationSize = &Allocation;
    Open.EaBuffer = &Ea;
    Open.EaBufferLength = sizeof Ea;
    REQUIRE_SUCCESS(WdfIoTargetOpen(Target, &Open));
    EXPECT_EQ(CaseOpened.Allocation, 12345);
    EXPECT_EQ(CaseOpened.EaLength, sizeof Ea);
    EXPECT_EQ(CaseOpened.Ea.EaName[0], 'K');
    WdfIoTargetCloseForQueryRemove(Target);
    CaseOpened = {};
    Allocation = 0;
    Ea = {};
    RtlZeroMemory(&Open, sizeof Open);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&Open);
    REQUIRE_SUCCESS(WdfIoTargetOpen(Target, &Open));
    EXPECT_EQ(CaseOpened.Allocation, 12345);
    EXPECT_EQ(CaseOpened.EaLength, sizeof Ea);
    EXPECT_EQ(CaseOpened.Ea.EaName[0], 'K');
}

EXPORT_CASE(WdfIoTargetSendIoctlSynchronously, WdfIoTargetSendInternalIoctlSynchronously,
            WdfIoTargetSendInternalIoctlOthersSynchronously) {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const ULONG Methods[] = {METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT, METHOD_NEITHER};
    for (const ULONG Method : Methods) {
        UCHAR Output[8] = {};
        WDF_MEMORY_DESCRIPTOR In, Out;
        WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&In, CaseText, sizeof CaseText);
        WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Out, Output, 6);
        ULONG_PTR Bytes = 99;
        EXPECT_SUCCESS(WdfIoTargetSendIoctlSynchronously(Target, nullptr, CaseEchoIoctl(Method),
                                                         &In, &Out, WDF_NO_SEND_OPTIONS, &Bytes));
        EXPECT_EQ(Bytes, 6u);
        EXPECT_TRUE(CaseIsTurnedOver(Output, 6));
        EXPECT_EQ(Output[6], 0);
        RtlZeroMemory(Output, sizeof Output);
        EXPECT_SUCCESS(WdfIoTargetSendInternalIoctlSynchronously(
            Target, nullptr, CaseEchoIoctl(Method), &In, &Out, WDF_NO_SEND_OPTIONS, nullptr));
        EXPECT_TRUE(CaseIsTurnedOver(Output, 6));
    }
    // A part of a memory object, and an MDL.
    WDFMEMORY Memory;
    PVOID Buffer;
    REQUIRE_SUCCESS(WdfMemoryCreate(nullptr, NonPagedPoolNx, 0, 64, &Memory, &Buffer));
    RtlZeroMemory(Buffer, 64);
    WDFMEMORY_OFFSET Part = {10, 4};
    WDF_MEMORY_DESCRIPTOR In, Out;
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&In, CaseText, sizeof CaseText);
    WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&Out, Memory, &Part);
    ULONG_PTR Bytes = 0;
    EXPECT_SUCCESS(WdfIoTargetSendIoctlSynchronously(
        Target, nullptr, CaseEchoIoctl(METHOD_BUFFERED), &In, &Out, WDF_NO_SEND_OPTIONS, &Bytes));
    EXPECT_EQ(Bytes, 4u);
    EXPECT_TRUE(CaseIsTurnedOver(static_cast<UCHAR *>(Buffer) + 10, 4));
    Part.BufferLength = 60;
    EXPECT_EQ(WdfIoTargetSendIoctlSynchronously(Target, nullptr, CaseEchoIoctl(METHOD_BUFFERED),
                                                &In, &Out, WDF_NO_SEND_OPTIONS, &Bytes),
              STATUS_INVALID_DEVICE_REQUEST);
    const PMDL Mdl = IoAllocateMdl(Buffer, 64, FALSE, FALSE, nullptr);
    MmBuildMdlForNonPagedPool(Mdl);
    WDF_MEMORY_DESCRIPTOR_INIT_MDL(&Out, Mdl, 8);
    EXPECT_SUCCESS(WdfIoTargetSendIoctlSynchronously(
        Target, nullptr, CaseEchoIoctl(METHOD_OUT_DIRECT), &In, &Out, WDF_NO_SEND_OPTIONS, &Bytes));
    EXPECT_TRUE(CaseIsTurnedOver(static_cast<UCHAR *>(Buffer), 8));
    IoFreeMdl(Mdl);
    Out.Type = WdfMemoryDescriptorTypeInvalid;
    EXPECT_EQ(WdfIoTargetSendIoctlSynchronously(Target, nullptr, CaseEchoIoctl(METHOD_BUFFERED),
                                                &In, &Out, WDF_NO_SEND_OPTIONS, &Bytes),
              STATUS_INVALID_PARAMETER);
    // Arguments that are the two drivers' own.
    ULONG Numbers[3] = {100, 20, 3};
    WDF_MEMORY_DESCRIPTOR Arguments[3];
    for (int i = 0; i < 3; ++i)
        WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Arguments[i], &Numbers[i], sizeof Numbers[i]);
    EXPECT_SUCCESS(WdfIoTargetSendInternalIoctlOthersSynchronously(
        Target, nullptr, CaseOthersIoctl, &Arguments[0], &Arguments[1], &Arguments[2],
        WDF_NO_SEND_OPTIONS, &Bytes));
    EXPECT_EQ(Bytes, 123u);
    // Time is up.
    WDF_REQUEST_SEND_OPTIONS Options;
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, 0);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&Options, WDF_REL_TIMEOUT_IN_MS(100));
    EXPECT_EQ(WdfIoTargetSendIoctlSynchronously(Target, nullptr, CasePendIoctl, nullptr, nullptr,
                                                &Options, nullptr),
              STATUS_IO_TIMEOUT);
    Options.Size = 1;
    EXPECT_EQ(WdfIoTargetSendIoctlSynchronously(Target, nullptr, CasePendIoctl, nullptr, nullptr,
                                                &Options, nullptr),
              STATUS_INFO_LENGTH_MISMATCH);
    WdfIoTargetClose(Target);
    EXPECT_EQ(WdfIoTargetSendIoctlSynchronously(Target, nullptr, CasePendIoctl, nullptr, nullptr,
                                                WDF_NO_SEND_OPTIONS, nullptr),
              STATUS_INVALID_DEVICE_STATE);
}

EXPORT_CASE(WdfIoTargetSendReadSynchronously, WdfIoTargetSendWriteSynchronously) {
    CaseFramework Framework(Case);
    const ULONG Kinds[] = {0, DO_BUFFERED_IO, DO_DIRECT_IO};
    for (const ULONG Flags : Kinds) {
        CaseEcho Echo(Case, Flags);
        const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
        LONGLONG Offset = 16;
        WDF_MEMORY_DESCRIPTOR Data;
        WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Data, CaseText, sizeof CaseText);
        ULONG_PTR Bytes = 0;
        EXPECT_SUCCESS(WdfIoTargetSendWriteSynchronously(Target, nullptr, &Data, &Offset,
                                                         WDF_NO_SEND_OPTIONS, &Bytes));
        EXPECT_EQ(Bytes, sizeof CaseText);
        UCHAR Back[8] = {};
        WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Data, Back, sizeof Back);
        EXPECT_SUCCESS(WdfIoTargetSendReadSynchronously(Target, nullptr, &Data, &Offset,
                                                        WDF_NO_SEND_OPTIONS, &Bytes));
        EXPECT_EQ(RtlCompareMemory(Back, CaseText, 8), 8u);
        Offset = 60;
        EXPECT_EQ(WdfIoTargetSendReadSynchronously(Target, nullptr, &Data, &Offset,
                                                   WDF_NO_SEND_OPTIONS, &Bytes),
                  STATUS_INVALID_PARAMETER);
        WdfObjectDelete(Target);
    }
}
