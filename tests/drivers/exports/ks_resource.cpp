// Resources of an image that a driver has in memory.
#include "ks_fixture.h"

extern "C" {
#include <ntimage.h>
}

// A resource section of the case's own making: type 10, name 3 and "NAME", one language.
namespace {
struct RESOURCES {
    ULONG Root[6];
    ULONG Names[8];
    ULONG Languages[2][6];
    ULONG Entries[2][4];
    USHORT NameLength;
    WCHAR Name[5];
    UCHAR Data[2][8];
};
struct IMAGE {
    UCHAR Dos[64];
    IMAGE_NT_HEADERS64 Headers;
    RESOURCES Resources;
};
} // namespace

static void MakeImage(IMAGE &Image) {
    RtlZeroMemory(&Image, sizeof Image);
    RESOURCES &Own = Image.Resources;
    Image.Dos[0] = 'M';
    Image.Dos[1] = 'Z';
    Image.Dos[0x3c] = FIELD_OFFSET(IMAGE, Headers);
    Image.Headers.Signature = IMAGE_NT_SIGNATURE;
    Image.Headers.FileHeader.Machine = 0x8664;
    Image.Headers.FileHeader.SizeOfOptionalHeader = sizeof(IMAGE_OPTIONAL_HEADER64);
    Image.Headers.OptionalHeader.Magic = 0x20b;
    Image.Headers.OptionalHeader.SizeOfImage = sizeof Image;
    Image.Headers.OptionalHeader.NumberOfRvaAndSizes = 16;
    Image.Headers.OptionalHeader.DataDirectory[2].VirtualAddress = FIELD_OFFSET(IMAGE, Resources);
    Image.Headers.OptionalHeader.DataDirectory[2].Size = sizeof Own;
    const ULONG Deeper = 0x80000000;
    Own.Root[3] = 1 << 16; // one numbered entry
    Own.Root[4] = 10;
    Own.Root[5] = FIELD_OFFSET(RESOURCES, Names) | Deeper;
    Own.Names[3] = 1 | 1 << 16; // one named, one numbered
    Own.Names[4] = FIELD_OFFSET(RESOURCES, NameLength) | Deeper;
    Own.Names[6] = 3;
    for (ULONG Index = 0; Index < 2; ++Index) {
        Own.Names[5 + 2 * Index] = (FIELD_OFFSET(RESOURCES, Languages) + 24 * Index) | Deeper;
        Own.Languages[Index][3] = 1 << 16;
        Own.Languages[Index][4] = 1033;
        Own.Languages[Index][5] = FIELD_OFFSET(RESOURCES, Entries) + 16 * Index;
        Own.Entries[Index][0] =
            FIELD_OFFSET(IMAGE, Resources) + FIELD_OFFSET(RESOURCES, Data) + 8 * Index;
        Own.Entries[Index][1] = 8 - Index;
        Own.Data[Index][0] = static_cast<UCHAR>(0xa0 + Index);
    }
    Own.NameLength = 4;
    RtlCopyMemory(Own.Name, L"NAME", 8);
}

