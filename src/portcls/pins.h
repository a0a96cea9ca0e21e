// PortCls's pins as AVStream calls them: creation goes to the port's NewStream, states go to the
// stream a step at a time, data intersection to the miniport or the default handler.
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

// Members of KSPIN_DISPATCH for every kind of port.
NTSTATUS NTAPI create_pin(PKSPIN pin, PIRP irp);
NTSTATUS NTAPI close_pin(PKSPIN pin, PIRP irp);
NTSTATUS NTAPI set_pin_format(PKSPIN pin, PKSDATAFORMAT old_format, PKSMULTIPLE_ITEM old_attributes,
                              const KSDATARANGE *range, const KSATTRIBUTE_LIST *attributes);
NTSTATUS NTAPI set_pin_state(PKSPIN pin, KSSTATE to, KSSTATE from);
NTSTATUS NTAPI process_pin(PKSPIN pin);
void NTAPI reset_pin(PKSPIN pin);

/// For the filters of every kind.
extern const KSFILTER_DISPATCH filter_dispatch;

/// For pins without a queue (topology, WaveRT), and for those with one.
extern const KSPIN_DISPATCH pin_dispatch;
extern const KSPIN_DISPATCH queue_pin_dispatch;

/// KSPIN_DESCRIPTOR_EX.IntersectHandler: IMiniport.DataRangeIntersection first, then the port's
/// default handler (E7, E8).
NTSTATUS NTAPI intersect_pin(PVOID filter, PIRP irp, PKSP_PIN pin, PKSDATARANGE caller_range,
                             PKSDATARANGE own_range, ULONG bytes, PVOID data, PULONG answered);

} // namespace ksbox::portcls
