// Raw MIDI bytes as whole messages: running status, real-time bytes in between, system exclusive.
#pragma once

#include <vector>

#include "abi/windows.h"

namespace ksbox::portcls {

class MidiParser {
  public:
    /// `message(bytes)` for each that the byte completes.
    template <typename F> void feed(UCHAR byte, F message) {
        if (byte >= first_real_time) {
            message(std::vector<UCHAR>{byte});
        } else if (byte & 0x80) {
            status(byte, message);
        } else if (exclusive_) {
            bytes_.push_back(byte);
        } else if (!bytes_.empty() || running_) {
            if (bytes_.empty())
                bytes_.push_back(running_);
            bytes_.push_back(byte);
            finish(message);
        } // data without a status mean nothing
    }
    void reset() { *this = {}; }

  private:
    static constexpr UCHAR first_real_time = 0xF8, exclusive_start = 0xF0, exclusive_end = 0xF7;

    template <typename F> void status(UCHAR byte, F message) {
        if (exclusive_) { // which any status ends
            if (byte == exclusive_end)
                bytes_.push_back(byte);
            message(std::exchange(bytes_, {}));
            exclusive_ = false;
            if (byte == exclusive_end)
                return;
        }
        bytes_.clear();
        running_ = byte < exclusive_start ? byte : 0;
        exclusive_ = byte == exclusive_start;
        if (byte == 0xF4 || byte == 0xF5 || byte == exclusive_end)
            return; // undefined
        bytes_.push_back(byte);
        if (!exclusive_)
            finish(message);
    }
    template <typename F> void finish(F message) {
        if (bytes_.size() == message_bytes(bytes_.front()))
            message(std::exchange(bytes_, {}));
    }
    static std::size_t message_bytes(UCHAR status) {
        switch (status & 0xF0) {
        case 0xC0:
        case 0xD0:
            return 2;
        case 0xF0:
            return status == 0xF2 ? 3 : status == 0xF1 || status == 0xF3 ? 2 : 1;
        default:
            return 3;
        }
    }

    std::vector<UCHAR> bytes_;
    UCHAR running_ = 0;
    bool exclusive_ = false;
};

} // namespace ksbox::portcls
