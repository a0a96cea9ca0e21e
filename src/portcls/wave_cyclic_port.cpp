// The WaveCyclic port. @doc NN:portcls.IPortWaveCyclic
#include "portcls/adapter.h"
#include "portcls/drm_port.h"
#include "portcls/port_object.h"
#include "portcls/ports.h"
#include "portcls/wave_cyclic_stream.h"
#include "portcls/wave_dma.h"

namespace ksbox::portcls {
namespace {

class WaveCyclicPort final : public PortObject<IPortWaveCyclic> {
  public:
    explicit WaveCyclicPort(Kernel &kernel) : PortObject(kernel, wave_kind("WaveCyclic")) {}

    STDMETHODIMP_(void) Notify(PSERVICEGROUP group) noexcept override { request_service(group); }
    STDMETHODIMP_(NTSTATUS)
    NewSlaveDmaChannel(PDMACHANNELSLAVE *channel, PUNKNOWN outer, PRESOURCELIST resources,
                       ULONG index, ULONG maximum_length, BOOLEAN demand_mode,
                       DMA_SPEED speed) noexcept override {
        // From within IMiniport.Init too.
        return new_slave_channel(fdo(), outer, resources, index, maximum_length, demand_mode, speed,
                                 channel);
    }
    STDMETHODIMP_(NTSTATUS)
    NewMasterDmaChannel(PDMACHANNEL *channel, PUNKNOWN outer, PRESOURCELIST, ULONG maximum_length,
                        BOOLEAN addresses_32bit, BOOLEAN addresses_64bit, DMA_WIDTH,
                        DMA_SPEED) noexcept override {
        return new_master_channel(fdo(), outer,
                                  {.addresses_32bit = addresses_32bit != FALSE,
                                   .addresses_64bit = addresses_64bit != FALSE,
                                   .maximum_length = maximum_length},
                                  channel);
    }

    Result<std::unique_ptr<Stream>> new_stream(KSPIN &pin, bool capture) override {
        WaveCyclicStream::Parts parts;
        auto *miniport = static_cast<IMiniportWaveCyclic *>(this->miniport());
        const NTSTATUS status =
            call_method("IMiniportWaveCyclic.NewStream", miniport, &IMiniportWaveCyclic::NewStream,
                        parts.stream.receive(), nullptr, NonPagedPool, pin.Id, BOOLEAN(capture),
                        pin.ConnectionFormat, parts.channel.receive(), parts.group.receive());
        if (!NT_SUCCESS(status))
            return fail(status);
        if (!parts.stream || !parts.channel) {
            adapter()->finding("IMiniportWaveCyclic::NewStream: success, and no stream or no DMA "
                               "channel");
            return fail(STATUS_UNSUCCESSFUL);
        }
        return KS_TRY(WaveCyclicStream::create(pin, capture, std::move(parts)));
    }

  protected:
    IUnknown *interface_of(const GUID &id) override {
        IUnknown *const drm = drm_.interface_of(id);
        return drm ? drm : common_interface(id, IID_IPortWaveCyclic);
    }
    ComPtr<IMiniport> query_miniport(IUnknown *unknown) override {
        return ComPtr<IMiniport>::query(unknown, IID_IMiniportWaveCyclic);
    }
    NTSTATUS init_miniport(IUnknown *adapter, IResourceList *resources) override {
        auto *miniport = static_cast<IMiniportWaveCyclic *>(this->miniport());
        return call_method("IMiniportWaveCyclic.Init", miniport, &IMiniportWaveCyclic::Init,
                           adapter, resources, static_cast<PPORTWAVECYCLIC>(this));
    }

  private:
    /// Null before IPort.Init.
    PDEVICE_OBJECT fdo() const { return adapter() ? adapter()->fdo : nullptr; }
    DrmPort drm_{*static_cast<IPortWaveCyclic *>(this)};
};

} // namespace

IPort *make_wave_cyclic_port(Kernel &kernel) {
    return make_com<WaveCyclicPort>(kernel);
}

} // namespace ksbox::portcls
