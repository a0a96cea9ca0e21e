// Pin factories that work but are described wrongly: what a lint finds.
#include "parts.h"

static const GUID First = {STATIC_FACTORIES_CATEGORY};
static const GUID Second = {STATIC_FACTORIES_NAME};
static const GUID Third = {STATICGUIDOF(KSCATEGORY_AUDIO)};
static const GUID Fourth = {STATICGUIDOF(KSCATEGORY_VIDEO)};

#define MISTAKE(Category, Name, Flags)                                                             \
    PIN(NULL, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, PcmRanges, Category, Name, Flags, \
        ANY, 0)

const KSPIN_DESCRIPTOR_EX MistakesPins[MISTAKES_COUNT] = {
    MISTAKE(&First, NULL, 0),    // 0: the category of 1, without a name
    MISTAKE(&First, &Second, 0), // 1: right, with 2
    MISTAKE(&First, &Third, 0),  // 2: right, with 1
    MISTAKE(&Second, &First, 0), // 3: as 4
    MISTAKE(&Second, &First, 0), // 4: as 3
    MISTAKE(&Fourth, NULL, 0),   // 5: right, the only one of its category
    MISTAKE(NULL, &First, KSPIN_FLAG_CRITICAL_PROCESSING | KSPIN_FLAG_HYPERCRITICAL_PROCESSING),
    MISTAKE(NULL, &Second,
            KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING |
                KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL),
    MISTAKE(NULL, &Third,
            KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING |
                KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING),
    MISTAKE(NULL, NULL,
            KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY | KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE),
    // 10: not exclusive
    MISTAKE(&Third, &First,
            KSPIN_FLAG_CRITICAL_PROCESSING | KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING |
                KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING |
                KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY),
    // 11: two pairs at once
    MISTAKE(&Third, &Second,
            KSPIN_FLAG_CRITICAL_PROCESSING | KSPIN_FLAG_HYPERCRITICAL_PROCESSING |
                KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY | KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE),
    MISTAKE(NULL, NULL, 0),  // 12: as 9
    MISTAKE(NULL, NULL, 0)}; // 13: as 9
