// The DMus port's wave sink: pulls what a software synthesizer has made into the frames of a
// client, as fast as the synthesizer's sample clock goes.
// @doc audio/a-wave-sink-for-kernel-mode-software-synthesizers, audio/clock-synchronization
#pragma once

#include "ks/stream/queue.h"
#include "portcls/dmus_parts.h"
#include "portcls/one_at_a_time.h"
#include "portcls/service_sink.h"
#include "portcls/stream.h"

namespace ksbox::portcls {

class Adapter;

class WaveSink final : public Stream {
  public:
    /// `adapter` outlives the pin.
    WaveSink(KSPIN &pin, Adapter &adapter);
    ~WaveSink() override;
    /// Calls NewStream and joins the stream's group and the port's. What NewStream answers;
    /// STATUS_NOT_SUPPORTED for a format that is not PCM, and for a stream without ISynthSinkDMus
    /// [both inferred]. PASSIVE.
    NTSTATUS initialize(IMiniportDMus &miniport, IServiceGroup *port_group);

    IUnknown *unknown() override { return parts_.stream(); }
    NTSTATUS set_state(KSSTATE to, KSSTATE from) override;
    /// STATUS_NOT_SUPPORTED: no method of the miniport's stream is for it [inferred].
    NTSTATUS set_format(KSDATAFORMAT &) override { return STATUS_NOT_SUPPORTED; }
    NTSTATUS process() override;

  private:
    void work();
    bool fill_frame(LONGLONG due_bytes);
    void stamp(ks::StreamPointer &edge);
    void synchronize(LONGLONG now, bool start);
    /// Samples that the synthesizer's clock has counted at that time of the master clock.
    LONGLONG due_samples(LONGLONG now);
    static void NTAPI timer_dpc(PKDPC dpc, PVOID context, PVOID, PVOID);

    KSPIN &pin_;
    Adapter &adapter_;
    ks::Queue &queue_;
    DMusParts parts_;
    ComPtr<ISynthSinkDMus> synth_;
    ComPtr<IServiceGroup> group_;
    ULONG rate_hz_ = 0;
    ULONG block_bytes_ = 0; ///< one sample of all channels
    KTIMER timer_{};
    KDPC timer_dpc_{};
    OneAtATime work_;
    ServiceMembership stream_group_, port_group_;

    // Guarded by work_.
    KSSTATE state_ = KSSTATE_STOP;
    LONGLONG started_ = 0;        ///< master clock at the last RUN
    LONGLONG synchronized_ = 0;   ///< master clock at the last SyncToMaster
    LONGLONG before_ = 0;         ///< stream time at the last RUN
    LONGLONG position_bytes_ = 0; ///< rendered since
    bool clock_reported_ = false;
};

} // namespace ksbox::portcls
