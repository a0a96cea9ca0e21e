// What IMiniportDMus.NewStream is given and puts out, for streams of every DMUS_STREAM_TYPE.
// @doc NF:dmusicks.IMiniportDMus.NewStream
#pragma once

#include "portcls/music_objects.h"

namespace ksbox::portcls {

class DMusParts {
  public:
    DMusParts() = default;
    ~DMusParts() { release(); }
    DMusParts(const DMusParts &) = delete;
    DMusParts &operator=(const DMusParts &) = delete;

    /// Calls NewStream. STATUS_INSUFFICIENT_RESOURCES; what the miniport answers;
    /// STATUS_UNSUCCESSFUL when it puts out no stream. PASSIVE.
    NTSTATUS make(Kernel &kernel, IMiniportDMus &miniport, KSPIN &pin, DMUS_STREAM_TYPE type,
                  ComPtr<IServiceGroup> &group);
    /// Lets go of all of it. PASSIVE.
    void release();

    IMXF *stream() const { return stream_.get(); }
    MusicAllocator &allocator() const { return *allocator_; }
    /// SchedulePreFetch.
    LONGLONG prefetch_100ns() const { return prefetch_; }

  private:
    MusicAllocator *allocator_ = nullptr;
    MasterClock *clock_ = nullptr;
    ComPtr<IMXF> stream_;
    LONGLONG prefetch_ = 0;
};

} // namespace ksbox::portcls
