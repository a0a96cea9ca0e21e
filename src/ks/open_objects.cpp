#include "ks/open_objects.h"

#include <atomic>
#include <cstring>

#include "ks/device.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/ks_class.h"
#include "ks/object_name.h"
#include "ks/stream/pin_stream.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {
namespace {

std::u16string_view name_in(const FILE_OBJECT &file) {
    return {reinterpret_cast<const char16_t *>(file.FileName.Buffer),
            file.FileName.Length / sizeof(char16_t)};
}

/// The file name of a filter is its reference string behind a backslash.
std::u16string reference_of(const FILE_OBJECT *file) {
    if (!file)
        return {};
    std::u16string_view name = name_in(*file);
    if (name.starts_with(u'\\'))
        name.remove_prefix(1);
    return std::u16string(name);
}

/// The file name of a pin is "{class}\" and the bytes of a KSPIN_CONNECT.
std::optional<ULONG> pin_id_of(const FILE_OBJECT &file) {
    const std::u16string_view name = name_in(file);
    const std::size_t behind = name.find(u'}');
    if (behind == name.npos ||
        (name.size() - behind) * sizeof(char16_t) < 2 * sizeof(char16_t) + sizeof(KSPIN_CONNECT))
        return std::nullopt;
    KSPIN_CONNECT connect;
    std::memcpy(&connect, name.data() + behind + 2, sizeof connect);
    return connect.PinId;
}

KSSTATE state_of(const KSSTATE &state) {
    return __atomic_load_n(&state, __ATOMIC_RELAXED);
}

/// The other end may go at any time but under the lock.
void look_at_connection(Pin &pin, OpenPinView &view) {
    SpinGuard guard(KsClass::current().connections);
    view.peer = pin.peer;
    view.unattached = pin.unattached();
    view.communication = pin.abi().Communication;
    const FILE_OBJECT *const file = pin.connected_file;
    if (pin.peer || !file)
        return;
    view.foreign =
        ForeignPin{file->DeviceObject, reference_of(file->RelatedFileObject), pin_id_of(*file)};
}

/// The filter's control mutex is held.
OpenPinView view_of(Pin &pin) {
    OpenPinView view{};
    view.key = &pin;
    view.file = pin.file;
    view.name = name_of(pin);
    view.id = pin.abi().Id;
    view.data_flow = pin.abi().DataFlow;
    view.state = state_of(pin.abi().ClientState);
    view.asked = state_of(pin.abi().DeviceState);
    if (const KSDATAFORMAT *const format = pin.abi().ConnectionFormat) {
        const auto *const bytes = reinterpret_cast<const std::byte *>(format);
        view.format.assign(bytes, bytes + format->FormatSize);
    }
    view.standard = pin.transport != nullptr;
    if (view.standard)
        view.frames = PinStream::of(pin).queue().frame_count();
    look_at_connection(pin, view);
    return view;
}

void look_at_filter(Filter &filter, bool device_gone, OpenObjects &objects) {
    OpenFilterView view{.file = filter.file,
                        .name = name_of(filter),
                        .reference = reference_of(filter.file),
                        .device_gone = device_gone,
                        .pins = {}};
    if (filter.control.try_acquire()) {
        filter.pins().for_each([&](Pin &pin) {
            if (pin.file && !pin.closing)
                view.pins.push_back(view_of(pin));
        });
        filter.control.release();
    } else {
        objects.busy.push_back("the pins of " + view.name +
                               " are not shown: its control mutex is held by a callback of the "
                               "driver, or a request, that has not returned");
    }
    objects.filters.push_back(std::move(view));
}

} // namespace

OpenObjects open_objects(Device &device) {
    OpenObjects objects;
    if (!device.mutex.try_acquire()) {
        objects.device_busy = true;
        objects.busy.push_back("what is open of " + name_of(device) +
                               " is not shown: its device mutex is held by a callback of the "
                               "driver that has not returned");
        return objects;
    }
    for (const auto &factory : device.factories)
        for (const auto &filter : factory->filters)
            if (filter->file)
                look_at_filter(*filter, device.removed, objects);
    device.mutex.release();
    return objects;
}

} // namespace ksbox::ks
