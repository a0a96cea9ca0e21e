// Section objects and views of them, in system and client memory.
#include "support/case.h"

namespace {
HANDLE MakeSection(LONGLONG Bytes, ULONG Protection, HANDLE File = nullptr) {
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, nullptr, OBJ_KERNEL_HANDLE, nullptr, nullptr);
    LARGE_INTEGER Size;
    Size.QuadPart = Bytes;
    HANDLE Section = nullptr;
    EXPECT_SUCCESS(ZwCreateSection(&Section, SECTION_ALL_ACCESS, &Attributes,
                                   Bytes ? &Size : nullptr, Protection, SEC_COMMIT, File));
    return Section;
}
} // namespace

EXPORT_CASE(ZwCreateSection, ZwOpenSection) {
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"\\BaseNamedObjects\\CaseSection");
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, nullptr, nullptr);
    HANDLE Section = nullptr, Opened = nullptr;
    LARGE_INTEGER Size;
    Size.QuadPart = 0x5000;
    EXPECT_EQ(ZwOpenSection(&Opened, SECTION_MAP_READ, &Attributes), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(ZwCreateSection(&Section, SECTION_ALL_ACCESS, &Attributes, nullptr, PAGE_READWRITE,
                              SEC_COMMIT, nullptr),
              STATUS_INVALID_PARAMETER_4);
    EXPECT_EQ(ZwCreateSection(&Section, SECTION_ALL_ACCESS, &Attributes, &Size, 0x1234, SEC_COMMIT,
                              nullptr),
              STATUS_INVALID_PAGE_PROTECTION);
    REQUIRE_SUCCESS(ZwCreateSection(&Section, SECTION_ALL_ACCESS, &Attributes, &Size,
                                    PAGE_READWRITE, SEC_COMMIT, nullptr));
    EXPECT_EQ(ZwCreateSection(&Opened, SECTION_ALL_ACCESS, &Attributes, &Size, PAGE_READWRITE,
                              SEC_COMMIT, nullptr),
              STATUS_OBJECT_NAME_COLLISION);
    REQUIRE_SUCCESS(ZwOpenSection(&Opened, SECTION_MAP_READ, &Attributes));
    // The handle's access limits the views.
    PVOID Base = nullptr;
    SIZE_T Bytes = 0;
    EXPECT_EQ(ZwMapViewOfSection(Opened, NtCurrentProcess(), &Base, 0, 0, nullptr, &Bytes,
                                 ViewUnmap, 0, PAGE_READWRITE),
              STATUS_ACCESS_DENIED);
    EXPECT_SUCCESS(ZwClose(Opened));
    EXPECT_SUCCESS(ZwClose(Section));
    EXPECT_EQ(ZwOpenSection(&Opened, SECTION_MAP_READ, &Attributes), STATUS_OBJECT_NAME_NOT_FOUND);
}

