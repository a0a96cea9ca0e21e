// An allocator's file object below a plain object, whose create item the case gives.
#pragma once

#include "ks_fixture.h"

class CaseAllocator {
  public:
    CaseAllocator(CASE_CONTEXT &Case, PDRIVER_DISPATCH CreateItem) : Plain_(Case, {}) {
        static WCHAR Name[] = KSSTRING_Allocator;
        EXPECT_SUCCESS(Plain_.Open(Parent_));
        EXPECT_SUCCESS(KsAddObjectCreateItemToObjectHeader(
            CasePlainDevice::Of(Parent_.Object)->Header, CreateItem, NULL, Name, NULL));
    }
    // Two frames of 64 bytes.
    NTSTATUS Create(ULONG Options) {
        KSALLOCATOR_FRAMING Framing = {};
        HANDLE Handle = NULL;
        Framing.OptionsFlags = Options;
        Framing.PoolType = NonPagedPool;
        Framing.Frames = 2;
        Framing.FrameSize = 64;
        const NTSTATUS Status = KsCreateAllocator(Parent_.Handle, &Framing, &Handle);
        if (!NT_SUCCESS(Status))
            return Status;
        File.Adopt(Handle);
        return CaseProperty(File, KSPROPSETID_StreamAllocator,
                            KSPROPERTY_STREAMALLOCATOR_FUNCTIONTABLE, KSPROPERTY_TYPE_GET, &Table,
                            sizeof Table);
    }
    KSSTREAMALLOCATOR_STATUS Status() {
        KSSTREAMALLOCATOR_STATUS Found = {};
        EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_StreamAllocator,
                                    KSPROPERTY_STREAMALLOCATOR_STATUS, KSPROPERTY_TYPE_GET, &Found,
                                    sizeof Found));
        return Found;
    }

  private:
    CasePlainDevice Plain_;
    CaseFile Parent_;

  public:
    CaseFile File;
    KSSTREAMALLOCATOR_FUNCTIONTABLE Table = {};
};
