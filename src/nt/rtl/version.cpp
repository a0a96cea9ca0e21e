#include "nt/rtl/version.h"

namespace ksbox::rtl {

WindowsVersion windows_version(unsigned number) {
    switch (number) {
    case 600:
        return {6, 0, 6002, 2};
    case 601:
        return {6, 1, 7601, 1};
    case 602:
        return {6, 2, 9200, 0};
    case 603:
        return {6, 3, 9600, 0};
    default:
        return {number / 100, number % 100, 19045, 0};
    }
}

NTSTATUS describe_version(const WindowsVersion &version, RTL_OSVERSIONINFOW &information) {
    const ULONG size = information.dwOSVersionInfoSize;
    if (size != sizeof(RTL_OSVERSIONINFOW) && size != sizeof(RTL_OSVERSIONINFOEXW))
        return STATUS_INVALID_PARAMETER;
    std::memset(&information, 0, size);
    information.dwOSVersionInfoSize = size;
    information.dwMajorVersion = version.major;
    information.dwMinorVersion = version.minor;
    information.dwBuildNumber = version.build;
    information.dwPlatformId = 2; // VER_PLATFORM_WIN32_NT
    if (version.service_pack) {
        std::memcpy(information.szCSDVersion, u"Service Pack 0", sizeof u"Service Pack 0");
        information.szCSDVersion[13] = static_cast<WCHAR>(u'0' + version.service_pack);
    }
    if (size == sizeof(RTL_OSVERSIONINFOEXW)) {
        auto &extended = reinterpret_cast<RTL_OSVERSIONINFOEXW &>(information);
        extended.wServicePackMajor = static_cast<USHORT>(version.service_pack);
        extended.wSuiteMask = 0x0100; // VER_SUITE_SINGLEUSERTS
        extended.wProductType = 1;    // VER_NT_WORKSTATION
    }
    return STATUS_SUCCESS;
}

bool ddi_available(const WindowsVersion &version, ULONG ddi_version) {
    // Service pack and sub-version bits are not for this question.
    if (ddi_version & 0xFFFF)
        return false;
    return (version.major << 24 | version.minor << 16) >= ddi_version;
}

} // namespace ksbox::rtl
