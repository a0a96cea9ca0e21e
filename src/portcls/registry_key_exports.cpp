// Making registry keys.
#include "portcls/part_exports.h"
#include "portcls/registry_key.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcNewRegistryKey(PREGISTRYKEY *OutRegistryKey, PUNKNOWN OuterUnknown,
                                ULONG RegistryKeyType, ACCESS_MASK DesiredAccess,
                                PVOID DeviceObject, PVOID, POBJECT_ATTRIBUTES ObjectAttributes,
                                ULONG CreateOptions, PULONG Disposition) {
    // An interface's key is for IPort.NewRegistryKey alone.
    return new_registry_key(current_kernel(), OuterUnknown,
                            {.type = RegistryKeyType,
                             .access = DesiredAccess,
                             .device = static_cast<PDEVICE_OBJECT>(DeviceObject),
                             .attributes = ObjectAttributes,
                             .create_options = CreateOptions,
                             .disposition = Disposition},
                            OutRegistryKey);
}

} // extern "C"

std::span<const Export> ksbox::portcls::registry_key_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcNewRegistryKey),
    };
    return table;
}
