// A filter that speaks Kernel Streaming without AVStream: header, create items and dispatch tables
// of its own. In the journal (../support/journal.h):
//
//     "set state" {pin, from * 16 + to}
//     "write", "read" {pin, the IRP's StackCount, its CurrentLocation}
//     "location" {OutputBufferLength, InputBufferLength, Type3InputBuffer | Flags} of each
//     "block" {IoStatus.Status} of each, as it arrives
//     "got", "made" {pin, the frame's number, bytes}
//     "close" {pin}
//
// What it can be told to answer: "write", "read", "budget" (frames that PLAIN_PRODUCE makes, then
// reads fail with STATUS_DEVICE_NOT_READY; by default 4), "hold" (1: IRPs stay pending until they
// are cancelled or released).
#pragma once

// {4A3E2D60-7C2A-4A57-8A0E-3B8C7B3E5D90}
#define STATIC_KSPROPSETID_Plain                                                                   \
    0x4a3e2d60, 0x7c2a, 0x4a57, 0x8a, 0x0e, 0x3b, 0x8c, 0x7b, 0x3e, 0x5d, 0x90

// On the filter.
typedef enum {
    KSPROPERTY_PLAIN_STACK,  // Get, ULONG: StackSize of the device
    KSPROPERTY_PLAIN_RELEASE // Set, ULONG: completes so many of what is held
} KSPROPERTY_PLAIN;

// The pin factories.
typedef enum {
    PLAIN_CONSUME, // in, sink
    PLAIN_PRODUCE, // out, sink
    // in, sink: forwards its IRPs to the pin that PLAIN_FEED is connected to. Says
    // KSPROPERTY_CONNECTION_ACQUIREORDERING; recalculates the stack depth in ACQUIRE and in STOP.
    PLAIN_RELAY,
    PLAIN_FEED, // out, source
    PLAIN_COUNT
} PLAIN_ID;
