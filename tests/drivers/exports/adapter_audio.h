// Ports of every class with miniports of a case's own: their filters, and pins of these.
#pragma once

#include "adapter_fixture.h"

// What a miniport says of itself: pin 0 plays, pin 1 records, as many as one likes of each.
class CaseDescription {
  public:
    explicit CaseDescription(bool Music);
    PCPIN_DESCRIPTOR Pins[2] = {};
    PCFILTER_DESCRIPTOR Filter = {};

  private:
    KSDATARANGE_AUDIO Audio_ = {};
    KSDATARANGE_MUSIC Music_[2] = {};
    PKSDATARANGE AudioRanges_[2] = {&Audio_.DataRange, &Dsound_.DataRange};
    PKSDATARANGE MusicRanges_[2] = {&Music_[0].DataRange, &Music_[1].DataRange};
    KSDATARANGE_AUDIO Dsound_ = {};
};

// The part that all miniports have; outlives its port.
template <typename INTERFACE> class CaseMiniport : public CaseObject<INTERFACE> {
  public:
    explicit CaseMiniport(const GUID &Id, bool Music = false)
        : CaseObject<INTERFACE>(Id), Description(Music) {}
    ~CaseMiniport() { EXPECT_EQ(this->References, 1); }
    STDMETHODIMP_(NTSTATUS) GetDescription(PPCFILTER_DESCRIPTOR *Out) override {
        if (NT_SUCCESS(DescribeAnswer))
            *Out = Describes ? &Description.Filter : nullptr;
        return DescribeAnswer;
    }
    STDMETHODIMP_(NTSTATUS)
    DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) override {
        return STATUS_NOT_IMPLEMENTED;
    }
    CaseDescription Description;
    LONG Inits = 0;
    NTSTATUS InitAnswer = STATUS_SUCCESS, DescribeAnswer = STATUS_SUCCESS,
             StreamAnswer = STATUS_SUCCESS;
    bool Describes = true;
};

// A service group that calls its members when the case says so, as a DPC would.
class CaseGroup : public CaseObject<IServiceGroup> {
  public:
    CaseGroup() : CaseObject(IID_IServiceGroup) {}
    ~CaseGroup();
    STDMETHODIMP_(void) RequestService() override;
    STDMETHODIMP_(NTSTATUS) AddMember(PSERVICESINK Member) override;
    STDMETHODIMP_(void) RemoveMember(PSERVICESINK Member) override;
    STDMETHODIMP_(void) SupportDelayedService() override {}
    STDMETHODIMP_(void) RequestDelayedService(ULONGLONG) override {}
    STDMETHODIMP_(void) CancelDelayedService() override {}
    // For a miniport's out parameter.
    PSERVICEGROUP Given() {
        AddRef();
        return this;
    }
    LONG Requests = 0, Added = 0, Removed = 0;
    PSERVICESINK Member = nullptr; // the newest
    NTSTATUS Answer = STATUS_SUCCESS;
};

// A port; its subdevice "Audio" from Open() on. Released at the end, when nobody else may have it.
class CasePort {
  public:
    CasePort(CASE_CONTEXT &Case, const GUID &Class) : Case_(Case) {
        EXPECT_SUCCESS(PcNewPort(&Port, Class));
    }
    ~CasePort();
    CasePort(const CasePort &) = delete;
    CasePort &operator=(const CasePort &) = delete;
    NTSTATUS Init(PUNKNOWN Miniport, PRESOURCELIST Resources = nullptr) {
        return Port->Init(Case_.Device, Case_.Irp, Miniport, nullptr, Resources);
    }
    // Registers it if need be.
    NTSTATUS Open(CaseFile &Filter);
    NTSTATUS Unregister();
    // The device has stopped, which has taken its subdevice off.
    void Gone() { Registered_ = false; }

    PPORT Port = nullptr;

  private:
    CASE_CONTEXT &Case_;
    bool Registered_ = false;
};

enum CASE_STREAM { CaseWave, CaseLoopedWave, CaseDirectSound, CaseMidi, CaseDirectMusic };
// Sixteen bits, stereo, 48 kHz.
struct CASE_STREAM_FORMAT {
    union {
        KSDATAFORMAT Head;
        KSDATAFORMAT_WAVEFORMATEX Wave;
        KSDATAFORMAT_DSOUND Dsound;
    };
    explicit CASE_STREAM_FORMAT(CASE_STREAM Kind);
};
NTSTATUS CaseConnectStream(const CaseFile &Filter, ULONG PinId, CASE_STREAM Kind, CaseFile &Pin);
// KSPROPERTY_CONNECTION_DATAFORMAT.
NTSTATUS CaseSetFormat(const CaseFile &Pin, CASE_STREAM Kind);
// What the port says of the pin's position.
NTSTATUS CasePosition(const CaseFile &Pin, KSAUDIO_POSITION &Position);
