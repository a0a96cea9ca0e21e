// Sound that a scenario plays into a pin or records from it, on a thread of its own, while the
// scenario goes on: by frames, or through the pin's cyclic buffer.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "cli/cyclic_stream.h"
#include "cli/frame_ring.h"
#include "cli/session.h"

namespace ksbox::cli {

class DriveStream {
  public:
    /// Begins at once. A cyclic buffer is allocated here, for which the pin has to be in STOP;
    /// frames are given once it has left STOP. Throws Error.
    static std::unique_ptr<DriveStream> play(Session &session, Pin &pin, const AudioFormat &format,
                                             std::vector<std::byte> data);
    static std::unique_ptr<DriveStream> record(Session &session, Pin &pin,
                                               const AudioFormat &format, std::size_t bytes);
    ~DriveStream(); ///< cancel()
    DriveStream(const DriveStream &) = delete;
    DriveStream &operator=(const DriveStream &) = delete;

    /// The pin has left STOP, and takes frames. (That it is on its way does not do: its state says
    /// where it goes.)
    void leave_stop() { left_stop_ = true; }
    /// Waits until all is played or recorded; throws what went wrong meanwhile, and Finding when
    /// nothing has moved for 10 s of box time.
    void finish();
    /// Ends it where it is.
    void cancel();
    /// What is to be played, or what has been recorded.
    const std::vector<std::byte> &data() const { return data_; }

  private:
    DriveStream(Session &session, Pin &pin, const AudioFormat &format, bool plays)
        : session_(session), pin_(pin), format_(format), plays_(plays) {}
    void start();
    void run();
    void play_frames();
    void record_frames();
    void play_cyclic();
    void record_cyclic();
    /// Something has moved, or, when finish() has waited for long enough: throws Finding.
    void progress(bool moved);
    bool give_up() const { return stop_ || session_.worker().interrupted() != 0; }

    Session &session_;
    Pin &pin_;
    const AudioFormat format_;
    const bool plays_;
    std::vector<std::byte> data_;
    std::size_t wanted_ = 0; ///< bytes to record
    std::optional<FrameRing> ring_;
    std::unique_ptr<CyclicStream> cyclic_;
    std::optional<Client::Thread> thread_;
    std::atomic<bool> stop_ = false, awaited_ = false, left_stop_ = false;
    std::uint64_t moved_at_ = 0;
};

} // namespace ksbox::cli
