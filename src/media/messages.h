// FFmpeg's log. It goes nowhere but into the errors about the file that it speaks of.
#pragma once

#include <string>

namespace ksbox::media {

/// What FFmpeg first complained of about one file in one step; what follows says less. The file's
/// AVFormatContext and AVCodecContext carry a pointer to it as their `opaque`.
class Messages {
  public:
    void begin_step() { first_.clear(); }
    void take(std::string text) {
        if (first_.empty())
            first_ = std::move(text);
    }
    /// The step's message, or what FFmpeg's error number stands for.
    std::string explain(int error) const;

    /// From now on FFmpeg's messages go where they belong. FFmpeg has one callback a process; to
    /// set it again changes nothing.
    static void collect();

  private:
    std::string first_;
};

} // namespace ksbox::media
