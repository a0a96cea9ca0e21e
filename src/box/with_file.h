// From a client's handle to the file object, for what the box tells people about the inside.
#pragma once

#include "abi/windows.h"
#include "base/status_names.h"
#include "ksbox/client.h"
#include "nt/ob/object_manager.h"

namespace ksbox {

/// Runs `work` with the file object that the client's handle names, referenced. On a thread of the
/// client. Throws Error when it names none.
template <typename Work> void with_file(Handle handle, Work work) {
    PVOID object = nullptr;
    const NTSTATUS status = ObReferenceObjectByHandle(reinterpret_cast<HANDLE>(handle), 0,
                                                      ob::object_type_pointer(ob::ObjectType::file),
                                                      UserMode, &object, nullptr);
    if (!NT_SUCCESS(status))
        throw Error(static_cast<std::uint32_t>(status),
                    "the handle is no open file's: " + describe_status(status));
    struct Reference {
        PVOID object;
        ~Reference() { ObDereferenceObject(object); }
    } reference{object};
    work(static_cast<PFILE_OBJECT>(object));
}

} // namespace ksbox
