// Music in clients' buffers; see adapter_music.h.
#include "adapter_music.h"

void CaseMusic::Add(const VOID *Head, ULONG HeadBytes, const VOID *Data, ULONG DataBytes,
                    ULONG Unit) {
    const ULONG All = (HeadBytes + DataBytes + Unit - 1) / Unit * Unit;
    if (!EXPECT_TRUE(Count + All <= sizeof Bytes))
        return;
    RtlCopyMemory(Bytes + Count, Head, HeadBytes);
    RtlCopyMemory(Bytes + Count + HeadBytes, Data, DataBytes);
    Count += All;
}

CaseMusic &CaseMusic::Midi(ULONG DeltaMs, const VOID *Data, ULONG DataBytes) {
    const KSMUSICFORMAT Head = {DeltaMs, DataBytes};
    Add(&Head, sizeof Head, Data, DataBytes, 4);
    return *this;
}

CaseMusic &CaseMusic::Direct(LONGLONG Delta100ns, ULONG Group, const VOID *Data, ULONG DataBytes) {
    const CASE_DIRECT_HEAD Head = {DataBytes, Group, Delta100ns, 1};
    Add(&Head, sizeof Head, Data, DataBytes, 8);
    return *this;
}

void CaseBytes::Add(const VOID *Data, ULONG More) {
    if (!EXPECT_TRUE(Count + More <= sizeof Bytes))
        return;
    RtlCopyMemory(Bytes + Count, Data, More);
    Count += More;
    if (Messages < SIZEOF_ARRAY(Sizes))
        Sizes[Messages] = More;
    ++Messages;
}

bool CaseBytes::Are(const VOID *Data, ULONG Expected) const {
    return Count == Expected && RtlCompareMemory(Bytes, Data, Expected) == Expected;
}
