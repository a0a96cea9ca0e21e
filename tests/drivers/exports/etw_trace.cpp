// Event tracing. That events land in the box's trace, the host side looks (trace_test.cpp).
#include "support/case.h"

// Headers declare it for the code that the WPP preprocessor makes.
extern "C" NTSTATUS WmiTraceMessage(ULONG64 LoggerHandle, ULONG MessageFlags, LPCGUID MessageGuid,
                                    USHORT MessageNumber, ...);

extern "C" NTSTATUS NTAPI EtwSetInformation(REGHANDLE RegHandle, ULONG InformationClass,
                                            PVOID EventInformation, ULONG InformationLength);

static const GUID Provider = {
    0x0b6d1a9c, 0x3f0a, 0x4c5e, {0x9e, 0x2d, 0x10, 0x4f, 0x77, 0x31, 0x8c, 0x01}};

EXPORT_CASE(EtwRegister, EtwUnregister, EtwWrite, EtwWriteTransfer, EtwEventEnabled,
            EtwProviderEnabled) {
    REGHANDLE Handle = 0;
    REQUIRE_SUCCESS(EtwRegister(&Provider, NULL, NULL, &Handle));
    EXPECT_NE(Handle, 0);
    REGHANDLE Second = 0;
    EXPECT_SUCCESS(EtwRegister(&Provider, NULL, NULL, &Second));
    EXPECT_NE(Second, Handle);
    EXPECT_SUCCESS(EtwUnregister(Second));
    EVENT_DESCRIPTOR Event = {};
    Event.Id = 17;
    Event.Level = 4;
    ULONG Value = 5;
    EVENT_DATA_DESCRIPTOR Data = {};
    Data.Ptr = reinterpret_cast<ULONG_PTR>(&Value);
    Data.Size = sizeof Value;
    // No session listens, but writing is no error.
    EXPECT_FALSE(EtwProviderEnabled(Handle, 4, 0));
    EXPECT_FALSE(EtwEventEnabled(Handle, &Event));
    EXPECT_SUCCESS(EtwWrite(Handle, &Event, NULL, 1, &Data));
    EXPECT_SUCCESS(EtwWriteTransfer(Handle, &Event, NULL, NULL, 0, NULL));
    EXPECT_SUCCESS(EtwUnregister(Handle));
    EXPECT_EQ(EtwUnregister(Handle), STATUS_INVALID_HANDLE);
    EXPECT_EQ(EtwWrite(Handle, &Event, NULL, 0, NULL), STATUS_INVALID_HANDLE);
}

EXPORT_CASE(WmiTraceMessage) {
    ULONG Value = 9;
    // TRACE_MESSAGE_SEQUENCE | TRACE_MESSAGE_GUID
    EXPECT_SUCCESS(WmiTraceMessage(1, 1 | 2, &Provider, 11, &Value, sizeof Value, NULL));
}

EXPORT_CASE(EtwWriteEx, EtwWriteString, EtwSetInformation) {
    REGHANDLE Handle = 0;
    REQUIRE_SUCCESS(EtwRegister(&Provider, NULL, NULL, &Handle));
    EVENT_DESCRIPTOR Event = {};
    Event.Id = 18;
    EXPECT_SUCCESS(EtwWriteEx(Handle, &Event, 0, 0, NULL, NULL, 0, NULL));
    EXPECT_SUCCESS(EtwWriteString(Handle, 3, 0, NULL, L"a string"));
    EXPECT_EQ(EtwWriteString(0, 3, 0, NULL, L"a string"), STATUS_INVALID_HANDLE);
    UCHAR Traits[] = {5, 0, 'T', 'L', 0};
    EXPECT_SUCCESS(EtwSetInformation(Handle, 2, Traits, sizeof Traits)); // EventProviderSetTraits
    EXPECT_EQ(EtwSetInformation(Handle, 99, Traits, sizeof Traits), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_SUCCESS(EtwUnregister(Handle));
    EXPECT_EQ(EtwSetInformation(Handle, 2, Traits, sizeof Traits), STATUS_INVALID_HANDLE);
}

EXPORT_CASE(EtwActivityIdControl) {
    GUID First = {};
    GUID Second = {};
    const GUID None = {};
    EXPECT_SUCCESS(EtwActivityIdControl(1, &First)); // EVENT_ACTIVITY_CTRL_GET_ID
    EXPECT_TRUE(RtlEqualMemory(&First, &None, sizeof None));
    EXPECT_SUCCESS(EtwActivityIdControl(3, &First)); // CREATE_ID
    EXPECT_FALSE(RtlEqualMemory(&First, &None, sizeof None));
    Second = First;
    EXPECT_SUCCESS(EtwActivityIdControl(2, &Second)); // SET_ID
    EXPECT_SUCCESS(EtwActivityIdControl(5, &Second)); // CREATE_SET_ID gives the former
    EXPECT_TRUE(RtlEqualMemory(&First, &Second, sizeof First));
    EXPECT_SUCCESS(EtwActivityIdControl(4, &First)); // GET_SET_ID
    EXPECT_FALSE(RtlEqualMemory(&First, &Second, sizeof First));
    EXPECT_SUCCESS(EtwActivityIdControl(1, &First));
    EXPECT_TRUE(RtlEqualMemory(&First, &Second, sizeof First));
    EXPECT_EQ(EtwActivityIdControl(6, &First), STATUS_INVALID_PARAMETER);
}
