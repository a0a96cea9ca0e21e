// Well-known privileges and security identifiers.
#include "support/case.h"

extern "C" __declspec(dllimport) PSE_EXPORTS ImportedExports IMPORT_OF(SeExports);

EXPORT_CASE(RtlEqualSid, SeExports) {
    static const SID LocalSystem = {SID_REVISION, 1, {{0, 0, 0, 0, 0, 5}}, {18}};
    EXPECT_TRUE(RtlEqualSid(ImportedExports->SeLocalSystemSid, (PSID)&LocalSystem));
    EXPECT_FALSE(RtlEqualSid(ImportedExports->SeWorldSid, ImportedExports->SeLocalSystemSid));
    EXPECT_EQ(RtlLengthSid(ImportedExports->SeAliasAdminsSid), 16);
    EXPECT_EQ(*RtlSubAuthoritySid(ImportedExports->SeAliasAdminsSid, 1), 544);
    EXPECT_EQ(ImportedExports->SeLoadDriverPrivilege.LowPart, 10);
    EXPECT_EQ(ImportedExports->SeDebugPrivilege.LowPart, 20);
}
