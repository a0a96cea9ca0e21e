// What major and minor functions and control codes are called, for traces and reports.
#include <algorithm>
#include <array>

#include "nt/io/io_manager.h"

namespace ksbox::io {

namespace {

constexpr const char *majors[] = {
    "IRP_MJ_CREATE",
    "IRP_MJ_CREATE_NAMED_PIPE",
    "IRP_MJ_CLOSE",
    "IRP_MJ_READ",
    "IRP_MJ_WRITE",
    "IRP_MJ_QUERY_INFORMATION",
    "IRP_MJ_SET_INFORMATION",
    "IRP_MJ_QUERY_EA",
    "IRP_MJ_SET_EA",
    "IRP_MJ_FLUSH_BUFFERS",
    "IRP_MJ_QUERY_VOLUME_INFORMATION",
    "IRP_MJ_SET_VOLUME_INFORMATION",
    "IRP_MJ_DIRECTORY_CONTROL",
    "IRP_MJ_FILE_SYSTEM_CONTROL",
    "IRP_MJ_DEVICE_CONTROL",
    "IRP_MJ_INTERNAL_DEVICE_CONTROL",
    "IRP_MJ_SHUTDOWN",
    "IRP_MJ_LOCK_CONTROL",
    "IRP_MJ_CLEANUP",
    "IRP_MJ_CREATE_MAILSLOT",
    "IRP_MJ_QUERY_SECURITY",
    "IRP_MJ_SET_SECURITY",
    "IRP_MJ_POWER",
    "IRP_MJ_SYSTEM_CONTROL",
    "IRP_MJ_DEVICE_CHANGE",
    "IRP_MJ_QUERY_QUOTA",
    "IRP_MJ_SET_QUOTA",
    "IRP_MJ_PNP",
};
static_assert(std::size(majors) == IRP_MJ_MAXIMUM_FUNCTION + 1);

constexpr const char *pnp_minors[] = {
    "IRP_MN_START_DEVICE",
    "IRP_MN_QUERY_REMOVE_DEVICE",
    "IRP_MN_REMOVE_DEVICE",
    "IRP_MN_CANCEL_REMOVE_DEVICE",
    "IRP_MN_STOP_DEVICE",
    "IRP_MN_QUERY_STOP_DEVICE",
    "IRP_MN_CANCEL_STOP_DEVICE",
    "IRP_MN_QUERY_DEVICE_RELATIONS",
    "IRP_MN_QUERY_INTERFACE",
    "IRP_MN_QUERY_CAPABILITIES",
    "IRP_MN_QUERY_RESOURCES",
    "IRP_MN_QUERY_RESOURCE_REQUIREMENTS",
    "IRP_MN_QUERY_DEVICE_TEXT",
    "IRP_MN_FILTER_RESOURCE_REQUIREMENTS",
    "",
    "IRP_MN_READ_CONFIG",
    "IRP_MN_WRITE_CONFIG",
    "IRP_MN_EJECT",
    "IRP_MN_SET_LOCK",
    "IRP_MN_QUERY_ID",
    "IRP_MN_QUERY_PNP_DEVICE_STATE",
    "IRP_MN_QUERY_BUS_INFORMATION",
    "IRP_MN_DEVICE_USAGE_NOTIFICATION",
    "IRP_MN_SURPRISE_REMOVAL",
    "",
    "IRP_MN_DEVICE_ENUMERATED",
};

constexpr const char *power_minors[] = {
    "IRP_MN_WAIT_WAKE",
    "IRP_MN_POWER_SEQUENCE",
    "IRP_MN_SET_POWER",
    "IRP_MN_QUERY_POWER",
};

struct ControlName {
    ULONG code;
    std::string_view name;
};

constexpr ControlName control_names[] = {
    {IOCTL_KS_PROPERTY, "IOCTL_KS_PROPERTY"},
    {IOCTL_KS_ENABLE_EVENT, "IOCTL_KS_ENABLE_EVENT"},
    {IOCTL_KS_DISABLE_EVENT, "IOCTL_KS_DISABLE_EVENT"},
    {IOCTL_KS_METHOD, "IOCTL_KS_METHOD"},
    {IOCTL_KS_WRITE_STREAM, "IOCTL_KS_WRITE_STREAM"},
    {IOCTL_KS_READ_STREAM, "IOCTL_KS_READ_STREAM"},
    {IOCTL_KS_RESET_STATE, "IOCTL_KS_RESET_STATE"},
    {IOCTL_KS_HANDSHAKE, "IOCTL_KS_HANDSHAKE"},
};

} // namespace

const char *major_function_name(UCHAR major) {
    return major <= IRP_MJ_MAXIMUM_FUNCTION ? majors[major] : "IRP_MJ_?";
}

const char *minor_function_name(UCHAR major, UCHAR minor) {
    if (major == IRP_MJ_PNP && minor < std::size(pnp_minors))
        return pnp_minors[minor];
    if (major == IRP_MJ_POWER && minor < std::size(power_minors))
        return power_minors[minor];
    return "";
}

std::string_view control_code_name(ULONG code) {
    const auto *found = std::ranges::find(control_names, code, &ControlName::code);
    return found == std::end(control_names) ? std::string_view() : found->name;
}

} // namespace ksbox::io
