// Capturing what callers point at.
#include "nt/ob/object_attributes.h"

#include <cstring>

#include "nt/kernel.h"
#include "nt/mm/memory.h"

namespace ksbox::ob {

Result<void> read_caller(void *to, const void *from, std::size_t bytes, KPROCESSOR_MODE mode) {
    if (bytes == 0)
        return {};
    if (mode == KernelMode) {
        std::memcpy(to, from, bytes); // a bad address is the driver's fault and a bug check
        return {};
    }
    if (!current_kernel().memory().is_client(from, bytes) || !mm::guarded_copy(to, from, bytes))
        return fail(STATUS_ACCESS_VIOLATION);
    return {};
}

Result<void> write_caller(void *to, const void *from, std::size_t bytes, KPROCESSOR_MODE mode) {
    if (bytes == 0)
        return {};
    if (mode == KernelMode) {
        std::memcpy(to, from, bytes);
        return {};
    }
    if (!current_kernel().memory().is_client(to, bytes) || !mm::guarded_copy(to, from, bytes))
        return fail(STATUS_ACCESS_VIOLATION);
    return {};
}

Result<CapturedAttributes> capture_attributes(const OBJECT_ATTRIBUTES *attributes,
                                              KPROCESSOR_MODE mode) {
    CapturedAttributes captured;
    if (!attributes)
        return captured;
    OBJECT_ATTRIBUTES copy;
    KS_CHECK(read_caller(&copy, attributes, sizeof copy, mode));
    if (copy.Length != sizeof copy)
        return fail(STATUS_INVALID_PARAMETER);
    captured.root = copy.RootDirectory;
    captured.attributes = copy.Attributes;
    // User mode cannot ask for kernel handles.
    if (mode != KernelMode)
        captured.attributes &= ~static_cast<ULONG>(OBJ_KERNEL_HANDLE);
    if (!copy.ObjectName)
        return captured;
    UNICODE_STRING name;
    KS_CHECK(read_caller(&name, copy.ObjectName, sizeof name, mode));
    if (name.Length % sizeof(WCHAR))
        return fail(STATUS_OBJECT_NAME_INVALID);
    captured.name.resize(name.Length / sizeof(WCHAR));
    KS_CHECK(read_caller(captured.name.data(), name.Buffer, name.Length, mode));
    captured.has_name = true;
    return captured;
}

} // namespace ksbox::ob
