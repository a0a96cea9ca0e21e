// Where a requester's frames come from: pool, or the allocator that a pin implements
// (stream/avstream-allocators).
#pragma once

#include <memory>

#include "abi/windows.h"
#include "base/result.h"
#include "ks/stream/framing.h"

namespace ksbox::ks {

class Pin;

class FrameAllocator {
  public:
    virtual ~FrameAllocator() = default;
    /// Null when exhausted. PASSIVE_LEVEL.
    virtual void *allocate() = 0;
    virtual void free(void *frame) = 0;

    /// Nonpaged pool.
    static Result<std::unique_ptr<FrameAllocator>> create_default(const FrameSetup &setup);
    /// The pin's KSALLOCATOR_DISPATCH; `setup` becomes what InitializeAllocator settled on. The
    /// callback's status. PASSIVE_LEVEL. @doc NC:ks.PFNKSPININITIALIZEALLOCATOR
    static Result<std::unique_ptr<FrameAllocator>> create_of_pin(Pin &pin, FrameSetup &setup);

    /// An allocator's file object, by its direct calls; `setup` becomes its framing. The status of
    /// its properties. PASSIVE_LEVEL.
    static Result<std::unique_ptr<FrameAllocator>> create_of_file(PFILE_OBJECT file,
                                                                  FrameSetup &setup);
};

} // namespace ksbox::ks
