// Pieces of the tables that describe an audio filter.
#pragma once

#include "port_class.h"

// A data range: up to so many channels, from so few to so many bits and frames per second.
#define AUDIO_RANGE(SubFormat, Channels, FewBits, ManyBits, SlowHz, FastHz)                        \
    {{{sizeof(KSDATARANGE_AUDIO),                                                                  \
       0,                                                                                          \
       0,                                                                                          \
       0,                                                                                          \
       {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                    \
       {STATICGUIDOF(SubFormat)},                                                                  \
       {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                      \
     Channels,                                                                                     \
     FewBits,                                                                                      \
     ManyBits,                                                                                     \
     SlowHz,                                                                                       \
     FastHz}

// What a bridge pin has: it stands for a wire, and nobody streams through it.
#define BRIDGE_RANGE                                                                               \
    {                                                                                              \
        {                                                                                          \
            sizeof(KSDATARANGE), 0, 0, 0, {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                 \
                {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_ANALOG)}, {                                     \
                STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)                                          \
            }                                                                                      \
        }                                                                                          \
    }

// A pin factory for one stream at a time (IN: towards the filter, which renders it).
#define STREAM_PIN(Flow, Ranges, Category, Name)                                                   \
    {                                                                                              \
        1, 1, 0, NULL, {                                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, KSPIN_DATAFLOW_##Flow,                 \
                KSPIN_COMMUNICATION_SINK, Category, Name, {0}                                      \
        }                                                                                          \
    }

#define BRIDGE_PIN(Flow, Ranges, Category, Name)                                                   \
    {                                                                                              \
        0, 0, 0, NULL, {                                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, KSPIN_DATAFLOW_##Flow,                 \
                KSPIN_COMMUNICATION_NONE, Category, Name, {0}                                      \
        }                                                                                          \
    }

// A filter of such tables, with an automation table of its own or NULL. A filter without nodes
// writes its PCFILTER_DESCRIPTOR out.
#define FILTER_DESCRIPTOR(Table, Pins, Nodes, Connections)                                         \
    {0,                                                                                            \
     Table,                                                                                        \
     sizeof(PCPIN_DESCRIPTOR),                                                                     \
     SIZEOF_ARRAY(Pins),                                                                           \
     Pins,                                                                                         \
     sizeof(PCNODE_DESCRIPTOR),                                                                    \
     SIZEOF_ARRAY(Nodes),                                                                          \
     Nodes,                                                                                        \
     SIZEOF_ARRAY(Connections),                                                                    \
     Connections,                                                                                  \
     0,                                                                                            \
     NULL}
