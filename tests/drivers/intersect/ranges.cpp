// The pin factories and their ranges.
#include "parts.h"

#define OF_ANY 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define OF_NONE STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)
#define OF_A STATICGUIDOF(INTERSECT_A)
#define OF_B STATICGUIDOF(INTERSECT_B)
#define OF_C STATICGUIDOF(INTERSECT_C)
#define RANGE_WITH(Name, Flags, Number, Major, SubFormat, Specifier)                               \
    static const KSDATARANGE Name = {                                                              \
        {sizeof(KSDATARANGE), Flags, Number, 0, {OF_##Major}, {OF_##SubFormat}, {OF_##Specifier}}}
#define RANGE(Name, ...) RANGE_WITH(Name, 0, __VA_ARGS__)

RANGE(Aaa, 101, A, A, A);
RANGE(Aab, 102, A, A, B);
RANGE(Aba, 103, A, B, A);
RANGE(Abc, 104, A, B, C);
static const PKSDATARANGE Handled[] = {PKSDATARANGE(&Aaa), PKSDATARANGE(&Aab), PKSDATARANGE(&Aba),
                                       PKSDATARANGE(&Abc)};

RANGE(AnySub, 102, A, ANY, A);
RANGE(AnyMajor, 103, ANY, ANY, ANY);
static const PKSDATARANGE Wild[] = {PKSDATARANGE(&Aaa), PKSDATARANGE(&AnySub),
                                    PKSDATARANGE(&AnyMajor)};

RANGE(AbNone, 102, A, B, NONE);
RANGE(AnySubNone, 103, A, ANY, NONE);
RANGE(AnyNone, 104, ANY, ANY, NONE);
static const PKSDATARANGE Default[] = {PKSDATARANGE(&Aaa), PKSDATARANGE(&AbNone),
                                       PKSDATARANGE(&AnySubNone), PKSDATARANGE(&AnyNone)};

RANGE_WITH(Requiring, KSDATARANGE_ATTRIBUTES, 101, A, A, A);
RANGE_WITH(Offering, KSDATARANGE_ATTRIBUTES, 102, A, A, A);
RANGE(Plain, 103, A, A, A);
static const KSATTRIBUTE Required = {
    sizeof(KSATTRIBUTE), KSATTRIBUTE_REQUIRED, {STATICGUIDOF(INTERSECT_ATTRIBUTE)}};
static const KSATTRIBUTE Optional = {sizeof(KSATTRIBUTE), 0, {STATICGUIDOF(INTERSECT_ATTRIBUTE)}};
static const PKSATTRIBUTE RequiredOnes[] = {PKSATTRIBUTE(&Required)};
static const PKSATTRIBUTE OptionalOnes[] = {PKSATTRIBUTE(&Optional)};
static const KSATTRIBUTE_LIST RequiredList = {1, const_cast<PKSATTRIBUTE *>(RequiredOnes)};
static const KSATTRIBUTE_LIST OptionalList = {1, const_cast<PKSATTRIBUTE *>(OptionalOnes)};
static const PKSDATARANGE Attributes[] = {PKSDATARANGE(&Requiring), PKSDATARANGE(&RequiredList),
                                          PKSDATARANGE(&Offering), PKSDATARANGE(&OptionalList),
                                          PKSDATARANGE(&Plain)};

#define DESCRIPTOR(...)                                                                            \
    {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                              \
     DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                 \
     __VA_ARGS__,                                                                                  \
     KSPIN_DATAFLOW_IN,                                                                            \
     KSPIN_COMMUNICATION_SINK,                                                                     \
     NULL,                                                                                         \
     NULL,                                                                                         \
     {0}}
#define PIN(Handler, ...)                                                                          \
    {NULL, NULL, DESCRIPTOR(__VA_ARGS__), 0, KSINSTANCE_INDETERMINATE, 0, NULL, Handler}
#define LIST(Ranges) SIZEOF_ARRAY(Ranges), Ranges

const KSPIN_DESCRIPTOR_EX IntersectPins[INTERSECT_COUNT] = {
    PIN(IntersectEx, LIST(Handled)), PIN(IntersectEx, LIST(Wild)), PIN(NULL, LIST(Default)),
    PIN(IntersectEx, LIST(Attributes)), PIN(IntersectEx, 0, NULL)};

const KSPIN_DESCRIPTOR PlainPins[INTERSECT_COUNT] = {
    DESCRIPTOR(LIST(Handled)), DESCRIPTOR(LIST(Wild)), DESCRIPTOR(LIST(Default)),
    DESCRIPTOR(LIST(Attributes)), DESCRIPTOR(0, NULL)};

const LongDescriptor LongPins[INTERSECT_COUNT] = {{DESCRIPTOR(LIST(Handled)), {0xbad, 0xbad}},
                                                  {DESCRIPTOR(LIST(Wild)), {0xbad, 0xbad}},
                                                  {DESCRIPTOR(LIST(Default)), {0xbad, 0xbad}},
                                                  {DESCRIPTOR(LIST(Attributes)), {0xbad, 0xbad}},
                                                  {DESCRIPTOR(0, NULL), {0xbad, 0xbad}}};
