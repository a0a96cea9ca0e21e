// Processing as drivers ask for it: attempts, gates, mutexes, process pins.
#include "ks/data_exports.h"

#include "ks/filter.h"
#include "ks/processing/filter_processor.h"
#include "ks/stream/pin_stream.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

Processor *processor_of(PKSPIN pin) {
    Pin &object = Pin::from(pin);
    return object.transport ? PinStream::of(object).processor() : nullptr;
}

void attach(PKSPIN pin, PKSGATE gate, GateKind kind) {
    Pin &object = Pin::from(pin);
    if (object.transport)
        PinStream::of(object).attach_gate(gate, kind);
}

} // namespace

extern "C" {

void NTAPI KsPinAttemptProcessing(PKSPIN Pin, BOOLEAN Asynchronous) {
    if (Processor *const processor = processor_of(Pin))
        processor->attempt(Asynchronous, Processor::Reason::request);
}

void NTAPI KsFilterAttemptProcessing(PKSFILTER Filter, BOOLEAN Asynchronous) {
    FilterProcessor &processor = FilterProcessor::of(ks::Filter::from(Filter));
    if (processor.active())
        processor.attempt(Asynchronous, Processor::Reason::request);
}

PKSGATE NTAPI KsPinGetAndGate(PKSPIN Pin) {
    Processor *const processor = processor_of(Pin);
    return processor ? processor->gate() : nullptr;
}

PKSGATE NTAPI KsFilterGetAndGate(PKSFILTER Filter) {
    return FilterProcessor::of(ks::Filter::from(Filter)).gate();
}

void NTAPI KsPinAttachAndGate(PKSPIN Pin, PKSGATE AndGate) {
    attach(Pin, AndGate, GateKind::and_gate);
}

void NTAPI KsPinAttachOrGate(PKSPIN Pin, PKSGATE OrGate) {
    attach(Pin, OrGate, GateKind::or_gate);
}

void NTAPI KsPinAcquireProcessingMutex(PKSPIN Pin) {
    ks::Pin &pin = ks::Pin::from(Pin);
    if (!pin.pin_centric()) {
        KsFilterAcquireProcessingMutex(&pin.filter().abi());
        return;
    }
    pin.processing_mutex.acquire();
    if (Processor *const processor = processor_of(Pin))
        processor->block();
}

void NTAPI KsPinReleaseProcessingMutex(PKSPIN Pin) {
    ks::Pin &pin = ks::Pin::from(Pin);
    if (!pin.pin_centric()) {
        KsFilterReleaseProcessingMutex(&pin.filter().abi());
        return;
    }
    pin.processing_mutex.release();
    if (Processor *const processor = processor_of(Pin))
        processor->unblock();
}

void NTAPI KsFilterAcquireProcessingMutex(PKSFILTER Filter) {
    ks::Filter &filter = ks::Filter::from(Filter);
    filter.processing_mutex.acquire();
    FilterProcessor::of(filter).block();
}

void NTAPI KsFilterReleaseProcessingMutex(PKSFILTER Filter) {
    ks::Filter &filter = ks::Filter::from(Filter);
    filter.processing_mutex.release();
    FilterProcessor::of(filter).unblock();
}

BOOLEAN NTAPI KsProcessPinUpdate(PKSPROCESSPIN ProcessPin) {
    ks::Pin &pin = ks::Pin::from(ProcessPin->Pin);
    return FilterProcessor::of(pin.filter()).update(*ProcessPin);
}

void NTAPI KsPinGetCopyRelationships(PKSPIN Pin, PKSPIN *CopySource, PKSPIN *DelegateBranch) {
    ks::Pin &pin = ks::Pin::from(Pin);
    PinStream *const stream = pin.transport ? &PinStream::of(pin) : nullptr;
    PinStream *const copied = stream ? stream->copy_source() : nullptr;
    PinStream *const delegated = stream ? stream->delegate_branch() : nullptr;
    *CopySource = copied ? &copied->pin().abi() : nullptr;
    *DelegateBranch = delegated ? &delegated->pin().abi() : nullptr;
}

} // extern "C"

std::span<const Export> ksbox::ks::processing_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsPinAttemptProcessing),
        KS_DATA_EXPORT(done, KsFilterAttemptProcessing),
        KS_DATA_EXPORT(done, KsPinGetAndGate),
        KS_DATA_EXPORT(done, KsFilterGetAndGate),
        KS_DATA_EXPORT(done, KsPinAttachAndGate),
        KS_DATA_EXPORT(done, KsPinAttachOrGate),
        KS_DATA_EXPORT(done, KsPinAcquireProcessingMutex),
        KS_DATA_EXPORT(done, KsPinReleaseProcessingMutex),
        KS_DATA_EXPORT(done, KsFilterAcquireProcessingMutex),
        KS_DATA_EXPORT(done, KsFilterReleaseProcessingMutex),
        KS_DATA_EXPORT(done, KsProcessPinUpdate),
        KS_DATA_EXPORT(done, KsPinGetCopyRelationships),
    };
    return table;
}
