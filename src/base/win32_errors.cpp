#include "base/win32_errors.h"

#include <algorithm>
#include <array>

namespace ksbox {

namespace {
struct Equivalent {
    std::uint32_t status;
    std::uint32_t win32;
};
constexpr std::uint32_t no_equivalent = 317; // ERROR_MR_MID_NOT_FOUND
constexpr std::array equivalents = {
    Equivalent{0x00000000, 0},    // STATUS_SUCCESS
    Equivalent{0x00000102, 1460}, // STATUS_TIMEOUT: ERROR_TIMEOUT
    Equivalent{0x00000103, 997},  // STATUS_PENDING: ERROR_IO_PENDING
    Equivalent{0x80000005, 234},  // STATUS_BUFFER_OVERFLOW: ERROR_MORE_DATA
    Equivalent{0x8000000D, 299},  // STATUS_PARTIAL_COPY
    Equivalent{0x80000011, 170},  // STATUS_DEVICE_BUSY: ERROR_BUSY
    Equivalent{0x8000001A, 259},  // STATUS_NO_MORE_ENTRIES
    Equivalent{0xC0000001, 31},   // STATUS_UNSUCCESSFUL: ERROR_GEN_FAILURE
    Equivalent{0xC0000002, 1},    // STATUS_NOT_IMPLEMENTED: ERROR_INVALID_FUNCTION
    Equivalent{0xC0000004, 24},   // STATUS_INFO_LENGTH_MISMATCH: ERROR_BAD_LENGTH
    Equivalent{0xC0000005, 998},  // STATUS_ACCESS_VIOLATION: ERROR_NOACCESS
    Equivalent{0xC0000008, 6},    // STATUS_INVALID_HANDLE
    Equivalent{0xC000000D, 87},   // STATUS_INVALID_PARAMETER
    Equivalent{0xC000000E, 2},    // STATUS_NO_SUCH_DEVICE: ERROR_FILE_NOT_FOUND
    Equivalent{0xC000000F, 2},    // STATUS_NO_SUCH_FILE
    Equivalent{0xC0000010, 1},    // STATUS_INVALID_DEVICE_REQUEST: ERROR_INVALID_FUNCTION
    Equivalent{0xC0000011, 38},   // STATUS_END_OF_FILE: ERROR_HANDLE_EOF
    Equivalent{0xC0000017, 8},    // STATUS_NO_MEMORY
    Equivalent{0xC0000022, 5},    // STATUS_ACCESS_DENIED
    Equivalent{0xC0000023, 122},  // STATUS_BUFFER_TOO_SMALL: ERROR_INSUFFICIENT_BUFFER
    Equivalent{0xC0000024, 6},    // STATUS_OBJECT_TYPE_MISMATCH
    Equivalent{0xC0000033, 123},  // STATUS_OBJECT_NAME_INVALID: ERROR_INVALID_NAME
    Equivalent{0xC0000034, 2},    // STATUS_OBJECT_NAME_NOT_FOUND
    Equivalent{0xC0000035, 183},  // STATUS_OBJECT_NAME_COLLISION: ERROR_ALREADY_EXISTS
    Equivalent{0xC000003A, 3},    // STATUS_OBJECT_PATH_NOT_FOUND
    Equivalent{0xC0000043, 32},   // STATUS_SHARING_VIOLATION
    Equivalent{0xC0000056, 5},    // STATUS_DELETE_PENDING: ERROR_ACCESS_DENIED
    Equivalent{0xC000009A, 1450}, // STATUS_INSUFFICIENT_RESOURCES: ERROR_NO_SYSTEM_RESOURCES
    Equivalent{0xC000009D, 1167}, // STATUS_DEVICE_NOT_CONNECTED
    Equivalent{0xC00000A3, 21},   // STATUS_DEVICE_NOT_READY: ERROR_NOT_READY
    Equivalent{0xC00000B5, 121},  // STATUS_IO_TIMEOUT: ERROR_SEM_TIMEOUT
    Equivalent{0xC00000BB, 50},   // STATUS_NOT_SUPPORTED
    Equivalent{0xC0000120, 995},  // STATUS_CANCELLED: ERROR_OPERATION_ABORTED
    Equivalent{0xC0000184, 22},   // STATUS_INVALID_DEVICE_STATE: ERROR_BAD_COMMAND
    Equivalent{0xC0000185, 1117}, // STATUS_IO_DEVICE_ERROR
    Equivalent{0xC0000206, 1784}, // STATUS_INVALID_BUFFER_SIZE: ERROR_INVALID_USER_BUFFER
    Equivalent{0xC0000225, 1168}, // STATUS_NOT_FOUND: ERROR_NOT_FOUND
    Equivalent{0xC0000230, 1170}, // STATUS_PROPSET_NOT_FOUND: ERROR_SET_NOT_FOUND
    Equivalent{0xC0000236, 1225}, // STATUS_CONNECTION_REFUSED
    Equivalent{0xC0000272, 1169}, // STATUS_NO_MATCH: ERROR_NO_MATCH
    Equivalent{0xC00002B6, 1617}, // STATUS_DEVICE_REMOVED: ERROR_DEVICE_REMOVED
};
} // namespace

std::uint32_t win32_of_status(std::int32_t status) {
    const auto *found =
        std::ranges::find(equivalents, static_cast<std::uint32_t>(status), &Equivalent::status);
    return found == equivalents.end() ? no_equivalent : found->win32;
}

std::uint32_t hresult_of_status(std::int32_t status) {
    if (status >= 0)
        return 0;
    std::uint32_t win32 = win32_of_status(status);
    return win32 == no_equivalent ? static_cast<std::uint32_t>(status) | 0x1000'0000
                                  : 0x8007'0000 | win32;
}

} // namespace ksbox
