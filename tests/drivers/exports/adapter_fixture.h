// What the cases of an adapter share: Topology subdevices of their own, and a look at their
// filters.
#pragma once

// clang-format off
#include "support/case.h"
#include <unknown.h>
#include "support/pc_case.h"
#include "ks_fixture.h"
// clang-format on

// As the driver has told PcAddAdapterDevice; the filter that runs cases is one of them.
constexpr ULONG CaseMaximumSubdevices = 3;

// A Topology miniport of up to two bridge pins, in and out. Outlives its ports.
class CaseTopology : public CaseObject<IMiniportTopology> {
  public:
    CaseTopology(ULONG PinCount, const PCAUTOMATION_TABLE *Automation);
    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID Id, PVOID *Object) override {
        const NTSTATUS Status = CaseObject::QueryInterface(Id, Object);
        return NT_SUCCESS(Status) || Further == nullptr ? Status
                                                        : Further->QueryInterface(Id, Object);
    }
    STDMETHODIMP_(NTSTATUS) GetDescription(PPCFILTER_DESCRIPTOR *Description) override {
        *Description = &Descriptor_;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS)
    DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) override {
        return STATUS_NOT_IMPLEMENTED;
    }
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTTOPOLOGY) override {
        ++Inits;
        return STATUS_SUCCESS;
    }
    LONG Inits = 0;
    PUNKNOWN Further = nullptr; // has its other interfaces

  private:
    PCPIN_DESCRIPTOR Pins_[2] = {};
    PCFILTER_DESCRIPTOR Descriptor_ = {};
};

// A Topology port with its miniport, registered by Register() and for as long as the scope lasts.
class CaseSubdevice {
  public:
    explicit CaseSubdevice(CASE_CONTEXT &Case, ULONG PinCount = 2,
                           const PCAUTOMATION_TABLE *Automation = nullptr);
    ~CaseSubdevice();
    CaseSubdevice(const CaseSubdevice &) = delete;
    CaseSubdevice &operator=(const CaseSubdevice &) = delete;
    NTSTATUS Register(PCWSTR Name);
    NTSTATUS Unregister();

    CaseTopology Miniport;
    PPORT Port = nullptr;

  private:
    CASE_CONTEXT &Case_;
};

// The symbolic link of the device's enabled interface with that reference string.
class CaseLink {
  public:
    CaseLink(CASE_CONTEXT &Case, const GUID &Category, PCWSTR Name);
    ~CaseLink() {
        if (List_ != nullptr)
            ExFreePool(List_);
    }
    CaseLink(const CaseLink &) = delete;
    CaseLink &operator=(const CaseLink &) = delete;
    bool Found() const { return Text.Length != 0; }
    UNICODE_STRING Text = {};

  private:
    PWSTR List_ = nullptr;
};

// Bytes that the filter's pin factories are counted in KSPROPERTY_PIN_CTYPES; ~0 on an error.
ULONG CasePinCount(const CaseFile &Filter);