// Two views of the same pages, one of them in the client's memory.
EXPORT_CASE(ZwMapViewOfSection, ZwUnmapViewOfSection, MmMapViewInSystemSpace,
            MmUnmapViewInSystemSpace) {
    HANDLE Section = MakeSection(0x30000, PAGE_READWRITE);
    PVOID Object = nullptr;
    REQUIRE_SUCCESS(ObReferenceObjectByHandle(Section, SECTION_MAP_READ, nullptr, KernelMode,
                                              &Object, nullptr));
    PVOID System = nullptr, Client = nullptr, Part = nullptr;
    SIZE_T SystemBytes = 0, ClientBytes = 0, PartBytes = 100;
    REQUIRE_SUCCESS(MmMapViewInSystemSpace(Object, &System, &SystemBytes));
    EXPECT_EQ(SystemBytes, 0x30000);
    EXPECT_TRUE(System >= MmSystemRangeStart);
    REQUIRE_SUCCESS(ZwMapViewOfSection(Section, NtCurrentProcess(), &Client, 0, 0, nullptr,
                                       &ClientBytes, ViewUnmap, 0, PAGE_READWRITE));
    EXPECT_TRUE(Client < MmHighestUserAddress);
    EXPECT_EQ((ULONG_PTR)Client % 0x10000, 0);
    LARGE_INTEGER Offset;
    Offset.QuadPart = 0x10123; // rounded down
    REQUIRE_SUCCESS(ZwMapViewOfSection(Section, NtCurrentProcess(), &Part, 0, 0, &Offset,
                                       &PartBytes, ViewUnmap, 0, PAGE_READONLY));
    EXPECT_EQ(Offset.QuadPart, 0x10000);
    EXPECT_EQ(PartBytes, PAGE_SIZE);
    static_cast<PUCHAR>(System)[0x10004] = 0x5c;
    EXPECT_EQ(static_cast<PUCHAR>(Client)[0x10004], 0x5c);
    EXPECT_EQ(static_cast<PUCHAR>(Part)[4], 0x5c);

    // Where something is, nothing else goes; beyond the end there is nothing.
    PVOID Taken = Client;
    SIZE_T Bytes = 0;
    EXPECT_EQ(ZwMapViewOfSection(Section, NtCurrentProcess(), &Taken, 0, 0, nullptr, &Bytes,
                                 ViewUnmap, 0, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    Taken = nullptr;
    Bytes = 0x40000;
    EXPECT_EQ(ZwMapViewOfSection(Section, NtCurrentProcess(), &Taken, 0, 0, nullptr, &Bytes,
                                 ViewUnmap, 0, PAGE_READWRITE),
              STATUS_INVALID_VIEW_SIZE);
    Bytes = 0;
    EXPECT_EQ(ZwMapViewOfSection(Section, NtCurrentProcess(), &Taken, 0, 0, nullptr, &Bytes,
                                 ViewUnmap, 0, PAGE_EXECUTE_READ),
              STATUS_SECTION_PROTECTION);

    EXPECT_SUCCESS(ZwUnmapViewOfSection(NtCurrentProcess(), (PUCHAR)Client + 5));
    EXPECT_FALSE(NT_SUCCESS(ZwUnmapViewOfSection(NtCurrentProcess(), Client)));
    EXPECT_SUCCESS(ZwUnmapViewOfSection(NtCurrentProcess(), Part));
    // At an address of the caller's.
    Taken = Client;
    Bytes = 0;
    EXPECT_SUCCESS(ZwMapViewOfSection(Section, NtCurrentProcess(), &Taken, 0, 0, nullptr, &Bytes,
                                      ViewUnmap, 0, PAGE_READWRITE));
    EXPECT_EQ(Taken, Client);
    EXPECT_SUCCESS(ZwUnmapViewOfSection(NtCurrentProcess(), Taken));
    EXPECT_SUCCESS(ZwClose(Section));
    ObDereferenceObject(Object);
    EXPECT_EQ(static_cast<PUCHAR>(System)[0x10004], 0x5c); // the view holds the section
    EXPECT_SUCCESS(MmUnmapViewInSystemSpace(System));
}

// A file's section shows the file, and what is written reaches it.
EXPORT_CASE(ZwCreateSection, ZwMapViewOfSection) {
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"\\SystemRoot\\case_section.bin");
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, nullptr, nullptr);
    HANDLE File = nullptr;
    IO_STATUS_BLOCK Block;
    REQUIRE_SUCCESS(ZwCreateFile(&File, GENERIC_READ | GENERIC_WRITE | DELETE | SYNCHRONIZE,
                                 &Attributes, &Block, nullptr, FILE_ATTRIBUTE_NORMAL, 0,
                                 FILE_SUPERSEDE,
                                 FILE_SYNCHRONOUS_IO_NONALERT | FILE_DELETE_ON_CLOSE, nullptr, 0));
    HANDLE Section = nullptr;
    EXPECT_EQ(ZwCreateSection(&Section, SECTION_ALL_ACCESS, nullptr, nullptr, PAGE_READWRITE,
                              SEC_COMMIT, File),
              STATUS_MAPPED_FILE_SIZE_ZERO);
    UCHAR Text[5000];
    RtlFillMemory(Text, sizeof Text, 'x');
    LARGE_INTEGER Begin = {};
    REQUIRE_SUCCESS(
        ZwWriteFile(File, nullptr, nullptr, nullptr, &Block, Text, sizeof Text, &Begin, nullptr));
    LARGE_INTEGER TooBig;
    TooBig.QuadPart = 100000;
    EXPECT_EQ(ZwCreateSection(&Section, SECTION_ALL_ACCESS, nullptr, &TooBig, PAGE_READONLY,
                              SEC_COMMIT, File),
              STATUS_SECTION_TOO_BIG);
    Section = MakeSection(0, PAGE_READWRITE, File);
    PVOID View = nullptr;
    SIZE_T Bytes = 0;
    REQUIRE_SUCCESS(ZwMapViewOfSection(Section, NtCurrentProcess(), &View, 0, 0, nullptr, &Bytes,
                                       ViewUnmap, 0, PAGE_READWRITE));
    EXPECT_EQ(Bytes, 2 * PAGE_SIZE);
    EXPECT_EQ(static_cast<PUCHAR>(View)[4999], 'x');
    EXPECT_EQ(static_cast<PUCHAR>(View)[5000], 0);
    static_cast<PUCHAR>(View)[1] = 'y';
    EXPECT_SUCCESS(ZwUnmapViewOfSection(NtCurrentProcess(), View));
    EXPECT_SUCCESS(ZwClose(Section));
    EXPECT_SUCCESS(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Text, 2, &Begin, nullptr));
    EXPECT_EQ(Text[1], 'y');
    EXPECT_SUCCESS(ZwClose(File));
}

