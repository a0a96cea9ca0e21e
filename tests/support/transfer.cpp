#include "support/transfer.h"

#include <algorithm>

namespace ksbox::testing {

Transfer::Transfer(Client &client, Kind kind, const Options &options)
    : kind_(kind), options_(options),
      headers_(client, options.count *
                           std::max<std::size_t>(options.header_bytes, sizeof(KSSTREAM_HEADER))),
      data_(client, std::max<std::size_t>(std::size_t(options.count) * options.extent, 1)) {
    options_.header_bytes = std::uint32_t(headers_.size() / options.count);
    std::ranges::fill(headers_.bytes(), std::byte(0));
    std::ranges::fill(data_.bytes(), std::byte(0xCC));
    if (kind == write)
        for (std::size_t i = 0; i < data_.size(); ++i)
            data_.bytes()[i] = std::byte(i);
    for (std::uint32_t i = 0; i < options_.count; ++i) {
        KSSTREAM_HEADER &each = header(i);
        each.Size = options_.header_bytes;
        each.PresentationTime.Numerator = each.PresentationTime.Denominator = 1;
        each.FrameExtent = options_.extent;
        each.DataUsed = kind == write ? options_.extent : 0;
        each.Data = options_.extent ? data(i).data() : nullptr;
    }
}

KSSTREAM_HEADER &Transfer::header(std::uint32_t index) {
    return *reinterpret_cast<KSSTREAM_HEADER *>(headers_.data() +
                                                std::size_t(index) * options_.header_bytes);
}

std::span<std::byte> Transfer::data(std::uint32_t index) {
    return data_.bytes().subspan(std::size_t(index) * options_.extent, options_.extent);
}

Transfer &Transfer::start(const KsObject &pin, std::optional<std::uint32_t> bytes) {
    const std::uint32_t code = kind_ == write ? IOCTL_KS_WRITE_STREAM : IOCTL_KS_READ_STREAM;
    request_.emplace(pin.client().start_control(
        pin.handle(), code, {}, headers_.bytes().first(bytes.value_or(header_bytes()))));
    return *this;
}

bool Transfer::pending() {
    return !request_->wait_for(200'000);
}

std::uint32_t Transfer::wait() {
    const std::optional<IoResult> ended = request_->wait_for(100'000'000);
    result_ = ended.value_or(IoResult{.status = 0x102});
    return std::uint32_t(result_.status);
}

} // namespace ksbox::testing
