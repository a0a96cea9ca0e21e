// One-time initialisation.
#include "support/case.h"

static ULONG Calls;

static ULONG NTAPI Initialize(PRTL_RUN_ONCE, PVOID Parameter, PVOID *Context) {
    ++Calls;
    *Context = Parameter;
    return Parameter != nullptr;
}

EXPORT_CASE(RtlRunOnceInitialize, RtlRunOnceExecuteOnce) {
    RTL_RUN_ONCE Once;
    PVOID Context = nullptr;
    RtlRunOnceInitialize(&Once);
    Calls = 0;
    EXPECT_FALSE(NT_SUCCESS(RtlRunOnceExecuteOnce(&Once, Initialize, nullptr, &Context)));
    EXPECT_SUCCESS(RtlRunOnceExecuteOnce(&Once, Initialize, &Case, &Context)); // tries again
    EXPECT_EQ(Context, &Case);
    Context = nullptr;
    EXPECT_SUCCESS(RtlRunOnceExecuteOnce(&Once, Initialize, nullptr, &Context));
    EXPECT_EQ(Context, &Case);
    EXPECT_EQ(Calls, 2);
}

EXPORT_CASE(RtlRunOnceBeginInitialize, RtlRunOnceComplete) {
    RTL_RUN_ONCE Once = {};
    PVOID Context = nullptr;
    EXPECT_FALSE(NT_SUCCESS(RtlRunOnceBeginInitialize(&Once, RTL_RUN_ONCE_CHECK_ONLY, &Context)));
    EXPECT_EQ(RtlRunOnceBeginInitialize(&Once, 0, &Context), STATUS_PENDING);
    {
        // Another thread waits for the first.
        CaseThread Second([&] {
            PVOID Seen = nullptr;
            EXPECT_SUCCESS(RtlRunOnceBeginInitialize(&Once, 0, &Seen));
            EXPECT_EQ(Seen, &Once);
        });
        CaseSleep(10);
        EXPECT_SUCCESS(RtlRunOnceComplete(&Once, 0, &Once));
    }
    EXPECT_SUCCESS(RtlRunOnceBeginInitialize(&Once, RTL_RUN_ONCE_CHECK_ONLY, &Context));
    EXPECT_EQ(Context, &Once);
    EXPECT_EQ(RtlRunOnceComplete(&Once, 0, &Once), STATUS_UNSUCCESSFUL);
    // Asynchronous: two may try, one is first.
    Once.Ptr = nullptr;
    EXPECT_EQ(RtlRunOnceBeginInitialize(&Once, RTL_RUN_ONCE_ASYNC, &Context), STATUS_PENDING);
    EXPECT_EQ(RtlRunOnceBeginInitialize(&Once, RTL_RUN_ONCE_ASYNC, &Context), STATUS_PENDING);
    EXPECT_SUCCESS(RtlRunOnceComplete(&Once, RTL_RUN_ONCE_ASYNC, &Once));
    EXPECT_EQ(RtlRunOnceComplete(&Once, RTL_RUN_ONCE_ASYNC, &Case), STATUS_UNSUCCESSFUL);
}