EXPORT_CASE(MmCreateSection, MmMapViewOfSection, MmUnmapViewOfSection) {
    PVOID Section = nullptr, View = nullptr;
    LARGE_INTEGER Size;
    Size.QuadPart = PAGE_SIZE;
    SIZE_T Bytes = 0;
    REQUIRE_SUCCESS(MmCreateSection(&Section, SECTION_ALL_ACCESS, nullptr, &Size, PAGE_READWRITE,
                                    SEC_COMMIT, nullptr, nullptr));
    REQUIRE_SUCCESS(MmMapViewOfSection(Section, PsGetCurrentProcess(), &View, 0, 0, nullptr, &Bytes,
                                       ViewUnmap, 0, PAGE_READWRITE));
    EXPECT_EQ(static_cast<PUCHAR>(View)[7], 0);
    EXPECT_SUCCESS(MmUnmapViewOfSection(PsGetCurrentProcess(), View));
    EXPECT_EQ(MmUnmapViewOfSection(PsGetCurrentProcess(), View), STATUS_NOT_MAPPED_VIEW);
    ObDereferenceObject(Section);
}

// Secured, a view stays.
EXPORT_CASE(MmSecureVirtualMemory, MmUnsecureVirtualMemory) {
    HANDLE Section = MakeSection(0x10000, PAGE_READWRITE);
    PVOID View = nullptr;
    SIZE_T Bytes = 0;
    REQUIRE_SUCCESS(ZwMapViewOfSection(Section, NtCurrentProcess(), &View, 0, 0, nullptr, &Bytes,
                                       ViewUnmap, 0, PAGE_READONLY));
    EXPECT_EQ(MmSecureVirtualMemory(View, 64, PAGE_READWRITE), nullptr); // it is not writable
    HANDLE Secure = MmSecureVirtualMemory(View, 64, PAGE_READONLY);
    REQUIRE(Secure != nullptr);
    EXPECT_FALSE(NT_SUCCESS(ZwUnmapViewOfSection(NtCurrentProcess(), View)));
    MmUnsecureVirtualMemory(Secure);
    EXPECT_SUCCESS(ZwUnmapViewOfSection(NtCurrentProcess(), View));
    EXPECT_EQ(MmSecureVirtualMemory(View, 64, PAGE_READONLY), nullptr);
    EXPECT_SUCCESS(ZwClose(Section));
}

EXPORT_CASE(ZwAllocateVirtualMemory, ZwFreeVirtualMemory) {
    PVOID Base = nullptr;
    SIZE_T Bytes = 100;
    EXPECT_EQ(ZwAllocateVirtualMemory(NtCurrentProcess(), &Base, 0, &Bytes, 0, PAGE_READWRITE),
              STATUS_INVALID_PARAMETER_5);
    REQUIRE_SUCCESS(ZwAllocateVirtualMemory(NtCurrentProcess(), &Base, 0, &Bytes,
                                            MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    EXPECT_EQ(Bytes, PAGE_SIZE);
    EXPECT_TRUE(Base < MmHighestUserAddress);
    EXPECT_EQ(static_cast<PUCHAR>(Base)[99], 0);
    static_cast<PUCHAR>(Base)[99] = 1;
    HANDLE Secure = MmSecureVirtualMemory(Base, 8, PAGE_READWRITE);
    EXPECT_NE(Secure, nullptr);
    Bytes = 0;
    EXPECT_FALSE(NT_SUCCESS(ZwFreeVirtualMemory(NtCurrentProcess(), &Base, &Bytes, MEM_RELEASE)));
    MmUnsecureVirtualMemory(Secure);
    Bytes = 0;
    EXPECT_SUCCESS(ZwFreeVirtualMemory(NtCurrentProcess(), &Base, &Bytes, MEM_RELEASE));
    EXPECT_EQ(Bytes, PAGE_SIZE);
    Bytes = 0;
    EXPECT_EQ(ZwFreeVirtualMemory(NtCurrentProcess(), &Base, &Bytes, MEM_RELEASE),
              STATUS_MEMORY_NOT_ALLOCATED);
}
