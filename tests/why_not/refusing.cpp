#include "why_not/refusing.h"

namespace ksbox::testing {

std::string Refusing::reason_of(const std::function<void()> &work) {
    code = 0;
    details.clear();
    try {
        work();
    } catch (const Error &error) {
        code = error.code();
        details = error.details();
        EXPECT_TRUE(error.reason().empty() ||
                    std::string(error.what()).ends_with(": " + error.reason()))
            << error.what();
        return error.reason();
    }
    return {};
}

std::string Refusing::create(Filter &on, PinRequest request) {
    return reason_of([&] { on.connect(request); });
}

Pin Refusing::pin(Filter &on, std::uint32_t pin_id, Handle to) {
    PinRequest request = request_of(pin_id);
    request.pin_to_handle = to;
    return on.connect(request);
}

std::string Refusing::create_raw(const RawConnect &request, ACCESS_MASK access) {
    code = create_pin2(filter, request.get(), access).error;
    return client.last_refusal().sentence;
}

std::string Refusing::traced_reason() {
    const Events refusals = matching(traced.events(), "refusal");
    return refusals.empty() ? std::string() : refusals.back().value("why", "");
}

} // namespace ksbox::testing
