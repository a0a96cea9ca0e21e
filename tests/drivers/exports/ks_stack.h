// A device stack of a case's own: an AVStream device, and a lower one that answers as the case
// says.
#pragma once

#include "ks_fixture.h"

// What the requests meet, in order: a letter for each. Saw() compares and forgets.
void CaseNote(char Letter);
bool CaseSaw(const char *Expected);

class CaseDeviceStack {
  public:
    // Name: the device's, or null.
    CaseDeviceStack(CASE_CONTEXT &Case, const KSDEVICE_DESCRIPTOR &Descriptor, PCWSTR Name = NULL);
    ~CaseDeviceStack();
    CaseDeviceStack(const CaseDeviceStack &) = delete;
    CaseDeviceStack &operator=(const CaseDeviceStack &) = delete;

    template <typename F> NTSTATUS Send(UCHAR Major, UCHAR Minor, F Fill) {
        CaseIrp Request(Fdo, Major, Minor);
        Fill(Request.Stack->Parameters);
        return Request.Send();
    }
    NTSTATUS SendPnp(UCHAR Minor);
    NTSTATUS SendPower(UCHAR Minor, POWER_STATE_TYPE Type, ULONG State);
    // What KsTerminateDevice leaves, which has been called.
    void Terminate();

    PKSDEVICE Device = NULL;
    PDEVICE_OBJECT Fdo = NULL;
    // Notes 'l'.
    PDEVICE_OBJECT Lower = NULL;
    NTSTATUS LowerAnswer = STATUS_SUCCESS;
    NTSTATUS CameWith = STATUS_SUCCESS; // what the lower one got
    PDRIVER_DISPATCH RealPnp, RealPower;
    // What a start hands on.
    CM_RESOURCE_LIST Raw = {}, Translated = {};

  private:
    const PDRIVER_OBJECT Driver_;
};
