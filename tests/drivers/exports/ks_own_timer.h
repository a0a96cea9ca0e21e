// A clock owner's own time and timer, which a case moves by hand.
#pragma once

#include "ks_fixture.h"

struct CaseOwnTimer {
    LONGLONG Now = 0;
    PKDPC Dpc = NULL; // of the timer that is set
    LONGLONG Due = 0; // as it was set last
    LONG Sets = 0, Cancels = 0;

    // For KsAllocateDefaultClockEx, with the timer as context.
    static BOOLEAN NTAPI Set(PVOID Context, PKTIMER Timer, LARGE_INTEGER Due, PKDPC Dpc) {
        CaseOwnTimer *Self = static_cast<CaseOwnTimer *>(Context);
        EXPECT_TRUE(Timer != NULL);
        const BOOLEAN WasSet = Self->Dpc != NULL;
        ++Self->Sets;
        Self->Dpc = Dpc;
        Self->Due = Due.QuadPart;
        return WasSet;
    }
    static BOOLEAN NTAPI Cancel(PVOID Context, PKTIMER Timer) {
        CaseOwnTimer *Self = static_cast<CaseOwnTimer *>(Context);
        EXPECT_TRUE(Timer != NULL);
        const BOOLEAN WasSet = Self->Dpc != NULL;
        ++Self->Cancels;
        Self->Dpc = NULL;
        return WasSet;
    }
    static LONGLONG FASTCALL GetTime(PVOID Context, PLONGLONG SystemTime) {
        *SystemTime = 3;
        return static_cast<CaseOwnTimer *>(Context)->Now;
    }
    // The timer expires at that time.
    void Reach(LONGLONG Time) {
        Now = Time;
        const PKDPC Expired = Dpc;
        Dpc = NULL;
        if (EXPECT_TRUE(Expired != NULL))
            EXPECT_TRUE(KeInsertQueueDpc(Expired, NULL, NULL));
        KeFlushQueuedDpcs();
    }
};
