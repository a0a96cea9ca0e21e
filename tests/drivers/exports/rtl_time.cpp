// Times and versions.
#include "support/case.h"
#include "support/import.h"

IMPORT(BOOLEAN, RtlTimeToSecondsSince1970, PLARGE_INTEGER, PULONG);
IMPORT(BOOLEAN, RtlTimeToSecondsSince1980, PLARGE_INTEGER, PULONG);
IMPORT(void, RtlSecondsSince1970ToTime, ULONG, PLARGE_INTEGER);
IMPORT(void, RtlSecondsSince1980ToTime, ULONG, PLARGE_INTEGER);
IMPORT(BOOLEAN, RtlIsNtDdiVersionAvailable, ULONG);
IMPORT(ULONGLONG, VerSetConditionMask, ULONGLONG, ULONG, UCHAR);
IMPORT(NTSTATUS, RtlVerifyVersionInfo, PRTL_OSVERSIONINFOEXW, ULONG, ULONGLONG);

static const LONGLONG Start1970 = 116444736000000000ll, Start1980 = 119600064000000000ll;

EXPORT_CASE(RtlTimeToTimeFields, RtlTimeFieldsToTime) {
    LARGE_INTEGER Time, Back;
    TIME_FIELDS Fields;
    Time.QuadPart = Start1970 + (59ll * 86400 + 3723) * 10000000 + 4560000; // 1 March 1970
    RtlTimeToTimeFields(&Time, &Fields);
    EXPECT_TRUE(Fields.Year == 1970 && Fields.Month == 3 && Fields.Day == 1);
    EXPECT_TRUE(Fields.Hour == 1 && Fields.Minute == 2 && Fields.Second == 3);
    EXPECT_EQ(Fields.Milliseconds, 456);
    EXPECT_EQ(Fields.Weekday, 0); // a Sunday
    EXPECT_TRUE(RtlTimeFieldsToTime(&Fields, &Back));
    EXPECT_EQ(Back.QuadPart, Time.QuadPart);
    Fields.Day = 32;
    EXPECT_FALSE(RtlTimeFieldsToTime(&Fields, &Back));
    Fields.Day = 1;
    Fields.Year = 1600;
    EXPECT_FALSE(RtlTimeFieldsToTime(&Fields, &Back));
}

EXPORT_CASE(RtlTimeToSecondsSince1970, RtlTimeToSecondsSince1980, RtlSecondsSince1970ToTime,
            RtlSecondsSince1980ToTime) {
    LARGE_INTEGER Time;
    ULONG Seconds = 0;
    Import_RtlSecondsSince1970ToTime(0, &Time);
    EXPECT_EQ(Time.QuadPart, Start1970);
    Import_RtlSecondsSince1980ToTime(0, &Time);
    EXPECT_EQ(Time.QuadPart, Start1980);
    Time.QuadPart += 19999999;
    EXPECT_TRUE(Import_RtlTimeToSecondsSince1980(&Time, &Seconds));
    EXPECT_EQ(Seconds, 1);
    EXPECT_TRUE(Import_RtlTimeToSecondsSince1970(&Time, &Seconds));
    EXPECT_EQ(Seconds, 315532801);
    Time.QuadPart = Start1980 - 10000000;
    EXPECT_FALSE(Import_RtlTimeToSecondsSince1980(&Time, &Seconds));
    Time.QuadPart = Start1970 + 0x100000000ll * 10000000;
    EXPECT_FALSE(Import_RtlTimeToSecondsSince1970(&Time, &Seconds));
}

EXPORT_CASE(ExSystemTimeToLocalTime, ExLocalTimeToSystemTime) {
    LARGE_INTEGER System, Local, Back;
    KeQuerySystemTime(&System);
    ExSystemTimeToLocalTime(&System, &Local);
    ExLocalTimeToSystemTime(&Local, &Back);
    EXPECT_EQ(Back.QuadPart, System.QuadPart);
    // At most fourteen hours apart, by whole minutes.
    const LONGLONG Bias = System.QuadPart - Local.QuadPart;
    EXPECT_TRUE(Bias >= -14ll * 36000000000 && Bias <= 14ll * 36000000000);
    EXPECT_EQ(Bias % 600000000, 0);
}

EXPORT_CASE(RtlGetVersion, RtlIsNtDdiVersionAvailable) {
    RTL_OSVERSIONINFOEXW Version = {};
    Version.dwOSVersionInfoSize = sizeof Version;
    EXPECT_SUCCESS(RtlGetVersion((PRTL_OSVERSIONINFOW)&Version));
    EXPECT_TRUE(Version.dwMajorVersion >= 6 && Version.dwBuildNumber >= 6000);
    EXPECT_EQ(Version.dwPlatformId, 2);
    EXPECT_EQ(Version.wProductType, 1);
    Version.dwOSVersionInfoSize = sizeof(RTL_OSVERSIONINFOW);
    EXPECT_SUCCESS(RtlGetVersion((PRTL_OSVERSIONINFOW)&Version));
    EXPECT_TRUE(Import_RtlIsNtDdiVersionAvailable(0x06000000));
    EXPECT_TRUE(Import_RtlIsNtDdiVersionAvailable(Version.dwMajorVersion << 24 |
                                                  Version.dwMinorVersion << 16));
    EXPECT_FALSE(Import_RtlIsNtDdiVersionAvailable(0x0B000000));
    EXPECT_FALSE(Import_RtlIsNtDdiVersionAvailable(0x06000001)); // no service packs here
}

EXPORT_CASE(RtlVerifyVersionInfo, VerSetConditionMask) {
    RTL_OSVERSIONINFOEXW Wanted = {};
    Wanted.dwOSVersionInfoSize = sizeof Wanted;
    Wanted.dwMajorVersion = 6;
    Wanted.dwMinorVersion = 1;
    ULONGLONG Mask = Import_VerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL);
    Mask = Import_VerSetConditionMask(Mask, VER_MINORVERSION, VER_GREATER_EQUAL);
    const ULONG Both = VER_MAJORVERSION | VER_MINORVERSION;
    EXPECT_SUCCESS(Import_RtlVerifyVersionInfo(&Wanted, Both, Mask)); // 10.0 is more than 6.1
    Wanted.dwMajorVersion = 99;
    EXPECT_EQ(Import_RtlVerifyVersionInfo(&Wanted, Both, Mask), STATUS_REVISION_MISMATCH);
    EXPECT_EQ(Import_RtlVerifyVersionInfo(&Wanted, Both, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Import_RtlVerifyVersionInfo(&Wanted, 0, Mask), STATUS_INVALID_PARAMETER);
    Wanted.wProductType = VER_NT_SERVER;
    Mask = Import_VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL);
    EXPECT_EQ(Import_RtlVerifyVersionInfo(&Wanted, VER_PRODUCT_TYPE, Mask),
              STATUS_REVISION_MISMATCH);
    Wanted.wProductType = VER_NT_WORKSTATION;
    EXPECT_SUCCESS(Import_RtlVerifyVersionInfo(&Wanted, VER_PRODUCT_TYPE, Mask));
}
