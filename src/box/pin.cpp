// Pins: states and frames.
#include <cstring>

#include "base/status_names.h"
#include "box/state.h"
#include "box/with_file.h"
#include "ks/pin.h"
#include "ks/transport.h"
#include "ks/waiting.h"
#include "ksbox/filter.h"

namespace ksbox {

namespace {

Guid connection_set() {
    Guid set;
    std::memcpy(&set, &KSPROPSETID_Connection, sizeof set);
    return set;
}

} // namespace

void Pin::set_state(PinState state) {
    KSSTATE value = KSSTATE(state);
    set(connection_set(), KSPROPERTY_CONNECTION_STATE, std::as_bytes(std::span(&value, 1)));
}

PinState Pin::state() {
    return PinState(get_as<std::uint32_t>(connection_set(), KSPROPERTY_CONNECTION_STATE));
}

std::vector<std::string> Pin::waiting_for() {
    std::vector<std::string> lines;
    client_->state().run([&] {
        with_file(handle_, [&](PFILE_OBJECT file) {
            ks::Pin *pin = ks::Pin::of(file);
            if (pin == nullptr)
                throw Error(static_cast<std::uint32_t>(STATUS_INVALID_PARAMETER),
                            "the pin is not AVStream's: only its driver knows");
            lines = ks::waiting_for(*pin);
        });
    });
    return lines;
}

DataFormat Pin::format() {
    return DataFormat(get(connection_set(), KSPROPERTY_CONNECTION_DATAFORMAT));
}

Priority Pin::priority() {
    try {
        const auto value = get_as<KSPRIORITY>(connection_set(), KSPROPERTY_CONNECTION_PRIORITY);
        return {value.PriorityClass, value.PrioritySubClass};
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        if (error.code() == std::uint32_t(STATUS_PROPSET_NOT_FOUND) ||
            error.code() == std::uint32_t(STATUS_NOT_FOUND))
            return {};
        throw;
    }
}

static_assert(frame_option::data_discontinuity == KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY);
static_assert(frame_option::time_valid == KSSTREAM_HEADER_OPTIONSF_TIMEVALID);
static_assert(frame_option::end_of_stream == KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM);

void Frame::add_video_info() {
    KS_FRAME_INFO info{};
    info.ExtendedHeaderSize = sizeof info;
    extension.resize(sizeof info);
    std::memcpy(extension.data(), &info, sizeof info);
}

std::optional<VideoFrameInfo> Frame::video_info() const {
    KS_FRAME_INFO info;
    if (extension.size() < sizeof info)
        return std::nullopt;
    std::memcpy(&info, extension.data(), sizeof info);
    return VideoFrameInfo{info.PictureNumber, info.DropCount};
}

void Frame::prepare(bool writes) {
    if (buffer.size() > UINT32_MAX)
        throw Error(static_cast<std::uint32_t>(STATUS_INVALID_PARAMETER),
                    "a frame has less than 4 GiB");
    std::size_t bytes = sizeof(KSSTREAM_HEADER) + extension.size();
    if (!header || header->size() != bytes)
        header.emplace(buffer.client(), bytes);
    KSSTREAM_HEADER stream{};
    stream.Size = static_cast<ULONG>(bytes);
    stream.PresentationTime.Time = presentation_100ns;
    stream.PresentationTime.Numerator = 1;
    stream.PresentationTime.Denominator = 1;
    stream.Duration = duration_100ns;
    stream.FrameExtent = static_cast<ULONG>(buffer.size());
    stream.DataUsed = writes ? used : 0;
    stream.Data = buffer.data();
    stream.OptionsFlags = options;
    std::memcpy(header->data(), &stream, sizeof stream);
    if (!extension.empty())
        std::memcpy(header->data() + sizeof stream, extension.data(), extension.size());
}

void Frame::take_header() {
    KSSTREAM_HEADER stream;
    std::memcpy(&stream, header->data(), sizeof stream);
    used = stream.DataUsed;
    presentation_100ns = stream.PresentationTime.Time;
    duration_100ns = stream.Duration;
    options = stream.OptionsFlags;
    if (!extension.empty())
        std::memcpy(extension.data(), header->data() + sizeof stream, extension.size());
}

Request Pin::start_write(Frame &frame) {
    frame.prepare(true);
    return client_->start_control(handle_, IOCTL_KS_WRITE_STREAM, {}, frame.header->bytes());
}

Request Pin::start_read(Frame &frame) {
    frame.prepare(false);
    return client_->start_control(handle_, IOCTL_KS_READ_STREAM, {}, frame.header->bytes());
}

IoResult Pin::finish(Frame &frame, Request &request) {
    IoResult result = request.wait();
    frame.take_header();
    return result;
}

} // namespace ksbox
