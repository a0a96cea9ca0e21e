// Requests that another driver answers for a virtual device, with the number of a pin or node in
// them changed to that driver's own.
#pragma once

#include "sysaudio/graph.h"
#include "sysaudio/virtual_filter.h"

namespace ksbox::sysaudio {

/// Sends a copy of the IRP's property or method request, with the ULONG behind its KSIDENTIFIER
/// changed, and takes the answer over. Does not complete the IRP. PASSIVE_LEVEL.
NTSTATUS forward_copy(PIRP irp, const KernelFile &file, ULONG number);

/// A request about a node of the virtual device, to the filter that has it: to the entry of
/// `graph`, if that is a pin of the filter and knows the request.
NTSTATUS forward_to_node(PIRP irp, const VirtualFilter::Current &current, const Graph *graph);

/// A request about a pin factory, to the filter of the pin that clients would get; in the order of
/// the factory's paths as long as these have no match.
NTSTATUS forward_to_factory(PIRP irp, const VirtualFilter::Current &current,
                            const Factory &factory);

} // namespace ksbox::sysaudio
