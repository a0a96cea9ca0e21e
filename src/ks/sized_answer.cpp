// Answers of variable size.
#include "ks/sized_answer.h"

#include <cstring>

namespace ksbox::ks {

NTSTATUS answer_value(PIRP irp, void *data, const void *value, ULONG bytes) {
    const ULONG offered =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
    const SizedAnswer answer = sized_value_answer(bytes, offered);
    irp->IoStatus.Information = answer.information;
    if (answer.all)
        std::memcpy(data, value, bytes);
    return answer.status;
}

} // namespace ksbox::ks
