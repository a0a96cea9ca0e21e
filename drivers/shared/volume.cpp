// The volume and the mute of a card. See volume.h.
#include "volume.h"

static const LONG AllChannels = -1;
static const ULONG Access =
    KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET | KSPROPERTY_TYPE_BASICSUPPORT;
static const LONG Softest = -96 * 65536, Loudest = 0, Step = 65536 / 2;

VOID Volume::Apply(PUCHAR Data, ULONG Bytes, const WaveFormat &Format) const {
    if (m_Muted) {
        RtlZeroMemory(Data, Bytes);
        return;
    }
    if (m_Factor[0] == UnityFactor && m_Factor[1] == UnityFactor) {
        return;
    }
    const ULONG SampleBytes = Format.ContainerBits / 8u;
    for (ULONG Index = 0; Index < Bytes / SampleBytes; Index++) {
        const PUCHAR At = Data + Index * SampleBytes;
        LONG64 Sample = 0; // read into its most significant bytes, for the sign
        RtlCopyMemory(PUCHAR(&Sample + 1) - SampleBytes, At, SampleBytes);
        Sample >>= 64 - 8 * SampleBytes;
        Sample = (Sample * m_Factor[Index % Format.Channels] + UnityFactor / 2) >> 16;
        RtlCopyMemory(At, &Sample, SampleBytes);
    }
}

// Basic support is asked for with room for the access flags, or for a description, or for a
// description with everything behind it. @doc stream/ks-property-basic-support-query
static NTSTATUS AnswerSupport(PPCPROPERTY_REQUEST Request, const KSPROPERTY_DESCRIPTION *All) {
    if (Request->ValueSize >= All->DescriptionSize) {
        Request->ValueSize = All->DescriptionSize;
    } else if (Request->ValueSize >= sizeof(*All)) {
        Request->ValueSize = sizeof(*All);
    } else if (Request->ValueSize >= sizeof(ULONG)) {
        Request->ValueSize = sizeof(ULONG); // AccessFlags, which come first
    } else {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Request->Value, All, Request->ValueSize);
    return STATUS_SUCCESS;
}

// The channels that a request means, from First to the returned one; 0 if there are none. Instance
// is what follows the KSNODEPROPERTY of a KSNODEPROPERTY_AUDIO_CHANNEL.
static ULONG ChannelsOf(PPCPROPERTY_REQUEST Request, ULONG Count, ULONG *First) {
    if (Request->InstanceSize < sizeof(LONG)) {
        return 0;
    }
    const LONG Channel = *static_cast<PLONG>(Request->Instance);
    if (Channel == AllChannels) {
        *First = 0;
        return Count;
    }
    *First = ULONG(Channel);
    return Channel >= 0 && ULONG(Channel) < Count ? ULONG(Channel) + 1 : 0;
}

NTSTATUS Volume::HandleLevel(PPCPROPERTY_REQUEST Request) {
    static const struct {
        KSPROPERTY_DESCRIPTION Description;
        KSPROPERTY_MEMBERSHEADER Header;
        KSPROPERTY_STEPPING_LONG Steps[Channels];
    } Support = {
        {Access, sizeof(Support), {{{STATICGUIDOF(KSPROPTYPESETID_General), VT_I4, 0}}}, 1, 0},
        {KSPROPERTY_MEMBER_STEPPEDRANGES, sizeof(KSPROPERTY_STEPPING_LONG), Channels,
         KSPROPERTY_MEMBER_FLAG_BASICSUPPORT_MULTICHANNEL},
        {{Step, 0, {{Softest, Loudest}}}, {Step, 0, {{Softest, Loudest}}}}};
    if (Request->Verb & KSPROPERTY_TYPE_BASICSUPPORT) {
        return AnswerSupport(Request, &Support.Description);
    }
    ULONG First;
    const ULONG End = ChannelsOf(Request, Channels, &First);
    if (End == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Request->ValueSize < sizeof(LONG)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const PLONG Value = static_cast<PLONG>(Request->Value);
    if (Request->Verb & KSPROPERTY_TYPE_GET) {
        *Value = m_Level[First];
        Request->ValueSize = sizeof(LONG);
        return STATUS_SUCCESS;
    }
    // What is out of range succeeds: the client asks what has become of it.
    const LONG Level = min(max(*Value, Softest), Loudest) / Step * Step;
    for (ULONG Channel = First; Channel < End; Channel++) {
        m_Level[Channel] = Level;
        m_Factor[Channel] = FactorOfLevel(Level);
    }
    return STATUS_SUCCESS;
}

NTSTATUS Volume::HandleMute(PPCPROPERTY_REQUEST Request) {
    static const KSPROPERTY_DESCRIPTION Support = {
        Access, sizeof(Support), {{{STATICGUIDOF(KSPROPTYPESETID_General), VT_BOOL, 0}}}, 0, 0};
    if (Request->Verb & KSPROPERTY_TYPE_BASICSUPPORT) {
        return AnswerSupport(Request, &Support);
    }
    ULONG First; // one mute for all channels
    if (ChannelsOf(Request, Channels, &First) == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Request->ValueSize < sizeof(BOOL)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    BOOL *Value = static_cast<BOOL *>(Request->Value);
    if (Request->Verb & KSPROPERTY_TYPE_GET) {
        *Value = m_Muted;
        Request->ValueSize = sizeof(BOOL);
    } else {
        m_Muted = *Value ? TRUE : FALSE;
    }
    return STATUS_SUCCESS;
}
