// The card itself. See adapter.h.
#include "adapter.h"

NTSTATUS CAdapter::Init() {
    m_Registers =
        static_cast<volatile ULONGLONG *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, 'rkpS'));
    if (m_Registers == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const NTSTATUS Status = m_Speaker.Init(&m_Volume);
    return NT_SUCCESS(Status) ? m_Digital.Init(NULL) : Status;
}

CAdapter::~CAdapter() {
    m_Speaker.Close();
    m_Digital.Close();
    if (m_Registers != NULL) {
        ExFreePoolWithTag(const_cast<ULONGLONG *>(m_Registers), 'rkpS');
    }
}

STDMETHODIMP_(NTSTATUS)
CAdapter::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PADAPTERPOWERMANAGEMENT(this), InterfaceId, IID_IAdapterPowerManagement,
                           IID_IAdapterPowerManagement, Interface);
}

// @doc NN:portcls.IAdapterPowerManagement
STDMETHODIMP_(void) CAdapter::PowerChangeState(POWER_STATE NewState) {
    m_Speaker.SetPower(NewState.DeviceState == PowerDeviceD0);
    m_Digital.SetPower(NewState.DeviceState == PowerDeviceD0);
}

STDMETHODIMP_(NTSTATUS) CAdapter::QueryPowerChangeState(POWER_STATE NewStateQuery) {
    UNREFERENCED_PARAMETER(NewStateQuery);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CAdapter::QueryDeviceCapabilities(PDEVICE_CAPABILITIES PowerDeviceCaps) {
    UNREFERENCED_PARAMETER(PowerDeviceCaps);
    return STATUS_SUCCESS;
}