EXPORT_CASE(KsLoadResource) {
    IMAGE *const Image =
        static_cast<IMAGE *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(IMAGE), 'esaC'));
    REQUIRE(Image != NULL);
    MakeImage(*Image);
    PVOID Found = NULL;
    ULONG Bytes = 0;
    if (EXPECT_SUCCESS(KsLoadResource(Image, PagedPool, 3, 10, &Found, &Bytes))) {
        EXPECT_EQ(Bytes, 7u);
        EXPECT_EQ(*static_cast<UCHAR *>(Found), 0xa1);
        ExFreePool(Found);
    }
    if (EXPECT_SUCCESS(KsLoadResource(Image, PagedPool, (ULONG_PTR)L"NAME", 10, &Found, NULL))) {
        EXPECT_EQ(*static_cast<UCHAR *>(Found), 0xa0);
        ExFreePool(Found);
    }
    EXPECT_EQ(KsLoadResource(Image, PagedPool, 4, 10, &Found, &Bytes),
              STATUS_RESOURCE_NAME_NOT_FOUND);
    EXPECT_EQ(KsLoadResource(Image, PagedPool, 3, 11, &Found, &Bytes),
              STATUS_RESOURCE_TYPE_NOT_FOUND);
    const ULONG_PTR Others[] = {(ULONG_PTR)L"NAM", (ULONG_PTR)L"NAMED", (ULONG_PTR)L"NAMO",
                                (ULONG_PTR)L"EMAN", (ULONG_PTR)L""};
    for (const ULONG_PTR Other : Others) {
        EXPECT_EQ(KsLoadResource(Image, PagedPool, Other, 10, &Found, &Bytes),
                  STATUS_RESOURCE_NAME_NOT_FOUND);
    }
    // What lies behind the last entry of a directory is no entry.
    Image->Resources.Names[0] = 77;
    EXPECT_EQ(KsLoadResource(Image, PagedPool, 3, 77, &Found, &Bytes),
              STATUS_RESOURCE_TYPE_NOT_FOUND);
    Image->Resources.Names[0] = 0;
    // A name out of the image is nobody's.
    const ULONG Name = Image->Resources.Names[4];
    Image->Resources.Names[4] = 0x80100000;
    EXPECT_EQ(KsLoadResource(Image, PagedPool, (ULONG_PTR)L"NAME", 10, &Found, &Bytes),
              STATUS_RESOURCE_NAME_NOT_FOUND);
    Image->Resources.Names[4] = Name;
    // Data that would lie out of the image.
    Image->Resources.Entries[1][1] = 0x10000;
    EXPECT_EQ(KsLoadResource(Image, PagedPool, 3, 10, &Found, &Bytes), STATUS_INVALID_IMAGE_FORMAT);
    EXPECT_EQ(Found, (PVOID)NULL);
    // What is no image, or has no resources.
    ULONG *const Size = &Image->Headers.OptionalHeader.DataDirectory[2].VirtualAddress;
    ULONG *const Directories = &Image->Headers.OptionalHeader.NumberOfRvaAndSizes;
    const auto Refused = [&] { return KsLoadResource(Image, PagedPool, 3, 10, &Found, &Bytes); };
    MakeImage(*Image);
    *Size = 0;
    EXPECT_EQ(Refused(), STATUS_RESOURCE_DATA_NOT_FOUND);
    MakeImage(*Image);
    *Directories = 2;
    EXPECT_EQ(Refused(), STATUS_RESOURCE_DATA_NOT_FOUND);
    *Directories = 3;
    if (EXPECT_SUCCESS(Refused())) {
        ExFreePool(Found);
    }
    Image->Headers.OptionalHeader.Magic = 0x10b;
    EXPECT_EQ(Refused(), STATUS_INVALID_IMAGE_FORMAT);
    MakeImage(*Image);
    Image->Headers.Signature = 0;
    EXPECT_EQ(Refused(), STATUS_INVALID_IMAGE_FORMAT);
    MakeImage(*Image);
    Image->Dos[0] = 'N';
    EXPECT_EQ(Refused(), STATUS_INVALID_IMAGE_FORMAT);
    ExFreePool(Image);
}

// Readable memory lies behind the image: what points there is refused for that alone.
EXPORT_CASE(KsLoadResource) {
    IMAGE *const Image = static_cast<IMAGE *>(ExAllocatePool(NonPagedPool, sizeof(IMAGE) + 64));
    REQUIRE(Image != NULL);
    RtlZeroMemory(Image + 1, 64);
    MakeImage(*Image);
    RESOURCES &Own = Image->Resources;
    ULONG &ImageBytes = Image->Headers.OptionalHeader.SizeOfImage;
    ULONG &Data = Own.Entries[1][0], &DataBytes = Own.Entries[1][1], &Entry = Own.Languages[1][5];
    const ULONG DataAt = FIELD_OFFSET(RESOURCES, Data), Deeper = 0x80000000;
    PVOID Found = NULL;
    const auto Load = [&] { return KsLoadResource(Image, PagedPool, 3, 10, &Found, NULL); };
    const auto Loads = [&] {
        if (EXPECT_SUCCESS(Load())) {
            ExFreePool(Found);
        }
        MakeImage(*Image);
    };
    const auto Refuses = [&] {
        EXPECT_EQ(Load(), STATUS_INVALID_IMAGE_FORMAT);
        MakeImage(*Image);
    };
    // Data at the very end, behind it, and across it.
    Data = sizeof(IMAGE) - 4, DataBytes = 4;
    Loads();
    Data = sizeof(IMAGE), DataBytes = 0;
    Loads();
    Data = sizeof(IMAGE) + 8, DataBytes = 4;
    Refuses();
    Data = sizeof(IMAGE) - 4, DataBytes = 5;
    Refuses();
    // The entry itself, likewise.
    ULONG *const Last = reinterpret_cast<ULONG *>(Own.Data);
    Last[0] = FIELD_OFFSET(IMAGE, Resources), Last[1] = 4;
    Entry = DataAt;
    ImageBytes = FIELD_OFFSET(IMAGE, Resources) + DataAt + sizeof Own.Data;
    Loads();
    Last[0] = FIELD_OFFSET(IMAGE, Resources), Last[1] = 4;
    Entry = DataAt;
    ImageBytes = FIELD_OFFSET(IMAGE, Resources) + DataAt + sizeof Own.Data - 1;
    Refuses();
    Entry = sizeof(IMAGE) - FIELD_OFFSET(IMAGE, Resources) + 16;
    Refuses();
    // A directory in the place of data, data in the place of the types' directory, and in the
    // place of the languages', where there need be none.
    Entry |= Deeper;
    Refuses();
    Own.Root[5] &= ~Deeper;
    Refuses();
    Own.Names[7] = Entry;
    Loads();
    // Directories that lie behind the image or reach across its end.
    Own.Root[5] = (sizeof(IMAGE) - FIELD_OFFSET(IMAGE, Resources)) | Deeper;
    Refuses();
    Own.Names[3] = 0xffff << 16, Own.Names[6] = 4;
    Refuses();
    ExFreePool(Image);
}
