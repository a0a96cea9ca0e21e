// The card's DMA engine.
#pragma once

#include "../support/port_class.h"

#include "../support/port_journal.h"

#include "wavecyclic.h"

#define CARD_STREAMS 4

// A stream's buffer as the engine sees it. Guarded by the card's lock.
typedef struct {
    PUCHAR Buffer;
    ULONG BufferBytes;
    ULONG Offset; // where the engine is
    BOOLEAN Running;
    BOOLEAN Capture;
    ULONG BytesPerSecond;
    ULONGLONG Source;  // capture: bytes recorded
    ULONGLONG Started; // engine by timer: 100 ns
    ULONGLONG Done;    // bytes since Started
    PSERVICEGROUP Group;
} CARD_STREAM;

VOID CardInitialize(PPORTWAVECYCLIC Port);
VOID CardTerminate();
CARD_SETTINGS CardSettings();
// Streams by address; PASSIVE_LEVEL.
VOID CardAdd(CARD_STREAM *Stream);
VOID CardRemove(CARD_STREAM *Stream);
// Starts or stops a stream. IRQL <= DISPATCH_LEVEL.
VOID CardRun(CARD_STREAM *Stream, BOOLEAN Run);
VOID CardRewind(CARD_STREAM *Stream);
VOID CardResize(CARD_STREAM *Stream, ULONG BufferBytes);
ULONG CardPosition(const CARD_STREAM *Stream);

// Handlers of KSPROPSETID_Card.
extern const GUID CardSetId;
NTSTATUS NTAPI HandleCard(PPCPROPERTY_REQUEST Request);
