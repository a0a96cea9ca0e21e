// kmixer as a driver: one device, two filter factories. Of the first, pin 0 is a sink factory with
// as many instances as clients want, pin 1 the source of their sum; each filter instance is a mix
// of its own. The second stands between a device that captures and its client: pin 0 asks the
// device for its stream, pin 1 gives it to the client in another format. "KMixer performs
// sample-rate conversion on the stream, if needed, but does no mixing with other streams."
// @doc audio/kernel-mode-wdm-audio-components, audio/ksnodetype-sum,
// audio/wave-and-directsound-components
#pragma once

#include "abi/windows.h"

namespace ksbox::mixer {

/// Pin factories and nodes of the filters, in the order a stream passes them; that which captures
/// has the first node only. Volume and mute are of each sink pin (requests go to its handle); the
/// limiter and the meter are of the mix.
enum : ULONG { sink_pin, source_pin, pin_count };
enum : ULONG { src_node, volume_node, mute_node, sum_node, limiter_node, meter_node, node_count };

/// {2C9E33B4-6A0D-4F55-B1C7-90D52E8F4A61}, the type of the limiter node: bends what is beyond 0.9
/// of full scale; KSPROPERTY_TOPOLOGYNODE_ENABLE switches it off, and sums are exact.
inline constexpr GUID limiter_node_type = {
    0x2c9e33b4, 0x6a0d, 0x4f55, {0xb1, 0xc7, 0x90, 0xd5, 0x2e, 0x8f, 0x4a, 0x61}};

/// DriverEntry; see io::IoManager::create_driver().
NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);

} // namespace ksbox::mixer
