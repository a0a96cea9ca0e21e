// The pin factories.
#include "parts.h"

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
                                        0,
                                        0,
                                        0,
                                        {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                        {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                        {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                      2,
                                      16,
                                      16,
                                      8000,
                                      48000};
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Pcm)};

static DEFINE_KSPROPERTY_SET_TABLE(Sets){DEFINE_KSPROPERTY_SET(&AutomationSetId,
                                                               SIZEOF_ARRAY(AutomationItems),
                                                               AutomationItems, 0, NULL)};
static DEFINE_KSAUTOMATION_TABLE(Automated){DEFINE_KSAUTOMATION_PROPERTIES(Sets),
                                            DEFINE_KSAUTOMATION_METHODS(AutomationMethodSets),
                                            DEFINE_KSAUTOMATION_EVENTS(AutomationEventSets)};

// In AVStream's place. @doc stream/defining-automation-tables
static NTSTATUS NTAPI GetPriority(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("priority", Request->Id, KsGetPinFromIrp(Irp)->Id);
    PKSPRIORITY Priority = static_cast<PKSPRIORITY>(Data);
    Priority->PriorityClass = 1234;
    Priority->PrioritySubClass = 5678;
    Irp->IoStatus.Information = sizeof(KSPRIORITY);
    return STATUS_SUCCESS;
}

static DEFINE_KSPROPERTY_TABLE(ConnectionItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_CONNECTION_PRIORITY, GetPriority, sizeof(KSPROPERTY),
                           sizeof(KSPRIORITY), NULL, NULL, 0, NULL, NULL, 0)};
static DEFINE_KSPROPERTY_SET_TABLE(ConnectionSets){
    DEFINE_KSPROPERTY_SET(&KSPROPSETID_Connection, SIZEOF_ARRAY(ConnectionItems), ConnectionItems,
                          0, NULL)};
static DEFINE_KSAUTOMATION_TABLE(Superseding){DEFINE_KSAUTOMATION_PROPERTIES(ConnectionSets),
                                              DEFINE_KSAUTOMATION_METHODS_NULL,
                                              DEFINE_KSAUTOMATION_EVENTS_NULL};

static const KSPIN_DISPATCH Dispatch = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};

#define PIN(Table)                                                                                 \
    {&Dispatch,                                                                                    \
     Table,                                                                                        \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      KSPIN_DATAFLOW_IN,                                                                           \
      KSPIN_COMMUNICATION_SINK,                                                                    \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     0,                                                                                            \
     KSINSTANCE_INDETERMINATE,                                                                     \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL}

const KSPIN_DESCRIPTOR_EX AutomationPins[PIN_COUNT] = {PIN(&Automated), PIN(&Superseding)};
