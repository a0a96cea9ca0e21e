// The DMA channel that is memory only. @doc NN:portcls.IDmaChannel
#include "card.h"

STDMETHODIMP_(NTSTATUS)
CDmaChannel::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PDMACHANNEL(this), InterfaceId, IID_IDmaChannel, IID_IDmaChannel,
                           Interface);
}

STDMETHODIMP_(NTSTATUS)
CDmaChannel::AllocateBuffer(ULONG BufferSize, PPHYSICAL_ADDRESS PhysicalAddressConstraint) {
    UNREFERENCED_PARAMETER(PhysicalAddressConstraint);
    if (m_Buffer != NULL) {
        return STATUS_DEVICE_BUSY;
    }
    m_Buffer = static_cast<PUCHAR>(ExAllocatePool2(POOL_FLAG_NON_PAGED, BufferSize, 'dgeL'));
    if (m_Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    m_AllocatedBytes = m_Bytes = BufferSize;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(void) CDmaChannel::FreeBuffer() {
    if (m_Buffer != NULL) {
        ExFreePoolWithTag(m_Buffer, 'dgeL');
        m_Buffer = NULL;
        m_AllocatedBytes = m_Bytes = 0;
    }
}

STDMETHODIMP_(ULONG) CDmaChannel::TransferCount() {
    return m_Bytes;
}

STDMETHODIMP_(ULONG) CDmaChannel::MaximumBufferSize() {
    return m_AllocatedBytes;
}

STDMETHODIMP_(ULONG) CDmaChannel::AllocatedBufferSize() {
    return m_AllocatedBytes;
}

STDMETHODIMP_(ULONG) CDmaChannel::BufferSize() {
    return m_Bytes;
}

STDMETHODIMP_(void) CDmaChannel::SetBufferSize(ULONG BufferSize) {
    m_Bytes = min(BufferSize, m_AllocatedBytes);
}

STDMETHODIMP_(PVOID) CDmaChannel::SystemAddress() {
    return m_Buffer;
}

// Of no device's interest.
STDMETHODIMP_(PHYSICAL_ADDRESS) CDmaChannel::PhysicalAddress() {
    PHYSICAL_ADDRESS None;
    None.QuadPart = 0;
    return None;
}

STDMETHODIMP_(PADAPTER_OBJECT) CDmaChannel::GetAdapterObject() {
    return NULL;
}

STDMETHODIMP_(void) CDmaChannel::CopyTo(PVOID Destination, PVOID Source, ULONG ByteCount) {
    RtlCopyMemory(Destination, Source, ByteCount);
}

STDMETHODIMP_(void) CDmaChannel::CopyFrom(PVOID Destination, PVOID Source, ULONG ByteCount) {
    RtlCopyMemory(Destination, Source, ByteCount);
}
