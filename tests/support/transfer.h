// A streaming request as a client makes it: an array of stream headers with their buffers, in its
// own memory, and the control code.
#pragma once

#include <optional>

#include "ksbox/filter.h"
#include "ksbox/ks.h"

namespace ksbox::testing {

class Transfer {
  public:
    enum Kind { write, read };
    struct Options {
        std::uint32_t count = 1;        ///< headers
        std::uint32_t extent = 64;      ///< bytes of each header's buffer
        std::uint32_t header_bytes = 0; ///< of each header with its extension; 0: plain
    };
    /// A write's buffers hold 0, 1, 2 … over all headers, all of it used; a read's hold 0xCC.
    Transfer(Client &client, Kind kind, const Options &options);
    Transfer(Client &client, Kind kind) : Transfer(client, kind, Options()) {}

    /// Headers and buffers may be changed before start(), and looked at after wait().
    KSSTREAM_HEADER &header(std::uint32_t index = 0);
    std::span<std::byte> data(std::uint32_t index = 0);
    std::uint32_t header_bytes() const { return std::uint32_t(headers_.size()); }

    /// As output buffer; `bytes` of the headers, or all.
    Transfer &start(const KsObject &pin, std::optional<std::uint32_t> bytes = {});
    /// Still going on after 20 ms of the box's time.
    bool pending();
    void cancel() { request_->cancel(); }
    /// Its status; 0x102 (STATUS_TIMEOUT) if it does not end within ten seconds.
    std::uint32_t wait();
    /// IO_STATUS_BLOCK.Information of what wait() has seen.
    std::uint64_t information() const { return result_.information; }

  private:
    Kind kind_;
    Options options_;
    Buffer headers_;
    Buffer data_;
    IoResult result_;
    std::optional<Request> request_; ///< ends before the memory goes
};

} // namespace ksbox::testing
