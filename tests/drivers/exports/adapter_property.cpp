// A property request that its handler keeps.
#include "adapter_fixture.h"

namespace {

enum WHEN { Later, BeforeItReturns };

PPCPROPERTY_REQUEST Kept;
KEVENT IsKept;
WHEN When;

NTSTATUS NTAPI Keep(PPCPROPERTY_REQUEST Request) {
    Kept = Request;
    if (When == BeforeItReturns) {
        *static_cast<PULONG>(Request->Value) = 55;
        Request->ValueSize = sizeof(ULONG);
        EXPECT_SUCCESS(PcCompletePendingPropertyRequest(Request, STATUS_SUCCESS));
    }
    KeSetEvent(&IsKept, IO_NO_INCREMENT, FALSE);
    return STATUS_PENDING;
}

PCPROPERTY_ITEM Properties[] = {{&CaseOwnSet, 3, PCPROPERTY_ITEM_FLAG_GET, Keep}};
DEFINE_PCAUTOMATION_TABLE_PROP(Automation, Properties);

// What a client got, and whether it has got it.
struct ANSWER {
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    ULONG Value[2] = {1, 2};
    ULONG Bytes = 0;
    LONG Back = 0;
};

// A client asks on a thread of its own; Complete ends it when the handler has the request.
template <typename COMPLETE>
ANSWER Ask(const CaseFile &Filter, COMPLETE Complete, WHEN HandlerDoes = Later) {
    ANSWER Answer;
    Kept = nullptr;
    When = HandlerDoes;
    KeInitializeEvent(&IsKept, NotificationEvent, FALSE);
    CaseThread Client([&] {
        Answer.Status = CaseProperty(Filter, CaseOwnSet, 3, KSPROPERTY_TYPE_GET, Answer.Value,
                                     sizeof Answer.Value, &Answer.Bytes);
        InterlockedIncrement(&Answer.Back);
    });
    KeWaitForSingleObject(&IsKept, Executive, KernelMode, FALSE, nullptr);
    Complete(Answer);
    Client.Join();
    return Answer;
}

} // namespace

EXPORT_CASE(PcCompletePendingPropertyRequest) {
    CaseSubdevice Own(Case, 1, &Automation);
    REQUIRE_SUCCESS(Own.Register(L"Slow"));
    CaseFile Filter;
    {
        CaseLink Link(Case, KSCATEGORY_TOPOLOGY, L"Slow");
        REQUIRE(Link.Found());
        REQUIRE_SUCCESS(Filter.Open(&Link.Text));
    }
    EXPECT_EQ(PcCompletePendingPropertyRequest(nullptr, STATUS_SUCCESS), STATUS_INVALID_PARAMETER);
    ANSWER Answer = Ask(Filter, [](ANSWER &Waiting) {
        EXPECT_EQ(PcCompletePendingPropertyRequest(Kept, STATUS_PENDING), STATUS_INVALID_PARAMETER);
        CaseSleep(50);
        EXPECT_EQ(Waiting.Back, 0); // it still waits
        EXPECT_EQ(Kept->ValueSize, sizeof Waiting.Value);
        *static_cast<PULONG>(Kept->Value) = 77;
        Kept->ValueSize = sizeof(ULONG);
        EXPECT_SUCCESS(PcCompletePendingPropertyRequest(Kept, STATUS_SUCCESS));
    });
    EXPECT_SUCCESS(Answer.Status);
    EXPECT_EQ(Answer.Bytes, sizeof(ULONG));
    EXPECT_EQ(Answer.Value[0], 77);
    EXPECT_EQ(Answer.Value[1], 2);

    Answer = Ask(Filter, [](ANSWER &) {
        CaseRunInDpc([] { // <= DISPATCH_LEVEL
            EXPECT_SUCCESS(PcCompletePendingPropertyRequest(Kept, STATUS_DEVICE_NOT_READY));
        });
    });
    EXPECT_EQ(Answer.Status, STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(Answer.Bytes, 0);

    Answer = Ask(Filter, [](ANSWER &) {}, BeforeItReturns);
    EXPECT_SUCCESS(Answer.Status);
    EXPECT_EQ(Answer.Bytes, sizeof(ULONG));
    EXPECT_EQ(Answer.Value[0], 55);
}
