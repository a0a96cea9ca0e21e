#include "pipewire/wake.h"

#include <cerrno>
#include <ctime>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace ksbox::pipewire {

std::uint64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::uint64_t(now.tv_sec) * 1'000'000'000 + std::uint64_t(now.tv_nsec);
}

Wake::Wake() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_)
        throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Wake::signal() {
    const std::uint64_t one = 1;
    (void)!::write(event_.get(), &one, sizeof one); // full: it is signalled already
}

void Wake::wait(std::uint64_t time_ns) {
    pollfd one{event_.get(), POLLIN, 0};
    const timespec time{.tv_sec = static_cast<time_t>(time_ns / 1'000'000'000),
                        .tv_nsec = static_cast<long>(time_ns % 1'000'000'000)};
    if (ppoll(&one, 1, &time, nullptr) > 0) {
        std::uint64_t count = 0;
        (void)!::read(event_.get(), &count, sizeof count);
    }
}

} // namespace ksbox::pipewire
