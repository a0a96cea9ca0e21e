// The properties of the volume node and of the mute node: a value per channel, and channel -1 for
// all of them. Handlers run at PASSIVE_LEVEL; the new value holds from the next call of the
// process routine.
#include "gain.h"

static const LONG AllChannels = -1;

static GainFilter *GainOfRequest(PIRP Irp) {
    return static_cast<GainFilter *>(KsGetFilterFromIrp(Irp)->Context);
}

// The range of channels a request means. STATUS_INVALID_PARAMETER if there is no such channel.
static NTSTATUS ChannelsOf(PKSIDENTIFIER Request, ULONG *First, ULONG *Last) {
    const LONG Channel = reinterpret_cast<const KSNODEPROPERTY_AUDIO_CHANNEL *>(Request)->Channel;
    if (Channel != AllChannels && (Channel < 0 || Channel >= GAIN_CHANNELS)) {
        return STATUS_INVALID_PARAMETER;
    }
    *First = Channel == AllChannels ? 0 : ULONG(Channel);
    *Last = Channel == AllChannels ? GAIN_CHANNELS - 1 : ULONG(Channel);
    return STATUS_SUCCESS;
}

// Of all channels, the first answers.
static NTSTATUS NTAPI GetLevel(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    ULONG First, Last;
    const NTSTATUS Status = ChannelsOf(Request, &First, &Last);
    if (NT_SUCCESS(Status)) {
        *static_cast<PLONG>(Data) = GainOfRequest(Irp)->Level[First];
        Irp->IoStatus.Information = sizeof(LONG);
    }
    return Status;
}

// Levels out of range succeed and are clamped; get tells. @doc audio/ksproperty-audio-volumelevel
static NTSTATUS NTAPI SetLevel(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    ULONG First, Last;
    const NTSTATUS Status = ChannelsOf(Request, &First, &Last);
    if (NT_SUCCESS(Status)) {
        GainFilter *Gain = GainOfRequest(Irp);
        const LONG Level = ClampLevel(*static_cast<PLONG>(Data));
        for (ULONG Channel = First; Channel <= Last; Channel++) {
            Gain->Level[Channel] = Level;
            Gain->Factor[Channel] = FactorOfLevel(Level);
        }
    }
    return Status;
}

static NTSTATUS NTAPI GetMute(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    ULONG First, Last;
    const NTSTATUS Status = ChannelsOf(Request, &First, &Last);
    if (NT_SUCCESS(Status)) {
        *static_cast<BOOL *>(Data) = GainOfRequest(Irp)->Muted[First];
        Irp->IoStatus.Information = sizeof(BOOL);
    }
    return Status;
}

static NTSTATUS NTAPI SetMute(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    ULONG First, Last;
    const NTSTATUS Status = ChannelsOf(Request, &First, &Last);
    if (NT_SUCCESS(Status)) {
        GainFilter *Gain = GainOfRequest(Irp);
        for (ULONG Channel = First; Channel <= Last; Channel++) {
            Gain->Muted[Channel] = *static_cast<BOOL *>(Data) ? TRUE : FALSE;
        }
    }
    return Status;
}

// What a basic support query says about the level: -96 to 12 dB in steps of 1/65536 dB.
static const KSPROPERTY_STEPPING_LONG LevelSteps = {1, 0, {{LevelMinimum, LevelMaximum}}};

static const KSPROPERTY_MEMBERSLIST LevelMembers[] = {
    {{KSPROPERTY_MEMBER_STEPPEDRANGES, sizeof(LevelSteps), 1, 0}, &LevelSteps}};

static const KSPROPERTY_VALUES LevelValues = {{{{STATICGUIDOF(KSPROPTYPESETID_General), VT_I4, 0}}},
                                              SIZEOF_ARRAY(LevelMembers),
                                              LevelMembers};

static const KSPROPERTY_VALUES MuteValues = {
    {{{STATICGUIDOF(KSPROPTYPESETID_General), VT_BOOL, 0}}}, 0, NULL};

#define GAIN_PROPERTY(Id, Get, Set, Type, Values)                                                  \
    DEFINE_KSPROPERTY_ITEM(Id, Get, sizeof(KSNODEPROPERTY_AUDIO_CHANNEL), sizeof(Type), Set,       \
                           &Values, 0, NULL, NULL, sizeof(Type))

static DEFINE_KSPROPERTY_TABLE(VolumeItems){
    GAIN_PROPERTY(KSPROPERTY_AUDIO_VOLUMELEVEL, GetLevel, SetLevel, LONG, LevelValues)};

static DEFINE_KSPROPERTY_TABLE(MuteItems){
    GAIN_PROPERTY(KSPROPERTY_AUDIO_MUTE, GetMute, SetMute, BOOL, MuteValues)};

static DEFINE_KSPROPERTY_SET_TABLE(VolumeSets){
    DEFINE_KSPROPERTY_SET(&KSPROPSETID_Audio, SIZEOF_ARRAY(VolumeItems), VolumeItems, 0, NULL)};

static DEFINE_KSPROPERTY_SET_TABLE(MuteSets){
    DEFINE_KSPROPERTY_SET(&KSPROPSETID_Audio, SIZEOF_ARRAY(MuteItems), MuteItems, 0, NULL)};

DEFINE_KSAUTOMATION_TABLE(GainVolumeAutomation){DEFINE_KSAUTOMATION_PROPERTIES(VolumeSets),
                                                DEFINE_KSAUTOMATION_METHODS_NULL,
                                                DEFINE_KSAUTOMATION_EVENTS_NULL};

DEFINE_KSAUTOMATION_TABLE(GainMuteAutomation){DEFINE_KSAUTOMATION_PROPERTIES(MuteSets),
                                              DEFINE_KSAUTOMATION_METHODS_NULL,
                                              DEFINE_KSAUTOMATION_EVENTS_NULL};
