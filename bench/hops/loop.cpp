// The limit of a hop: fill in the next stack location, call whoever is next by a pointer, and on
// the way back call the completion routine that was left there.
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "hops/sides.h"

namespace ksbox::bench {

namespace {

struct Request;
struct Device;
using Dispatch = int (*)(Device &device, Request &request);
using Completion = int (*)(Device &device, Request &request, void *context);

struct Location {
    std::uint64_t parameters[4];
    Device *device;
    Completion completion;
    void *context;
};

struct Device {
    Dispatch dispatch;
    Device *lower;
    std::uint64_t seen;
};

struct Request {
    std::vector<Location> locations;
    std::size_t current; ///< counts down
    int status;
};

void complete(Request &request) {
    request.status = 0;
    while (++request.current < request.locations.size()) {
        Location &location = request.locations[request.current];
        location.completion(*location.device, request, location.context);
    }
}

int completed(Device &device, Request &request, void *) {
    ++device.seen;
    return request.status;
}

int finish(Device &, Request &request) {
    complete(request);
    return 0;
}

int forward(Device &device, Request &request) {
    Location &here = request.locations[request.current];
    Location &next = request.locations[request.current - 1];
    std::memcpy(next.parameters, here.parameters, sizeof next.parameters);
    here.device = &device;
    here.completion = completed;
    here.context = &device;
    --request.current;
    return device.lower->dispatch(*device.lower, request);
}

class Loop {
  public:
    explicit Loop(unsigned hops)
        : devices_(hops + 1), request_{.locations = {}, .current = 0, .status = 0} {
        request_.locations.resize(hops + 1);
        devices_[0] = {finish, nullptr, 0};
        for (unsigned i = 1; i <= hops; ++i)
            devices_[i] = {forward, &devices_[i - 1], 0};
    }

    void run(std::uint64_t times) {
        const std::uint64_t before = devices_.back().seen;
        for (std::uint64_t i = 0; i < times; ++i) {
            request_.current = request_.locations.size() - 1;
            request_.locations.back().parameters[0] = i;
            devices_.back().dispatch(devices_.back(), request_);
        }
        if (devices_.back().seen != before + times)
            throw std::logic_error("a completion is missing");
    }

  private:
    std::vector<Device> devices_;
    Request request_;
};

} // namespace

Work locations_through_loop(unsigned hops) {
    return [loop = std::make_shared<Loop>(hops)](std::uint64_t times) { loop->run(times); };
}

} // namespace ksbox::bench
