// Making service groups.
#include "portcls/part_exports.h"
#include "portcls/service_group.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcNewServiceGroup(PSERVICEGROUP *OutServiceGroup, PUNKNOWN OuterUnknown) {
    if (!OutServiceGroup)
        return STATUS_INVALID_PARAMETER;
    return hand_over(make_com<ServiceGroup>(current_kernel(), OuterUnknown), OutServiceGroup);
}

} // extern "C"

std::span<const Export> ksbox::portcls::service_group_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcNewServiceGroup),
    };
    return table;
}
