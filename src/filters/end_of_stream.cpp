#include "filters/end_of_stream.h"

#include "abi/windows.h"

namespace ksbox::filters {

EndOfStream::EndOfStream(Pin &sink)
    : sink_(sink), data_(sink.client(), sizeof(KSEVENTDATA)),
      event_(sink.client().create_event(true)) {
    auto &how = *reinterpret_cast<KSEVENTDATA *>(data_.data());
    how = {};
    how.NotificationType = KSEVENTF_EVENT_HANDLE;
    how.EventHandle.Event = reinterpret_cast<HANDLE>(event_);
    KSEVENT event{};
    event.Set = KSEVENTSETID_Connection;
    event.Id = KSEVENT_CONNECTION_ENDOFSTREAM;
    event.Flags = KSEVENT_TYPE_ENABLE;
    const IoResult enabled = sink.client().control(
        sink.handle(), IOCTL_KS_ENABLE_EVENT, std::as_bytes(std::span(&event, 1)), data_.bytes());
    if (!enabled.success()) {
        sink.client().close(event_);
        throw Error(static_cast<std::uint32_t>(enabled.status),
                    "the pin does not tell when its stream ends");
    }
}

EndOfStream::~EndOfStream() {
    try {
        (void)sink_.client().control(sink_.handle(), IOCTL_KS_DISABLE_EVENT, data_.bytes(), {});
        sink_.client().close(event_);
    } catch (const Error &) {
        // A stopped box: nothing of it matters any more.
    }
}

bool EndOfStream::wait_for(std::uint64_t time_100ns) {
    ended_ = ended_ || sink_.client().wait(event_, time_100ns);
    return ended_;
}

} // namespace ksbox::filters
