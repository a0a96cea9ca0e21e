// Thermal management of a device: the cooling interface through which a thermal manager calls what
// a minidriver registered, and the events that tell clients of a change.
// @doc kernel/thermal-management-implementation, NS:ks._KSDEVICE_THERMAL_DISPATCH
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::ks {

class Device;

/// IRP_MN_QUERY_INTERFACE that the minidriver did not answer: fills in and references
/// GUID_THERMAL_COOLING_INTERFACE when a dispatch is registered. False: it is for somebody below.
/// PASSIVE.
bool give_cooling_interface(Device &device, PIRP irp);
/// IRP_MN_QUERY_INTERFACE that the minidriver answered itself. PASSIVE.
void note_interface_given(Device &device, PIRP irp);

/// The thermal events of KSEVENTSETID_Device, for filters and pins of a device with a registered
/// dispatch; else empty. @observed Where clients enable them is not documented; a driver without a
/// dispatch has them in tables of its own.
std::span<const KSEVENT_SET> thermal_event_sets(const Device &device);

} // namespace ksbox::ks
