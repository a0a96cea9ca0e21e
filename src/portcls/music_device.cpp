// IMiniportMidiStream and IMXF as MusicDevices.
#include "portcls/music_device.h"

#include <algorithm>
#include <cstring>

#include "portcls/dmus_parts.h"

namespace ksbox::portcls {
namespace {

class MidiDevice final : public MusicDevice {
  public:
    explicit MidiDevice(Receive receive) : receive_(std::move(receive)) {}
    NTSTATUS initialize(IMiniportMidi &miniport, KSPIN &pin, bool capture) {
        const NTSTATUS status =
            call_method("IMiniportMidi.NewStream", &miniport, &IMiniportMidi::NewStream,
                        stream_.receive(), nullptr, NonPagedPool, pin.Id, BOOLEAN(capture),
                        pin.ConnectionFormat, group_.receive());
        return NT_SUCCESS(status) && !stream_ ? STATUS_UNSUCCESSFUL : status;
    }
    IUnknown *unknown() override { return stream_.get(); }
    NTSTATUS set_state(KSSTATE state) override {
        return call_method("IMiniportMidiStream.SetState", stream_.get(),
                           &IMiniportMidiStream::SetState, state);
    }
    NTSTATUS set_format(KSDATAFORMAT &format) override {
        return call_method("IMiniportMidiStream.SetFormat", stream_.get(),
                           &IMiniportMidiStream::SetFormat, &format);
    }
    Result<ULONG> send(std::span<const UCHAR> bytes, LONGLONG, ULONG) override {
        ULONG written = 0;
        const NTSTATUS status = call_method(
            "IMiniportMidiStream.Write", stream_.get(), &IMiniportMidiStream::Write,
            const_cast<UCHAR *>(bytes.data()), static_cast<ULONG>(bytes.size()), &written);
        if (!NT_SUCCESS(status))
            return fail(status);
        return std::min(written, static_cast<ULONG>(bytes.size()));
    }
    /// "The port driver continues to call Read as long as more data is available."
    void poll() override {
        UCHAR bytes[64];
        for (;;) {
            ULONG count = 0;
            const NTSTATUS status =
                call_method("IMiniportMidiStream.Read", stream_.get(), &IMiniportMidiStream::Read,
                            static_cast<void *>(bytes), static_cast<ULONG>(sizeof bytes), &count);
            if (!NT_SUCCESS(status) || !count)
                return;
            receive_(std::span<const UCHAR>(bytes).first(std::min<ULONG>(count, sizeof bytes)), 0,
                     false);
        }
    }

  private:
    const Receive receive_;
    ComPtr<IMiniportMidiStream> stream_;
};

class DMusDevice final : public MusicDevice {
  public:
    explicit DMusDevice(Receive receive) : receive_(std::move(receive)) {}
    ~DMusDevice() override {
        if (sink_ && runs_driver_code()) {
            if (parts_.stream())
                call_method("IMXF.DisconnectOutput", parts_.stream(), &IMXF::DisconnectOutput,
                            static_cast<IMXF *>(sink_));
            sink_->detach();
        }
        parts_.release();
        if (sink_)
            sink_->Release();
    }
    NTSTATUS initialize(Kernel &kernel, IMiniportDMus &miniport, KSPIN &pin, bool capture) {
        const NTSTATUS status =
            parts_.make(kernel, miniport, pin,
                        capture ? DMUS_STREAM_MIDI_CAPTURE : DMUS_STREAM_MIDI_RENDER, group_);
        prefetch_ = parts_.prefetch_100ns();
        if (!NT_SUCCESS(status) || !capture)
            return status;
        sink_ = make_com<CaptureSink>(kernel, parts_.allocator(),
                                      [this](const DMUS_KERNEL_EVENT &event) { captured(event); });
        if (!sink_)
            return STATUS_INSUFFICIENT_RESOURCES;
        return call_method("IMXF.ConnectOutput", parts_.stream(), &IMXF::ConnectOutput,
                           static_cast<IMXF *>(sink_));
    }
    IUnknown *unknown() override { return parts_.stream(); }
    NTSTATUS set_state(KSSTATE state) override {
        return call_method("IMXF.SetState", parts_.stream(), &IMXF::SetState, state);
    }
    NTSTATUS set_format(KSDATAFORMAT &) override { return STATUS_SUCCESS; } // IMXF has no such call
    Result<ULONG> send(std::span<const UCHAR> bytes, LONGLONG clock_100ns,
                       ULONG channel_group) override {
        const auto count =
            static_cast<USHORT>(std::min<std::size_t>(bytes.size(), music_buffer_bytes));
        PDMUS_KERNEL_EVENT event = nullptr;
        if (!NT_SUCCESS(parts_.allocator().GetMessage(&event)))
            return 0u;
        UCHAR *place = event->uData.abData;
        if (count > sizeof(PBYTE)) {
            if (!NT_SUCCESS(parts_.allocator().GetBuffer(&event->uData.pbData))) {
                parts_.allocator().PutMessage(event);
                return 0u;
            }
            place = event->uData.pbData;
        }
        std::memcpy(place, bytes.data(), count);
        event->cbEvent = count;
        event->usChannelGroup = static_cast<USHORT>(channel_group);
        event->usFlags = count < bytes.size() ? DMUS_KEF_EVENT_INCOMPLETE : DMUS_KEF_EVENT_COMPLETE;
        event->ullPresTime100ns = clock_100ns;
        const NTSTATUS status =
            call_method("IMXF.PutMessage", parts_.stream(), &IMXF::PutMessage, event);
        if (!NT_SUCCESS(status))
            return fail(status); // whose event it is then, no page says: the miniport's
        return ULONG(count);
    }
    void poll() override {
        // "With a parameter of NULL to signify that the miniport driver can now put the stored
        // MIDI message into the graph."
        call_method("IMXF.PutMessage", parts_.stream(), &IMXF::PutMessage,
                    PDMUS_KERNEL_EVENT(nullptr));
    }

  private:
    void captured(const DMUS_KERNEL_EVENT &event) {
        const UCHAR *data = event.cbEvent > sizeof(PBYTE) ? event.uData.pbData : event.uData.abData;
        receive_({data, event.cbEvent}, event.ullPresTime100ns,
                 !(event.usFlags & DMUS_KEF_EVENT_INCOMPLETE));
    }

    const Receive receive_;
    DMusParts parts_;
    CaptureSink *sink_ = nullptr;
};

} // namespace

Result<std::unique_ptr<MusicDevice>> new_midi_device(IMiniportMidi &miniport, KSPIN &pin,
                                                     bool capture, MusicDevice::Receive receive) {
    auto made = std::make_unique<MidiDevice>(std::move(receive));
    if (const NTSTATUS status = made->initialize(miniport, pin, capture); !NT_SUCCESS(status))
        return fail(status);
    return made;
}

Result<std::unique_ptr<MusicDevice>> new_dmus_device(Kernel &kernel, IMiniportDMus &miniport,
                                                     KSPIN &pin, bool capture,
                                                     MusicDevice::Receive receive) {
    auto made = std::make_unique<DMusDevice>(std::move(receive));
    if (const NTSTATUS status = made->initialize(kernel, miniport, pin, capture);
        !NT_SUCCESS(status))
        return fail(status);
    return made;
}

} // namespace ksbox::portcls
