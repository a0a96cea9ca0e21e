// Physical connections between subdevices, as a filter's clients are told of them.
#include "adapter_fixture.h"

namespace {

// KSPROPERTY_PIN_PHYSICALCONNECTION of a pin factory, of a filter of its own.
struct Connection {
    Connection(CASE_CONTEXT &Case, PCWSTR Name, ULONG PinId) {
        CaseLink Link(Case, KSCATEGORY_AUDIO, Name);
        CaseFile Filter;
        REQUIRE(Link.Found());
        REQUIRE_SUCCESS(Filter.Open(&Link.Text));
        KSP_PIN Request = {};
        Request.Property.Set = KSPROPSETID_Pin;
        Request.Property.Id = KSPROPERTY_PIN_PHYSICALCONNECTION;
        Request.Property.Flags = KSPROPERTY_TYPE_GET;
        Request.PinId = PinId;
        Status = CaseControl(Filter, IOCTL_KS_PROPERTY, &Request, sizeof Request, Answer,
                             sizeof Answer, &Bytes);
    }
    // It leads to that pin of a filter of that name.
    bool LeadsTo(PCUNICODE_STRING Link, ULONG PinId) const {
        const auto *Found = reinterpret_cast<const KSPIN_PHYSICALCONNECTION *>(Answer);
        UNICODE_STRING Text;
        if (!NT_SUCCESS(Status) || Found->Size != Bytes)
            return false;
        RtlInitUnicodeString(&Text, reinterpret_cast<PCWSTR>(Found->SymbolicLinkName));
        return Found->Pin == PinId && RtlEqualUnicodeString(&Text, Link, TRUE);
    }
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    ULONG Bytes = 0;
    alignas(8) UCHAR Answer[1024] = {};
};

// The interface that takes connections back; released at the end.
class Disconnect {
  public:
    explicit Disconnect(PPORT Port) {
        EXPECT_SUCCESS(Port->QueryInterface(IID_IUnregisterPhysicalConnection,
                                            reinterpret_cast<PVOID *>(&Interface_)));
    }
    ~Disconnect() { Interface_->Release(); }
    Disconnect(const Disconnect &) = delete;
    Disconnect &operator=(const Disconnect &) = delete;
    IUnregisterPhysicalConnection *operator->() const { return Interface_; }

  private:
    IUnregisterPhysicalConnection *Interface_ = nullptr;
};

constexpr WCHAR ExternalText[] = L"\\??\\root#other#0000#{6994ad04-93ef-11d0-a3cc-00a0c9223196}\\x";
UNICODE_STRING External() {
    UNICODE_STRING Text;
    RtlInitUnicodeString(&Text, ExternalText);
    return Text;
}

} // namespace

