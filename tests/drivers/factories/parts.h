// What the driver's files have in common. See factories.h.
#pragma once

#include "../support/avstream.h"
#include "../support/control_probe.h"
#include "../support/journal.h"
#include "factories.h"

#define FACTORIES_TAG 'tcaF'

#define AUDIO_RANGE(Flags, SubFormat, Channels, LowestHz, HighestHz)                               \
    {{{sizeof(KSDATARANGE_AUDIO),                                                                  \
       Flags,                                                                                      \
       0,                                                                                          \
       0,                                                                                          \
       {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                    \
       {STATICGUIDOF(SubFormat)},                                                                  \
       {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                      \
     Channels,                                                                                     \
     16,                                                                                           \
     16 /* bits */,                                                                                \
     LowestHz,                                                                                     \
     HighestHz}

// Interfaces and mediums: the defaults.
#define PIN(Dispatch, Automation, Flow, Communication, Ranges, Category, Name, Flags, Possible,    \
            Necessary)                                                                             \
    {Dispatch,                                                                                     \
     Automation,                                                                                   \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      Flow,                                                                                        \
      Communication,                                                                               \
      Category,                                                                                    \
      Name,                                                                                        \
      {0}},                                                                                        \
     Flags,                                                                                        \
     Possible,                                                                                     \
     Necessary,                                                                                    \
     NULL,                                                                                         \
     NULL}
#define ANY KSINSTANCE_INDETERMINATE

// creation.cpp: pins that write the journal, and their PCM range.
extern const PKSDATARANGE PcmRanges[1];
extern const KSPIN_DISPATCH JournalingDispatch;
extern const KSPIN_DESCRIPTOR_EX CreationPins[CREATION_COUNT];
// Ends the IRP that is being held, if there is one.
NTSTATUS FinishHeldIrp(NTSTATUS Status);
// The last create string; its bytes.
ULONG CopyCreateString(PVOID Buffer, ULONG Bytes);

extern const KSPIN_DESCRIPTOR_EX ListsPins[LISTS_COUNT];
extern const KSPIN_DESCRIPTOR_EX OverridesPins[OVERRIDES_COUNT];
extern const KSAUTOMATION_TABLE OverridesAutomation;
#define MISTAKES_COUNT 14
extern const KSPIN_DESCRIPTOR_EX MistakesPins[MISTAKES_COUNT];
extern const KSPIN_DESCRIPTOR_EX NecessaryPins[NECESSARY_COUNT];
extern const KSFILTER_DISPATCH NecessaryDispatch;

// driver.cpp
extern const GUID FactoriesCategory;
extern const KSAUTOMATION_TABLE FactoriesAutomation;
extern const KSFILTER_DISPATCH FactoriesDispatch;
extern const KSFILTER_DESCRIPTOR ListsFilter, CreationFilter;
// The filters made at start, by FACTORIES_FILTER.
extern const KSFILTER_DESCRIPTOR *const StartFilters[FACTORIES_DYNAMIC];

// run_time.cpp: the descriptors of the filter factories made later, and the properties.
extern const KSFILTER_DESCRIPTOR DynamicFilters[FACTORIES_DYNAMIC_COUNT];
extern const GUID FactoriesSetId;
#define FACTORIES_ITEMS_COUNT 11
extern const KSPROPERTY_ITEM FactoriesItems[FACTORIES_ITEMS_COUNT];
#define FACTORIES_PROPERTY_SET                                                                     \
    DEFINE_KSPROPERTY_SET(&FactoriesSetId, SIZEOF_ARRAY(FactoriesItems), FactoriesItems, 0, NULL)
