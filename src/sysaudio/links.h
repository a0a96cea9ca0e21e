// Links: two pins of two filters, created and connected, in a format that both take.
// @doc audio/pin-factories, audio/data-intersection, audio/default-data-intersection-handlers
#pragma once

#include <optional>

#include "ksbox/reason.h"
#include "sysaudio/formats.h"
#include "sysaudio/kernel_file.h"
#include "sysaudio/search.h"

namespace ksbox::sysaudio {

/// A pin factory of an open filter.
struct LinkEnd {
    const KernelFile &filter;
    const FilterFacts &facts;
    ULONG pin_id;
    const PinFacts &pin() const { return facts.pins[pin_id]; }
};

struct Link {
    KernelFile source; ///< sends the IRPs
    KernelFile sink;   ///< gets them
    Format format;
};

/// Creates the IRP source first and the sink second. `out` and `in`: as the data goes. The format
/// is `preferred`, if there is one and both take it; else what the data's sink finds in common with
/// the ranges of the source; else, when a driver refuses that, the best of the mixer's that both
/// take. PASSIVE_LEVEL. The status of what failed, with sentences in `refusal`.
Result<Link> connect(const LinkEnd &out, const LinkEnd &in, const Format *preferred,
                     Reason &refusal);

/// A pin for a client's own requests.
Result<KernelFile> create_entry(const LinkEnd &end, const KSPRIORITY &priority,
                                const Format &format, Reason &refusal);

} // namespace ksbox::sysaudio
