// Well-known privileges and security identifiers.
#include "support/case.h"

extern "C" __declspec(dllimport) PSE_EXPORTS SeExports;

EXPORT_CASE(RtlEqualSid, SeExports) {
    static const SID LocalSystem = {SID_REVISION, 1, {{0, 0, 0, 0, 0, 5}}, {18}};
    EXPECT_TRUE(RtlEqualSid(SeExports->SeLocalSystemSid, (PSID)&LocalSystem));
    EXPECT_FALSE(RtlEqualSid(SeExports->SeWorldSid, SeExports->SeLocalSystemSid));
    EXPECT_EQ(RtlLengthSid(SeExports->SeAliasAdminsSid), 16);
    EXPECT_EQ(*RtlSubAuthoritySid(SeExports->SeAliasAdminsSid, 1), 544);
    EXPECT_EQ(SeExports->SeLoadDriverPrivilege.LowPart, 10);
    EXPECT_EQ(SeExports->SeDebugPrivilege.LowPart, 20);
}
