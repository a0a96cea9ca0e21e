// What a WavePci miniport's stream holds of the port's: it may outlive the pin.
#pragma once

#include "portcls/wave_pci_stream.h"

namespace ksbox::portcls {

class PciPortStream final : public ComObject<IPortWavePciStream, IPreFetchOffset> {
  public:
    PciPortStream(Kernel &kernel, WavePciStream &stream);
    /// No call is on its way to the stream afterwards. PASSIVE.
    void detach();

    STDMETHODIMP_(NTSTATUS)
    GetMapping(PVOID tag, PPHYSICAL_ADDRESS physical, PVOID *address, PULONG bytes,
               PULONG flags) noexcept override;
    STDMETHODIMP_(NTSTATUS) ReleaseMapping(PVOID tag) noexcept override;
    STDMETHODIMP_(NTSTATUS) TerminatePacket() noexcept override;
    STDMETHODIMP_(void) SetPreFetchOffset(ULONG bytes) noexcept override;

  private:
    IUnknown *interface_of(const GUID &id) override;
    template <typename F> NTSTATUS with_stream(F call);

    EX_RUNDOWN_REF calls_{};
    WavePciStream &stream_; ///< until detach()
};

} // namespace ksbox::portcls
