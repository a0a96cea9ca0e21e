// Whom a request on an audio engine node is for: the device's engine or one stream's part of it.
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::portcls {

class Port;
class WaveRtStream;

struct EngineTarget {
    Port &port;
    WaveRtStream *stream; ///< null on filter handles
    ULONG node_id;

    static EngineTarget of(PIRP irp, PKSIDENTIFIER request);
    /// The miniport's interface; these nodes have one.
    IMiniportAudioEngineNode &device() const;
    /// The stream's; the errors of engine_node_sets() without one.
    Result<IMiniportStreamAudioEngineNode *> stream_engine() const;
    Result<IMiniportStreamAudioEngineNode2 *> stream_engine2() const;
};

/// A volume, a mute or a peak meter with a value for each channel: of the stream on pin handles, of
/// the device on filter handles. PASSIVE; the miniport's status.
class EngineAttribute {
  public:
    EngineAttribute(const EngineTarget &target, eChannelTargetType type)
        : target_(target), type_(type) {}

    static constexpr UINT32 all_channels = UINT32(-1);
    Result<UINT32> channel_count() const;
    /// What the miniport may be asked about: it indexes its arrays with it.
    /// STATUS_INVALID_PARAMETER for a channel that it does not have.
    Result<UINT32> checked_channel(LONG channel) const;
    NTSTATUS get_steppings(KSPROPERTY_STEPPING_LONG *steppings, UINT32 count) const;
    NTSTATUS get(UINT32 channel, LONG &value) const;
    NTSTATUS set(UINT32 channel, LONG value) const;
    /// The volume of a stream, reached along a curve.
    NTSTATUS fade(UINT32 channel, const KSAUDIOENGINE_VOLUMELEVEL &level) const;

  private:
    NTSTATUS get_of_stream(UINT32 channel, LONG &value) const;
    NTSTATUS get_of_device(UINT32 channel, LONG &value) const;

    EngineTarget target_;
    eChannelTargetType type_;
};

} // namespace ksbox::portcls
