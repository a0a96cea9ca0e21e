// The loopback: message by message from the render frame into the capture frame. A message is a
// KSMUSICFORMAT and ByteCount bytes, padded to a multiple of four. One that does not fit into what
// is left of a capture frame goes on in the next, as a message of its own without delay.
#include "midi.h"

static ULONG Padded(ULONG Bytes) {
    return (Bytes + 3) & ~3u;
}

struct Crossing {
    const UCHAR *From;
    ULONG FromBytes; // left in the render frame
    PUCHAR To;
    ULONG ToBytes; // room left in the capture frame
};

static VOID Advance(Crossing *Frame, ULONG Taken, ULONG Given) {
    Taken = min(Taken, Frame->FromBytes); // the padding behind the last message may be missing
    Frame->From += Taken;
    Frame->FromBytes -= Taken;
    Frame->To += Given;
    Frame->ToBytes -= Given;
}

// Moves what fits of a message. FALSE: nothing does.
static BOOLEAN MovePart(MidiFilter *Midi, Crossing *Frame, ULONG TimeDeltaMs) {
    if (Frame->ToBytes < sizeof(KSMUSICFORMAT) + sizeof(ULONG)) {
        return FALSE;
    }
    // Whole words but for the last bytes, so that the rest begins at a word again.
    const ULONG Room = (Frame->ToBytes - sizeof(KSMUSICFORMAT)) & ~3u;
    const ULONG Bytes = min(Midi->Left, Room);
    KSMUSICFORMAT *Message = reinterpret_cast<KSMUSICFORMAT *>(Frame->To);
    Message->TimeDeltaMs = TimeDeltaMs;
    Message->ByteCount = Bytes;
    RtlZeroMemory(Message + 1, Padded(Bytes));
    RtlCopyMemory(Message + 1, Frame->From, Bytes);
    Midi->Left -= Bytes;
    Advance(Frame, Padded(Bytes), sizeof(KSMUSICFORMAT) + Padded(Bytes));
    return TRUE;
}

// TRUE: the render frame is done. What makes no sense behind the last whole message is dropped.
static BOOLEAN Move(MidiFilter *Midi, Crossing *Frame) {
    while (Frame->FromBytes != 0) {
        ULONG TimeDeltaMs = 0;
        if (Midi->Left == 0) {
            const KSMUSICFORMAT *Message = reinterpret_cast<const KSMUSICFORMAT *>(Frame->From);
            if (Frame->FromBytes < sizeof(*Message) || Message->ByteCount == 0 ||
                Message->ByteCount > Frame->FromBytes - sizeof(*Message)) {
                Advance(Frame, Frame->FromBytes, 0);
                break;
            }
            if (Frame->ToBytes < sizeof(*Message) + sizeof(ULONG)) {
                return FALSE;
            }
            TimeDeltaMs = Message->TimeDeltaMs;
            Midi->Left = Message->ByteCount;
            Advance(Frame, sizeof(*Message), 0);
        }
        if (!MovePart(Midi, Frame, TimeDeltaMs)) {
            return FALSE;
        }
    }
    return TRUE;
}

// @doc stream/filter-centric-processing
NTSTATUS NTAPI ProcessMidi(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    MidiFilter *Midi = static_cast<MidiFilter *>(Filter->Context);
    PKSPROCESSPIN In = Index[MIDI_RENDER_PIN].Pins[0];
    PKSPROCESSPIN Out = Index[MIDI_CAPTURE_PIN].Pins[0];
    if (In->StreamPointer == NULL || Out->StreamPointer == NULL) {
        return STATUS_PENDING; // the client cancelled a frame in this very moment
    }
    Crossing Frame = {static_cast<const UCHAR *>(In->Data), In->BytesAvailable,
                      static_cast<PUCHAR>(Out->Data), Out->BytesAvailable};
    const BOOLEAN InputDone = Move(Midi, &Frame);
    In->BytesUsed = In->BytesAvailable - Frame.FromBytes;
    Out->BytesUsed = Out->BytesAvailable - Frame.ToBytes;
    In->Terminate = InputDone;
    Out->Terminate = TRUE; // a player does not wait for more
    if (InputDone && (In->Flags & KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM) != 0) {
        Out->StreamPointer->StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
    }
    return STATUS_SUCCESS;
}