EXPORT_CASE(PcRegisterPhysicalConnection) {
    CaseSubdevice From(Case), To(Case);
    REQUIRE_SUCCESS(From.Register(L"From"));
    REQUIRE_SUCCESS(To.Register(L"To"));
    EXPECT_EQ(Connection(Case, L"From", 1).Status, STATUS_NOT_FOUND);
    EXPECT_EQ(PcRegisterPhysicalConnection(nullptr, From.Port, 1, To.Port, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnection(Case.Device, nullptr, 1, To.Port, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnection(Case.Device, From.Port, 1, &To.Miniport, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnection(Case.Device, From.Port, 2, To.Port, 0),
              STATUS_INVALID_PARAMETER); // it has two pins
    EXPECT_EQ(PcRegisterPhysicalConnection(Case.Device, From.Port, 1, To.Port, 2),
              STATUS_INVALID_PARAMETER);

    EXPECT_FINDING("PcRegisterPhysicalConnection: no port that has been initialized, or a pin ID "
                   "beyond its pins");
    EXPECT_SUCCESS(PcRegisterPhysicalConnection(Case.Device, From.Port, 1, To.Port, 0));
    EXPECT_EQ(PcRegisterPhysicalConnection(Case.Device, From.Port, 1, To.Port, 0),
              STATUS_OBJECTID_EXISTS);
    {
        CaseLink FromLink(Case, KSCATEGORY_AUDIO, L"From"), ToLink(Case, KSCATEGORY_AUDIO, L"To");
        EXPECT_TRUE(Connection(Case, L"From", 1).LeadsTo(&ToLink.Text, 0));
        EXPECT_TRUE(Connection(Case, L"To", 0).LeadsTo(&FromLink.Text, 1)); // both ways
    }
    EXPECT_EQ(Connection(Case, L"From", 0).Status, STATUS_NOT_FOUND);
    EXPECT_EQ(Connection(Case, L"To", 1).Status, STATUS_NOT_FOUND);

    Disconnect Unregister(From.Port);
    EXPECT_EQ(Unregister->UnregisterPhysicalConnection(Case.Device, From.Port, 0, To.Port, 0),
              STATUS_NOT_FOUND);
    EXPECT_SUCCESS(Unregister->UnregisterPhysicalConnection(Case.Device, From.Port, 1, To.Port, 0));
    EXPECT_EQ(Connection(Case, L"From", 1).Status, STATUS_NOT_FOUND);
    EXPECT_EQ(Connection(Case, L"To", 0).Status, STATUS_NOT_FOUND);
}

EXPORT_CASE(PcRegisterPhysicalConnectionToExternal) {
    CaseSubdevice From(Case);
    REQUIRE_SUCCESS(From.Register(L"From"));
    UNICODE_STRING Text = External(), Empty = {};
    EXPECT_EQ(PcRegisterPhysicalConnectionToExternal(Case.PhysicalDevice, From.Port, 1, &Text, 7),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnectionToExternal(Case.Device, From.Port, 1, nullptr, 7),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnectionToExternal(Case.Device, From.Port, 1, &Empty, 7),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnectionToExternal(Case.Device, From.Port, 2, &Text, 7),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Connection(Case, L"From", 1).Status, STATUS_NOT_FOUND);

    EXPECT_FINDING("PcRegisterPhysicalConnection: no port that has been initialized, or a pin ID "
                   "beyond its pins");
    EXPECT_SUCCESS(PcRegisterPhysicalConnectionToExternal(Case.Device, From.Port, 1, &Text, 7));
    EXPECT_TRUE(Connection(Case, L"From", 1).LeadsTo(&Text, 7));
    Disconnect Unregister(From.Port);
    EXPECT_EQ(
        Unregister->UnregisterPhysicalConnectionFromExternal(Case.Device, &Text, 7, From.Port, 1),
        STATUS_NOT_FOUND); // the other direction
    EXPECT_SUCCESS(
        Unregister->UnregisterPhysicalConnectionToExternal(Case.Device, From.Port, 1, &Text, 7));
    EXPECT_EQ(Connection(Case, L"From", 1).Status, STATUS_NOT_FOUND);
}

EXPORT_CASE(PcRegisterPhysicalConnectionFromExternal) {
    CaseSubdevice To(Case);
    REQUIRE_SUCCESS(To.Register(L"To"));
    UNICODE_STRING Text = External(), Empty = {};
    EXPECT_EQ(PcRegisterPhysicalConnectionFromExternal(Case.PhysicalDevice, &Text, 3, To.Port, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnectionFromExternal(Case.Device, nullptr, 3, To.Port, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnectionFromExternal(Case.Device, &Empty, 3, To.Port, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterPhysicalConnectionFromExternal(Case.Device, &Text, 3, nullptr, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Connection(Case, L"To", 0).Status, STATUS_NOT_FOUND);

    EXPECT_FINDING("PcRegisterPhysicalConnection: no port that has been initialized, or a pin ID "
                   "beyond its pins");
    EXPECT_SUCCESS(PcRegisterPhysicalConnectionFromExternal(Case.Device, &Text, 3, To.Port, 0));
    EXPECT_TRUE(Connection(Case, L"To", 0).LeadsTo(&Text, 3));
    Disconnect Unregister(To.Port);
    EXPECT_EQ(
        Unregister->UnregisterPhysicalConnectionFromExternal(Case.Device, &Text, 4, To.Port, 0),
        STATUS_NOT_FOUND);
    EXPECT_SUCCESS(
        Unregister->UnregisterPhysicalConnectionFromExternal(Case.Device, &Text, 3, To.Port, 0));
    EXPECT_EQ(Connection(Case, L"To", 0).Status, STATUS_NOT_FOUND);
}
