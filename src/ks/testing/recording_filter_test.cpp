// The recording filter.
#include "ks/testing/recording_filter.h"

#include <algorithm>

namespace ksbox::ks::testing {

Recorder *recorder = nullptr;

int Recorder::count(const std::string &text) const {
    return static_cast<int>(
        std::ranges::count_if(calls, [&](const auto &call) { return call.starts_with(text); }));
}

namespace {

void note(const char *what, ULONG id) {
    recorder->calls.push_back(std::string(what) + " " + std::to_string(id));
}

NTSTATUS NTAPI filter_create(PKSFILTER, PIRP) {
    recorder->calls.push_back("FilterCreate");
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI filter_close(PKSFILTER, PIRP) {
    recorder->calls.push_back("FilterClose");
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI pin_create(PKSPIN pin, PIRP irp) {
    note("Create", pin->Id);
    // Marked first: whatever completes it, perhaps at once, may end its life.
    if (recorder->create == STATUS_PENDING) {
        IoMarkIrpPending(irp);
        recorder->pending = irp;
    }
    if (recorder->in_create)
        recorder->in_create(pin, irp);
    return recorder->create;
}
NTSTATUS NTAPI pin_close(PKSPIN pin, PIRP) {
    note("Close", pin->Id);
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI pin_process(PKSPIN) {
    return STATUS_PENDING;
}
NTSTATUS NTAPI pin_set_format(PKSPIN pin, PKSDATAFORMAT old_format, PKSMULTIPLE_ITEM,
                              const KSDATARANGE *range, const KSATTRIBUTE_LIST *) {
    recorder->calls.push_back("SetDataFormat " + std::to_string(pin->Id) +
                              (old_format ? " old" : " new") + " " +
                              std::to_string(range->SampleSize));
    if (recorder->set_format.empty())
        return STATUS_SUCCESS;
    const NTSTATUS status = recorder->set_format.front();
    recorder->set_format.erase(recorder->set_format.begin());
    return status;
}
NTSTATUS NTAPI pin_set_state(PKSPIN pin, KSSTATE to, KSSTATE from) {
    recorder->calls.push_back("SetDeviceState " + std::to_string(pin->Id) + " " +
                              std::to_string(from) + ">" + std::to_string(to));
    return recorder->set_state;
}
NTSTATUS NTAPI pin_connect(PKSPIN pin) {
    note("Connect", pin->Id);
    if (recorder->in_connect)
        recorder->in_connect(pin);
    return recorder->connect;
}
void NTAPI pin_disconnect(PKSPIN pin) {
    note("Disconnect", pin->Id);
}

const KSFILTER_DISPATCH filter_dispatch = {filter_create, filter_close, nullptr, nullptr};
const KSPIN_DISPATCH pin_dispatch = {pin_create,     pin_close,     pin_process, nullptr,
                                     pin_set_format, pin_set_state, pin_connect, pin_disconnect,
                                     nullptr,        nullptr};

KSDATARANGE range_of(const GUID &subformat, ULONG sample_size) {
    KSDATARANGE range{};
    range.FormatSize = sizeof range;
    range.SampleSize = sample_size;
    range.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    range.SubFormat = subformat;
    range.Specifier = KSDATAFORMAT_SPECIFIER_NONE;
    return range;
}

struct Tables {
    KSDATARANGE first = range_of(KSDATAFORMAT_SUBTYPE_PCM, 1);
    KSDATARANGE second = range_of(KSDATAFORMAT_SUBTYPE_PCM, 2);
    KSDATARANGE other = range_of(KSDATAFORMAT_SUBTYPE_MPEG, 3);
    PKSDATARANGE ranges[2] = {&first, &second};
    PKSDATARANGE other_ranges[1] = {&other};
    KSPIN_DESCRIPTOR_EX pins[8] = {
        pin(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK),
        pin(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_SOURCE),
        pin(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_BOTH),
        pin(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_BRIDGE),
        pin(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK),
        pin(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK),
        pin(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_SOURCE),
        pin(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH),
    };
    KSFILTER_DESCRIPTOR filter{};
    const KSFILTER_DESCRIPTOR *filters[1] = {&filter};
    KSDEVICE_DESCRIPTOR device{};

    Tables() {
        pins[4].Dispatch = nullptr;
        pins[5].Flags = KSPIN_FLAG_DENY_USERMODE_ACCESS;
        pins[6].PinDescriptor.DataRanges = other_ranges;
        pins[6].PinDescriptor.DataRangesCount = 1;
        filter.Dispatch = &filter_dispatch;
        filter.ReferenceGuid = &KSNAME_Filter;
        filter.Version = KSFILTER_DESCRIPTOR_VERSION;
        filter.PinDescriptorsCount = 8;
        filter.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
        filter.PinDescriptors = pins;
        filter.CategoriesCount = 1;
        filter.Categories = &KSCATEGORY_CAPTURE;
        device.FilterDescriptorsCount = 1;
        device.FilterDescriptors = filters;
        device.Version = KSDEVICE_DESCRIPTOR_VERSION;
    }

    KSPIN_DESCRIPTOR_EX pin(KSPIN_DATAFLOW flow, KSPIN_COMMUNICATION communication) {
        KSPIN_DESCRIPTOR_EX one{};
        one.Dispatch = &pin_dispatch;
        one.PinDescriptor.DataRangesCount = 2;
        one.PinDescriptor.DataRanges = ranges;
        one.PinDescriptor.DataFlow = flow;
        one.PinDescriptor.Communication = communication;
        one.InstancesPossible = 2;
        return one;
    }
};

} // namespace

const KSDEVICE_DESCRIPTOR &recording_device() {
    static Tables tables;
    return tables.device;
}

const GUID &recording_subformat() {
    return KSDATAFORMAT_SUBTYPE_PCM;
}

} // namespace ksbox::ks::testing
