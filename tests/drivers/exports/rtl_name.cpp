// Names and wildcards.
#include "support/case.h"
#include "support/import.h"

IMPORT(BOOLEAN, FsRtlIsNameInExpression, PUNICODE_STRING, PUNICODE_STRING, BOOLEAN, PWCHAR);
IMPORT(BOOLEAN, FsRtlDoesNameContainWildCards, PUNICODE_STRING);

EXPORT_CASE(FsRtlIsNameInExpression, FsRtlDoesNameContainWildCards) {
    UNICODE_STRING Pattern = CaseString(L"*.TXT"), Name = CaseString(L"a.b.txt"), None = {};
    EXPECT_TRUE(Import_FsRtlIsNameInExpression(&Pattern, &Name, TRUE, nullptr));
    EXPECT_FALSE(Import_FsRtlIsNameInExpression(&Pattern, &Name, FALSE, nullptr));
    Name = CaseString(L"a.txt2");
    EXPECT_FALSE(Import_FsRtlIsNameInExpression(&Pattern, &Name, TRUE, nullptr));
    EXPECT_FALSE(Import_FsRtlIsNameInExpression(&Pattern, &None, TRUE, nullptr));
    EXPECT_TRUE(Import_FsRtlIsNameInExpression(&None, &None, TRUE, nullptr));
    EXPECT_TRUE(Import_FsRtlDoesNameContainWildCards(&Pattern));
    EXPECT_FALSE(Import_FsRtlDoesNameContainWildCards(&Name));
}
