#include "nt/fs/volume_information.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace ksbox::fs {
namespace {

// The host's real numbers would differ from run to run: a half-empty drive of 64 GiB.
constexpr LONGLONG total_units = 64ll << 18, free_units = 32ll << 18;
constexpr ULONG sectors_per_unit = 8, bytes_per_sector = 512;
constexpr ULONG serial_number = 0x6B'73'62'78; // "ksbx"
constexpr ULONG longest_component = 255;

LARGE_INTEGER large(LONGLONG value) {
    LARGE_INTEGER out;
    out.QuadPart = value;
    return out;
}

NTSTATUS put(void *buffer, ULONG length, ULONG *written, const void *fixed, ULONG fixed_bytes,
             std::u16string_view name = {}) {
    *written = 0;
    if (length < fixed_bytes)
        return STATUS_INFO_LENGTH_MISMATCH;
    const auto name_bytes = static_cast<ULONG>(name.size() * sizeof(WCHAR));
    const ULONG kept = std::min(name_bytes, length - fixed_bytes);
    std::memcpy(buffer, fixed, fixed_bytes);
    if (kept)
        std::memcpy(static_cast<std::byte *>(buffer) + fixed_bytes, name.data(), kept);
    *written = fixed_bytes + kept;
    return kept < name_bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

} // namespace

NTSTATUS query_volume(FS_INFORMATION_CLASS information_class, void *buffer, ULONG length,
                      ULONG *written) {
    const auto all = [&](const auto &body) {
        return put(buffer, length, written, &body, sizeof body);
    };
    switch (information_class) {
    case FileFsVolumeInformation: {
        constexpr std::u16string_view label = u"ksbox";
        FILE_FS_VOLUME_INFORMATION volume{};
        volume.VolumeSerialNumber = serial_number;
        volume.VolumeLabelLength = static_cast<ULONG>(label.size() * sizeof(WCHAR));
        return put(buffer, length, written, &volume,
                   offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel), label);
    }
    case FileFsSizeInformation:
        return all(FILE_FS_SIZE_INFORMATION{large(total_units), large(free_units), sectors_per_unit,
                                            bytes_per_sector});
    case FileFsFullSizeInformation:
        return all(FILE_FS_FULL_SIZE_INFORMATION{large(total_units), large(free_units),
                                                 large(free_units), sectors_per_unit,
                                                 bytes_per_sector});
    case FileFsDeviceInformation:
        return all(FILE_FS_DEVICE_INFORMATION{FILE_DEVICE_DISK, FILE_DEVICE_IS_MOUNTED});
    case FileFsAttributeInformation: {
        constexpr std::u16string_view name = u"NTFS"; // what drivers know how to treat
        FILE_FS_ATTRIBUTE_INFORMATION attributes{};
        attributes.FileSystemAttributes = FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK;
        attributes.MaximumComponentNameLength = longest_component;
        attributes.FileSystemNameLength = static_cast<ULONG>(name.size() * sizeof(WCHAR));
        return put(buffer, length, written, &attributes,
                   offsetof(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName), name);
    }
    default:
        *written = 0;
        return STATUS_INVALID_INFO_CLASS;
    }
}

} // namespace ksbox::fs
