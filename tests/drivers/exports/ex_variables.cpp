// Variables that the kernel exports.
#include "support/case.h"

extern "C" __declspec(dllimport) ULONG InitSafeBootMode;

EXPORT_CASE(InitSafeBootMode) {
    UNREFERENCED_PARAMETER(Case);
    EXPECT_EQ(InitSafeBootMode, 0);
}

extern "C" __declspec(dllimport) ULONG NtBuildNumber;

EXPORT_CASE(NtBuildNumber) {
    UNREFERENCED_PARAMETER(Case);
    ULONG Build = 0;
    PsGetVersion(NULL, NULL, &Build, NULL);
    EXPECT_EQ(NtBuildNumber, 0xf0000000 | Build);
}

EXPORT_CASE(NlsMbCodePageTag, NlsMbOemCodePageTag) {
    UNREFERENCED_PARAMETER(Case);
    EXPECT_EQ(NlsMbCodePageTag, FALSE);
    EXPECT_EQ(NlsMbOemCodePageTag, FALSE);
    // So a Unicode string has as many bytes in either code page as it has characters.
    UNICODE_STRING Text;
    RtlInitUnicodeString(&Text, L"abc");
    EXPECT_EQ(RtlUnicodeStringToAnsiSize(&Text), 4);
}
