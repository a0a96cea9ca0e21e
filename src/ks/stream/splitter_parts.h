// What a splitter keeps of the frames that pass it; for its own source files.
#pragma once

#include "ks/stream/frame_copy.h"
#include "ks/stream/splitter.h"

namespace ksbox::ks {

/// What one branch has got of a request so far.
struct Splitter::Share {
    PinStream *branch;
    bool done = false;
    FrameCopy copy{};
};

/// A request that has left the original, until every branch has got its share.
struct Splitter::Entry {
    Entry(Tap &tap, StreamIrp &irp) : tap(tap), irp(irp) {}

    Tap &tap;
    StreamIrp &irp;
    std::vector<Share> shares;
    bool released = false; ///< waits for nobody
    bool armed = false;    ///< its client may cancel it

    /// Lock held.
    void arm(Splitter &splitter);
    /// False: the cancel routine is on its way; it releases the entry. Lock held.
    bool disarm();
};

/// A frame of the original that sinks of branches have, too.
struct Splitter::Loan {
    StreamIrp *irp;
    ULONG lent = 0;
    bool detained = false; ///< it has come home meanwhile
};

} // namespace ksbox::ks
